using System.Buffers.Binary;
using System.Net;
using System.Text;

namespace Amavis.Dns.Messages;

/// <summary>Reads messages from octets nobody vouches for: no octets make it fail otherwise than by saying so.</summary>
public static class DnsMessageReader
{
    /// <summary>Records of all sections; more is no answer to anything asked here.</summary>
    public const int MaxRecords = 1000;

    private const int HeaderOctets = 12;

    /// <summary>
    /// The message, or null with the fault. Of a message that says it is truncated, what is whole is given. What follows the last
    /// record is ignored.
    /// </summary>
    public static DnsMessage? TryRead(ReadOnlySpan<byte> octets, out string fault)
    {
        fault = "shorter than a header";
        if (octets.Length < HeaderOctets)
            return null;
        var flags = BinaryPrimitives.ReadUInt16BigEndian(octets[2..]);
        var message = new DnsMessage
        {
            Id = BinaryPrimitives.ReadUInt16BigEndian(octets),
            IsResponse = (flags & 0x8000) != 0,
            Opcode = (flags >> 11) & 15,
            Authoritative = (flags & 0x400) != 0,
            Truncated = (flags & 0x200) != 0,
            RecursionDesired = (flags & 0x100) != 0,
            RecursionAvailable = (flags & 0x80) != 0,
            Code = (ResponseCode)(flags & 15),
        };
        var reader = new Cursor(octets, HeaderOctets);
        if (!reader.TryReadQuestions(Count(octets, 4), out var questions))
        {
            fault = "a question can't be read";
            return null;
        }
        message = message with { Questions = questions };
        var (answers, authorities, additionals) = (new List<DnsRecord>(), new List<DnsRecord>(), new List<DnsRecord>());
        var whole = Count(octets, 6) + Count(octets, 8) + Count(octets, 10) <= MaxRecords
            && reader.TryReadRecords(Count(octets, 6), answers)
            && reader.TryReadRecords(Count(octets, 8), authorities)
            && reader.TryReadRecords(Count(octets, 10), additionals);
        if (!whole && !message.Truncated)
        {
            fault = "a record can't be read";
            return null;
        }
        fault = "";
        return WithEdns(message with { Answers = answers, Authorities = authorities }, additionals);
    }

    private static int Count(ReadOnlySpan<byte> octets, int at) => BinaryPrimitives.ReadUInt16BigEndian(octets[at..]);

    /// <summary>OPT uses the class for the payload and the time to live for more flags (RFC 6891 §6.1.2).</summary>
    private static DnsMessage WithEdns(DnsMessage message, List<DnsRecord> additionals)
    {
        var at = additionals.FindIndex(r => r is Options);
        if (at < 0)
            return message with { Additionals = additionals };
        var options = (Options)additionals[at];
        additionals.RemoveAll(r => r is Options);
        return message with
        {
            Additionals = additionals,
            UdpPayload = options.Payload,
            Code = (ResponseCode)((int)message.Code | (int)((options.TimeToLive >> 24) << 4)),
        };
    }

    private sealed record Options(uint TimeToLive, ushort Payload) : DnsRecord("", TimeToLive)
    {
        public override RecordType Type => RecordType.OPT;
    }

