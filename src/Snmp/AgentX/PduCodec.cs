using System.Buffers;

namespace Amavis.Snmp.AgentX;

/// <summary>AgentX PDUs and their octets (RFC 2741). Reading takes any octets and never throws.</summary>
public static class PduCodec
{
    /// <summary>Takes the first PDU off a buffer.</summary>
    /// <param name="buffer">Moved behind the PDU when it is Complete or Malformed.</param>
    /// <param name="header">Good unless Incomplete.</param>
    /// <param name="pdu">Null unless Complete.</param>
    public static PduStatus TryRead(ref ReadOnlySequence<byte> buffer, out PduHeader header, out AgentXPdu? pdu)
    {
        pdu = null;
        header = default;
        if (buffer.Length < PduHeader.Octets)
            return PduStatus.Incomplete;
        Span<byte> head = stackalloc byte[PduHeader.Octets];
        buffer.Slice(0, PduHeader.Octets).CopyTo(head);
        if (!PduHeader.TryRead(head, out header) || header.PayloadOctets > AgentXLimits.PayloadOctets)
            return PduStatus.Unusable;
        if (buffer.Length < PduHeader.Octets + header.PayloadOctets)
            return PduStatus.Incomplete;
        var payload = buffer.Slice(PduHeader.Octets, header.PayloadOctets);
        buffer = buffer.Slice(PduHeader.Octets + header.PayloadOctets);
        pdu = header.PayloadOctets % 4 == 0 ? Read(header, payload.IsSingleSegment ? payload.FirstSpan : payload.ToArray()) : null;
        return pdu is null ? PduStatus.Malformed : PduStatus.Complete;
    }

    /// <summary>Appends a PDU.</summary>
    /// <param name="network">Highest octets first, which every master reads; false for tests of the other order.</param>
    public static void Write(ArrayBufferWriter<byte> output, AgentXPdu pdu, bool network = true)
    {
        ArgumentNullException.ThrowIfNull(output);
        ArgumentNullException.ThrowIfNull(pdu);
        var payload = new ArrayBufferWriter<byte>();
        WriteBody(new PduWriter(payload, network), pdu);
        var flags = (network ? PduFlags.NetworkByteOrder : PduFlags.None) | (pdu.Context is null ? PduFlags.None : PduFlags.NonDefaultContext);
        var writer = new PduWriter(output, network);
        writer.Octets(PduHeader.Version, (byte)pdu.Body.Type, (byte)flags, 0);
        writer.UInt32(pdu.SessionId);
        writer.UInt32(pdu.TransactionId);
        writer.UInt32(pdu.PacketId);
        writer.UInt32((uint)payload.WrittenCount);
        writer.Octets(payload.WrittenSpan);
    }

    private static AgentXPdu? Read(PduHeader header, ReadOnlySpan<byte> payload)
    {
        var reader = new PduReader(payload, header.IsNetworkByteOrder);
        var context = header.Flags.HasFlag(PduFlags.NonDefaultContext) ? reader.Text() : null;
        var body = ReadBody(header.Type, ref reader);
        var isWhole = reader.IsGood && (reader.IsAtEnd || body is PduBody.Other);
        return isWhole ? new AgentXPdu(header.SessionId, header.TransactionId, header.PacketId, body, context) : null;
    }

