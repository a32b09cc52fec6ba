using System.Net;
using System.Text;

namespace Amavis.Dns.Messages;

/// <summary>A resource record of class IN (RFC 1035 §4.1.3).</summary>
/// <param name="Name">Owner, as <see cref="DnsName"/> has it.</param>
/// <param name="TimeToLive">Seconds; what has the top bit set counts as 0 (RFC 2181 §8).</param>
public abstract record DnsRecord(string Name, uint TimeToLive)
{
    public abstract RecordType Type { get; }

    /// <summary>A or AAAA.</summary>
    public sealed record Address(string Name, uint TimeToLive, IPAddress Value) : DnsRecord(Name, TimeToLive)
    {
        public override RecordType Type => Value.AddressFamily == System.Net.Sockets.AddressFamily.InterNetwork ? RecordType.A : RecordType.AAAA;
    }

    /// <summary>CNAME, NS or PTR: a name.</summary>
    public sealed record Named(string Name, uint TimeToLive, RecordType Kind, string Target) : DnsRecord(Name, TimeToLive)
    {
        public override RecordType Type => Kind;
    }

    public sealed record MailExchange(string Name, uint TimeToLive, int Preference, string Host) : DnsRecord(Name, TimeToLive)
    {
        public override RecordType Type => RecordType.MX;
    }

    /// <summary>TXT.</summary>
    /// <param name="Strings">Octets of each string, at most 255.</param>
    public sealed record Text(string Name, uint TimeToLive, IReadOnlyList<ReadOnlyMemory<byte>> Strings) : DnsRecord(Name, TimeToLive)
    {
        public override RecordType Type => RecordType.TXT;

        /// <summary>All strings put together without anything between them (RFC 6376 §3.6.2.2), an octet a character.</summary>
        public string Joined => string.Concat(Strings.Select(s => Encoding.Latin1.GetString(s.Span)));

        public bool Equals(Text? other) =>
            other is not null && Name == other.Name && TimeToLive == other.TimeToLive && Strings.Count == other.Strings.Count
            && Strings.Zip(other.Strings).All(p => p.First.Span.SequenceEqual(p.Second.Span));

        public override int GetHashCode() => HashCode.Combine(Name, TimeToLive, Strings.Count);
    }

    /// <summary>SOA, of which only what bounds the life of "there is no such thing" is kept (RFC 2308 §4).</summary>
    /// <param name="Minimum">Seconds.</param>
    public sealed record StartOfAuthority(string Name, uint TimeToLive, string PrimaryServer, string Mailbox, uint Serial, uint Minimum) : DnsRecord(Name, TimeToLive)
    {
        public override RecordType Type => RecordType.SOA;
    }

    /// <summary>A record of another type, or one whose data don't fit its type.</summary>
    public sealed record Other(string Name, uint TimeToLive, RecordType Kind, ReadOnlyMemory<byte> Data) : DnsRecord(Name, TimeToLive)
    {
        public override RecordType Type => Kind;

        public bool Equals(Other? other) =>
            other is not null && Name == other.Name && TimeToLive == other.TimeToLive && Kind == other.Kind && Data.Span.SequenceEqual(other.Data.Span);

        public override int GetHashCode() => HashCode.Combine(Name, TimeToLive, Kind, Data.Length);
    }
}
