namespace Amavis.Dns.Messages;

/// <summary>A DNS message (RFC 1035 §4) as read or to be written. OPT (RFC 6891) is a property here and not among the records.</summary>
public sealed record DnsMessage
{
    public ushort Id { get; init; }

    /// <summary>An answer, not a question.</summary>
    public bool IsResponse { get; init; }

    public int Opcode { get; init; }

    public bool Authoritative { get; init; }

    /// <summary>Cut to what fits; ask again over TCP.</summary>
    public bool Truncated { get; init; }

    public bool RecursionDesired { get; init; }

    public bool RecursionAvailable { get; init; }

    /// <summary>With the upper bits from OPT where there is one.</summary>
    public ResponseCode Code { get; init; }

    public IReadOnlyList<DnsQuestion> Questions { get; init; } = [];

    public IReadOnlyList<DnsRecord> Answers { get; init; } = [];

    public IReadOnlyList<DnsRecord> Authorities { get; init; } = [];

    public IReadOnlyList<DnsRecord> Additionals { get; init; } = [];

    /// <summary>Octets of a UDP message the writer takes, from OPT; null: no EDNS.</summary>
    public ushort? UdpPayload { get; init; }

    /// <summary>A question for a recursive server, with EDNS.</summary>
    public static DnsMessage Query(ushort id, DnsQuestion question, ushort? udpPayload) =>
        new() { Id = id, RecursionDesired = true, Questions = [question], UdpPayload = udpPayload };
}
