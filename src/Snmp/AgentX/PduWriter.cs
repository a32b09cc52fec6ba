using System.Buffers;
using System.Buffers.Binary;
using System.Text;

namespace Amavis.Snmp.AgentX;

/// <summary>Writes the encodings of a payload (RFC 2741 §5).</summary>
internal sealed class PduWriter(ArrayBufferWriter<byte> output, bool network)
{
    private static readonly byte[] Padding = new byte[3];

    public void Octets(params ReadOnlySpan<byte> octets) => output.Write(octets);

    public void UInt16(int value)
    {
        var span = output.GetSpan(2);
        if (network)
            BinaryPrimitives.WriteUInt16BigEndian(span, unchecked((ushort)value));
        else
            BinaryPrimitives.WriteUInt16LittleEndian(span, unchecked((ushort)value));
        output.Advance(2);
    }

    public void UInt32(uint value)
    {
        var span = output.GetSpan(4);
        if (network)
            BinaryPrimitives.WriteUInt32BigEndian(span, value);
        else
            BinaryPrimitives.WriteUInt32LittleEndian(span, value);
        output.Advance(4);
    }

    public void UInt64(ulong value)
    {
        var span = output.GetSpan(8);
        if (network)
            BinaryPrimitives.WriteUInt64BigEndian(span, value);
        else
            BinaryPrimitives.WriteUInt64LittleEndian(span, value);
        output.Advance(8);
    }

    /// <summary>RFC 2741 §5.1: what lies below 1.3.6.1 is written with a prefix.</summary>
    public void Oid(Oid oid, bool include = false)
    {
        var numbers = oid.Numbers;
        var prefix = numbers is [1, 3, 6, 1, > 0 and <= byte.MaxValue, ..] ? (byte)numbers[4] : (byte)0;
        var listed = prefix == 0 ? numbers : numbers[AgentXLimits.PrefixLength..];
        Octets((byte)listed.Length, prefix, include ? (byte)1 : (byte)0, 0);
        foreach (var number in listed)
            UInt32(number);
    }

    /// <summary>RFC 2741 §5.3.</summary>
    public void OctetString(ReadOnlySpan<byte> octets)
    {
        UInt32((uint)octets.Length);
        Octets(octets);
        Octets(Padding.AsSpan(0, -octets.Length & 3));
    }

    public void Text(string text) => OctetString(Encoding.UTF8.GetBytes(text));

    public void SearchRange(SearchRange range)
    {
        Oid(range.Start, range.Include);
        Oid(range.End);
    }

    public void VarBind(VarBind variable)
    {
        UInt16((int)variable.Value.Type);
        UInt16(0);
        Oid(variable.Name);
        Value(variable.Value);
    }

    private void Value(SnmpValue value)
    {
        switch (value.Type)
        {
            case SnmpType.Integer or SnmpType.Counter32 or SnmpType.Gauge32 or SnmpType.TimeTicks:
                UInt32(unchecked((uint)value.Number));
                break;
            case SnmpType.Counter64:
                UInt64(value.Number);
                break;
            case SnmpType.OctetString or SnmpType.Opaque or SnmpType.IpAddress:
                OctetString(value.Octets.Span);
                break;
            case SnmpType.ObjectIdentifier:
                Oid(value.ObjectIdentifier);
                break;
        }
    }
}