    private ref struct Cursor(ReadOnlySpan<byte> octets, int at)
    {
        private const int ClassIn = 1;
        private readonly ReadOnlySpan<byte> _octets = octets;
        private int _at = at;

        public bool TryReadQuestions(int count, out IReadOnlyList<DnsQuestion> questions)
        {
            var read = new List<DnsQuestion>(Math.Min(count, 4));
            questions = read;
            for (; count > 0; count--)
            {
                if (!TryReadName(out var name) || !TryRead16(out var type) || !TryRead16(out _))
                    return false;
                read.Add(new DnsQuestion(name, (RecordType)type));
            }
            return true;
        }

        public bool TryReadRecords(int count, List<DnsRecord> records)
        {
            for (; count > 0; count--)
            {
                if (!TryReadName(out var name) || !TryRead16(out var type) || !TryRead16(out var kind)
                    || !TryRead16(out var high) || !TryRead16(out var low) || !TryRead16(out var length) || _octets.Length - _at < length)
                    return false;
                var end = _at + length;
                var timeToLive = ((uint)high << 16) | low;
                if ((RecordType)type == RecordType.OPT)
                    records.Add(new Options(timeToLive, kind));
                else if (kind == ClassIn)
                    records.Add(Data(name, (timeToLive & 0x8000_0000) != 0 ? 0 : timeToLive, (RecordType)type, end));
                _at = end;
            }
            return true;
        }

        private DnsRecord Data(string name, uint timeToLive, RecordType type, int end)
        {
            var data = _octets[_at..end];
            var start = _at;
            DnsRecord? record = type switch
            {
                RecordType.A when data.Length == 4 => new DnsRecord.Address(name, timeToLive, new IPAddress(data)),
                RecordType.AAAA when data.Length == 16 => new DnsRecord.Address(name, timeToLive, new IPAddress(data)),
                RecordType.CNAME or RecordType.NS or RecordType.PTR when TryReadName(out var target) && _at == end => new DnsRecord.Named(name, timeToLive, type, target),
                RecordType.MX when TryRead16(out var preference) && TryReadName(out var host) && _at == end => new DnsRecord.MailExchange(name, timeToLive, preference, host),
                RecordType.TXT when Strings(data) is { } strings => new DnsRecord.Text(name, timeToLive, strings),
                RecordType.SOA => Authority(name, timeToLive, end),
                _ => null,
            };
            _at = start;
            return record ?? new DnsRecord.Other(name, timeToLive, type, data.ToArray());
        }

        private DnsRecord.StartOfAuthority? Authority(string name, uint timeToLive, int end)
        {
            if (!TryReadName(out var server) || !TryReadName(out var mailbox) || end - _at != 20)
                return null;
            var numbers = _octets[_at..end];
            return new DnsRecord.StartOfAuthority(
                name, timeToLive, server, mailbox, BinaryPrimitives.ReadUInt32BigEndian(numbers), BinaryPrimitives.ReadUInt32BigEndian(numbers[16..]));
        }

        private static List<ReadOnlyMemory<byte>>? Strings(ReadOnlySpan<byte> data)
        {
            var strings = new List<ReadOnlyMemory<byte>>(1);
            while (!data.IsEmpty)
            {
                if (data.Length - 1 < data[0])
                    return null;
                strings.Add(data.Slice(1, data[0]).ToArray());
                data = data[(data[0] + 1)..];
            }
            return strings;
        }

        private bool TryRead16(out ushort value)
        {
            value = 0;
            if (_octets.Length - _at < 2)
                return false;
            value = BinaryPrimitives.ReadUInt16BigEndian(_octets[_at..]);
            _at += 2;
            return true;
        }

        /// <summary>
        /// A name with compression (RFC 1035 §4.1.4). A pointer must lead to before the labels it stands behind, so the way is finite,
        /// and the name may not get longer than names are.
        /// </summary>
        private bool TryReadName(out string name)
        {
            name = "";
            var text = new StringBuilder();
            var (at, from, wire) = (_at, _at, 1);
            var after = -1;
            while (true)
            {
                if (at >= _octets.Length)
                    return false;
                var length = _octets[at];
                if (length == 0)
                    break;
                if ((length & 0xc0) == 0xc0)
                {
                    if (at + 1 >= _octets.Length)
                        return false;
                    var target = ((length & 0x3f) << 8) | _octets[at + 1];
                    if (target >= from)
                        return false;
                    if (after < 0)
                        after = at + 2;
                    at = from = target;
                    continue;
                }
                wire += length + 1;
                if (length > DnsName.MaxLabel || wire > DnsName.MaxWire || at + 1 + length > _octets.Length)
                    return false;
                if (text.Length > 0)
                    text.Append('.');
                DnsName.AppendLabel(text, _octets.Slice(at + 1, length));
                at += 1 + length;
            }
            _at = after < 0 ? at + 1 : after;
            name = text.ToString();
            return true;
        }
    }
}
