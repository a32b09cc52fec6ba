using System.Buffers.Binary;
using System.Text;

namespace Amavis.Snmp.AgentX;

/// <summary>
/// Reads the encodings of a payload (RFC 2741 §5). Any octets are accepted: what is not an encoding makes <see cref="IsGood"/> false, and
/// everything read from then on is zero or empty.
/// </summary>
internal ref struct PduReader(ReadOnlySpan<byte> payload, bool network)
{
    private ReadOnlySpan<byte> _rest = payload;

    public bool IsGood { get; private set; } = true;

    public readonly bool IsAtEnd => _rest.IsEmpty;

    public byte Octet() => Take(1) is [var octet] ? octet : (byte)0;

    public ushort UInt16()
    {
        var octets = Take(2);
        return octets.IsEmpty ? (ushort)0 : network ? BinaryPrimitives.ReadUInt16BigEndian(octets) : BinaryPrimitives.ReadUInt16LittleEndian(octets);
    }

    public uint UInt32()
    {
        var octets = Take(4);
        return octets.IsEmpty ? 0 : network ? BinaryPrimitives.ReadUInt32BigEndian(octets) : BinaryPrimitives.ReadUInt32LittleEndian(octets);
    }

    public ulong UInt64()
    {
        var octets = Take(8);
        return octets.IsEmpty ? 0 : network ? BinaryPrimitives.ReadUInt64BigEndian(octets) : BinaryPrimitives.ReadUInt64LittleEndian(octets);
    }

    public void Skip(int octets) => Take(octets);

    /// <summary>RFC 2741 §5.1.</summary>
    public Oid Oid(out bool include)
    {
        var listed = Octet();
        var prefix = Octet();
        include = Octet() != 0;
        Skip(1);
        var inherited = prefix == 0 ? 0 : AgentXLimits.PrefixLength;
        if (!IsGood || listed + inherited > Snmp.Oid.MaxLength || _rest.Length < listed * 4)
        {
            Fail();
            return Snmp.Oid.Null;
        }
        Span<uint> numbers = stackalloc uint[listed + inherited];
        if (prefix != 0)
            (numbers[0], numbers[1], numbers[2], numbers[3], numbers[4]) = (1, 3, 6, 1, prefix);
        for (var i = 0; i < listed; i++)
            numbers[inherited + i] = UInt32();
        return Snmp.Oid.Of(numbers);
    }

    /// <summary>RFC 2741 §5.3.</summary>
    public byte[] OctetString()
    {
        var length = UInt32();
        if (length > (uint)_rest.Length)
        {
            Fail();
            return [];
        }
        var octets = Take((int)length).ToArray();
        Skip(-(int)length & 3);
        return IsGood ? octets : [];
    }

    public string Text() => Encoding.UTF8.GetString(OctetString());

    /// <summary>RFC 2741 §5.2.</summary>
    public SearchRange SearchRange()
    {
        var start = Oid(out var include);
        return new SearchRange(start, include, Oid(out _));
    }

    /// <summary>RFC 2741 §5.4.</summary>
    public VarBind VarBind()
    {
        var type = (SnmpType)UInt16();
        Skip(2);
        var name = Oid(out _);
        return new VarBind(name, Value(type));
    }

    private SnmpValue Value(SnmpType type)
    {
        switch (type)
        {
            case SnmpType.Integer or SnmpType.Counter32 or SnmpType.Gauge32 or SnmpType.TimeTicks:
                return SnmpValue.Of(type, UInt32());
            case SnmpType.Counter64:
                return SnmpValue.Of(type, UInt64());
            case SnmpType.OctetString or SnmpType.Opaque:
                return SnmpValue.Of(type, OctetString());
            case SnmpType.IpAddress:
                var address = OctetString();
                if (address.Length != 4)
                    Fail();
                return SnmpValue.Of(type, address);
            case SnmpType.ObjectIdentifier:
                return SnmpValue.Of(Oid(out _));
            case SnmpType.Null or SnmpType.NoSuchObject or SnmpType.NoSuchInstance or SnmpType.EndOfMibView:
                return SnmpValue.Of(type, 0);
            default:
                Fail();
                return SnmpValue.Null;
        }
    }

    private ReadOnlySpan<byte> Take(int octets)
    {
        if (octets > _rest.Length)
        {
            Fail();
            return [];
        }
        var taken = _rest[..octets];
        _rest = _rest[octets..];
        return taken;
    }

    private void Fail()
    {
        IsGood = false;
        _rest = [];
    }
}