    private static PduBody ReadBody(PduType type, ref PduReader reader)
    {
        switch (type)
        {
            case PduType.Open:
                var openTimeout = reader.Octet();
                reader.Skip(3);
                return new PduBody.Open(openTimeout, reader.Oid(out _), reader.Text());
            case PduType.Close:
                var reason = (CloseReason)reader.Octet();
                reader.Skip(3);
                return new PduBody.Close(reason);
            case PduType.Register:
                var timeout = reader.Octet();
                return new PduBody.Register(ReadRegistration(ref reader), timeout);
            case PduType.Unregister:
                reader.Skip(1);
                return new PduBody.Unregister(ReadRegistration(ref reader));
            case PduType.Get:
                return new PduBody.Get(ReadRanges(ref reader));
            case PduType.GetNext:
                return new PduBody.GetNext(ReadRanges(ref reader));
            case PduType.GetBulk:
                var nonRepeaters = reader.UInt16();
                var repetitions = reader.UInt16();
                return new PduBody.GetBulk(nonRepeaters, repetitions, ReadRanges(ref reader));
            case PduType.TestSet:
                return new PduBody.TestSet(ReadVariables(ref reader));
            case PduType.CommitSet:
                return new PduBody.CommitSet();
            case PduType.UndoSet:
                return new PduBody.UndoSet();
            case PduType.CleanupSet:
                return new PduBody.CleanupSet();
            case PduType.Notify:
                return new PduBody.Notify(ReadVariables(ref reader));
            case PduType.Ping:
                return new PduBody.Ping();
            case PduType.Response:
                var upTime = reader.UInt32();
                var error = (ResponseError)reader.UInt16();
                var index = reader.UInt16();
                return new PduBody.Response(upTime, error, index, ReadVariables(ref reader));
            default:
                return new PduBody.Other(type);
        }
    }

    private static Registration ReadRegistration(ref PduReader reader)
    {
        var priority = reader.Octet();
        var range = reader.Octet();
        reader.Skip(1);
        var subtree = reader.Oid(out _);
        return new Registration(subtree, priority, range, range == 0 ? null : reader.UInt32());
    }

    private static List<SearchRange> ReadRanges(ref PduReader reader)
    {
        var ranges = new List<SearchRange>();
        while (reader.IsGood && !reader.IsAtEnd)
            ranges.Add(reader.SearchRange());
        return ranges;
    }

    private static List<VarBind> ReadVariables(ref PduReader reader)
    {
        var variables = new List<VarBind>();
        while (reader.IsGood && !reader.IsAtEnd)
            variables.Add(reader.VarBind());
        return variables;
    }

    private static void WriteBody(PduWriter writer, AgentXPdu pdu)
    {
        if (pdu.Context is not null)
            writer.Text(pdu.Context);
        switch (pdu.Body)
        {
            case PduBody.Open open:
                writer.Octets(open.TimeoutSeconds, 0, 0, 0);
                writer.Oid(open.Id);
                writer.Text(open.Description);
                break;
            case PduBody.Close close:
                writer.Octets((byte)close.Reason, 0, 0, 0);
                break;
            case PduBody.Register register:
                WriteRegistration(writer, register.TimeoutSeconds, register.Registration);
                break;
            case PduBody.Unregister unregister:
                WriteRegistration(writer, 0, unregister.Registration);
                break;
            case PduBody.Get get:
                WriteRanges(writer, get.Ranges);
                break;
            case PduBody.GetNext next:
                WriteRanges(writer, next.Ranges);
                break;
            case PduBody.GetBulk bulk:
                writer.UInt16(bulk.NonRepeaters);
                writer.UInt16(bulk.MaxRepetitions);
                WriteRanges(writer, bulk.Ranges);
                break;
            case PduBody.TestSet test:
                WriteVariables(writer, test.Variables);
                break;
            case PduBody.Notify notify:
                WriteVariables(writer, notify.Variables);
                break;
            case PduBody.Response response:
                writer.UInt32(response.SysUpTime);
                writer.UInt16((int)response.Error);
                writer.UInt16(response.Index);
                WriteVariables(writer, response.Variables);
                break;
        }
    }

    private static void WriteRegistration(PduWriter writer, byte timeout, Registration registration)
    {
        writer.Octets(timeout, registration.Priority, registration.RangeSubId, 0);
        writer.Oid(registration.Subtree);
        if (registration.RangeSubId != 0)
            writer.UInt32(registration.UpperBound ?? 0);
    }

    private static void WriteRanges(PduWriter writer, IReadOnlyList<SearchRange> ranges)
    {
        foreach (var range in ranges)
            writer.SearchRange(range);
    }

    private static void WriteVariables(PduWriter writer, IReadOnlyList<VarBind> variables)
    {
        foreach (var variable in variables)
            writer.VarBind(variable);
    }
}
