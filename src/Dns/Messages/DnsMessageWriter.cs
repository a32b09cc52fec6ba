using System.Buffers;
using System.Buffers.Binary;

namespace Amavis.Dns.Messages;

/// <summary>Writes messages. Names are compressed where an earlier owner name is the same.</summary>
public static class DnsMessageWriter
{
    /// <summary>Octets of any message (the length before it over TCP has two octets, RFC 1035 §4.2.2).</summary>
    public const int MaxOctets = 65535;

    private const int ClassIn = 1;

    /// <exception cref="ArgumentException">A name can't be written, or the message is longer than one can be.</exception>
    public static byte[] Write(DnsMessage message)
    {
        ArgumentNullException.ThrowIfNull(message);
        var output = new ArrayBufferWriter<byte>(512);
        var names = new Dictionary<string, int>(StringComparer.OrdinalIgnoreCase);
        Write16(output, message.Id);
        Write16(output, Flags(message));
        Write16(output, message.Questions.Count);
        Write16(output, message.Answers.Count);
        Write16(output, message.Authorities.Count);
        Write16(output, message.Additionals.Count + (message.UdpPayload is null ? 0 : 1));
        foreach (var question in message.Questions)
        {
            WriteName(output, question.Name, names);
            Write16(output, (int)question.Type);
            Write16(output, ClassIn);
        }
        foreach (var record in message.Answers.Concat(message.Authorities).Concat(message.Additionals))
            Write(output, record, names);
        if (message.UdpPayload is { } payload)
            WriteOptions(output, payload, message.Code);
        return output.WrittenCount <= MaxOctets ? output.WrittenSpan.ToArray() : throw new ArgumentException("a DNS message of more than 65535 octets", nameof(message));
    }

    private static int Flags(DnsMessage message) =>
        (message.IsResponse ? 0x8000 : 0) | ((message.Opcode & 15) << 11) | (message.Authoritative ? 0x400 : 0) | (message.Truncated ? 0x200 : 0)
        | (message.RecursionDesired ? 0x100 : 0) | (message.RecursionAvailable ? 0x80 : 0) | ((int)message.Code & 15);

    private static void Write(ArrayBufferWriter<byte> output, DnsRecord record, Dictionary<string, int> names)
    {
        WriteName(output, record.Name, names);
        Write16(output, (int)record.Type);
        Write16(output, ClassIn);
        Write32(output, record.TimeToLive);
        var data = new ArrayBufferWriter<byte>(64);
        WriteData(data, record);
        Write16(output, data.WrittenCount);
        output.Write(data.WrittenSpan);
    }

    private static void WriteData(ArrayBufferWriter<byte> data, DnsRecord record)
    {
        switch (record)
        {
            case DnsRecord.Address address:
                data.Write(address.Value.GetAddressBytes());
                break;
            case DnsRecord.Named named:
                WriteName(data, named.Target, null);
                break;
            case DnsRecord.MailExchange exchange:
                Write16(data, exchange.Preference);
                WriteName(data, exchange.Host, null);
                break;
            case DnsRecord.Text text:
                foreach (var part in text.Strings)
                {
                    data.Write(new ReadOnlySpan<byte>([checked((byte)part.Length)]));
                    data.Write(part.Span);
                }
                break;
            case DnsRecord.StartOfAuthority authority:
                WriteName(data, authority.PrimaryServer, null);
                WriteName(data, authority.Mailbox, null);
                Write32(data, authority.Serial);
                // Refresh, retry and expire are for secondary servers.
                Write32(data, 0);
                Write32(data, 0);
                Write32(data, 0);
                Write32(data, authority.Minimum);
                break;
            case DnsRecord.Other other:
                data.Write(other.Data.Span);
                break;
        }
    }

    private static void WriteOptions(ArrayBufferWriter<byte> output, ushort payload, ResponseCode code)
    {
        output.Write("\0"u8);
        Write16(output, (int)RecordType.OPT);
        Write16(output, payload);
        Write32(output, (uint)((int)code >> 4) << 24);
        Write16(output, 0);
    }

    /// <param name="names">Offsets of names written before; null: not to be compressed, as in data (RFC 3597 §4).</param>
    private static void WriteName(ArrayBufferWriter<byte> output, string name, Dictionary<string, int>? names)
    {
        if (names is not null && names.TryGetValue(name, out var before))
        {
            Write16(output, 0xc000 | before);
            return;
        }
        Span<byte> wire = stackalloc byte[DnsName.MaxWire];
        if (!DnsName.TryWrite(name, wire, out var length))
            throw new ArgumentException($"\"{name}\" is not a domain name", nameof(name));
        if (length > 1 && output.WrittenCount < 0x4000)
            names?.TryAdd(name, output.WrittenCount);
        output.Write(wire[..length]);
    }

    private static void Write16(ArrayBufferWriter<byte> output, int value)
    {
        BinaryPrimitives.WriteUInt16BigEndian(output.GetSpan(2), (ushort)value);
        output.Advance(2);
    }

    private static void Write32(ArrayBufferWriter<byte> output, uint value)
    {
        BinaryPrimitives.WriteUInt32BigEndian(output.GetSpan(4), value);
        output.Advance(4);
    }
}
