using System.Text;

namespace Amavis.Snmp;

/// <summary>The value of a variable. Which of the properties hold it depends on <see cref="Type"/>.</summary>
public readonly struct SnmpValue : IEquatable<SnmpValue>
{
    private readonly Oid? _oid;

    private SnmpValue(SnmpType type, ulong number, ReadOnlyMemory<byte> octets, Oid? oid)
    {
        Type = type;
        Number = number;
        Octets = octets;
        _oid = oid;
    }

    public SnmpType Type { get; }

    /// <summary>Of the number types; an Integer is there in two's complement.</summary>
    public ulong Number { get; }

    /// <summary>Of OctetString, Opaque and IpAddress.</summary>
    public ReadOnlyMemory<byte> Octets { get; }

    /// <summary>Of ObjectIdentifier.</summary>
    public Oid ObjectIdentifier => _oid ?? Oid.Null;

    public static SnmpValue NoSuchObject => Plain(SnmpType.NoSuchObject);

    public static SnmpValue NoSuchInstance => Plain(SnmpType.NoSuchInstance);

    public static SnmpValue EndOfMibView => Plain(SnmpType.EndOfMibView);

    public static SnmpValue Null => Plain(SnmpType.Null);

    public static SnmpValue Integer(int value) => new(SnmpType.Integer, unchecked((uint)value), default, null);

    /// <summary>Wraps around as counters do.</summary>
    public static SnmpValue Counter32(long value) => new(SnmpType.Counter32, unchecked((uint)value), default, null);

    public static SnmpValue Counter64(long value) => new(SnmpType.Counter64, unchecked((ulong)value), default, null);

    /// <summary>Stays at its bounds as gauges do.</summary>
    public static SnmpValue Gauge32(long value) => new(SnmpType.Gauge32, (ulong)Math.Clamp(value, 0, uint.MaxValue), default, null);

    /// <summary>Hundredths of a second; wraps around after 497 days.</summary>
    public static SnmpValue TimeTicks(TimeSpan time) =>
        new(SnmpType.TimeTicks, unchecked((uint)(time.Ticks / (TimeSpan.TicksPerSecond / 100))), default, null);

    public static SnmpValue Text(string text) => Of(SnmpType.OctetString, Encoding.UTF8.GetBytes(text));

    public static SnmpValue Of(Oid value) => new(SnmpType.ObjectIdentifier, 0, default, value);

    /// <summary>A value of one of the types made of octets.</summary>
    public static SnmpValue Of(SnmpType type, ReadOnlyMemory<byte> octets) => new(type, 0, octets, null);

    /// <summary>A value of one of the number types.</summary>
    public static SnmpValue Of(SnmpType type, ulong number) => new(type, number, default, null);

    private static SnmpValue Plain(SnmpType type) => new(type, 0, default, null);

    public bool Equals(SnmpValue other) =>
        Type == other.Type && Number == other.Number && ObjectIdentifier == other.ObjectIdentifier && Octets.Span.SequenceEqual(other.Octets.Span);

    public override bool Equals(object? obj) => obj is SnmpValue other && Equals(other);

    public override int GetHashCode() => HashCode.Combine(Type, Number, ObjectIdentifier, Octets.Length);

    public override string ToString() => Type switch
    {
        SnmpType.Integer => $"Integer {unchecked((int)(uint)Number)}",
        SnmpType.OctetString or SnmpType.Opaque or SnmpType.IpAddress => $"{Type} \"{Encoding.Latin1.GetString(Octets.Span)}\"",
        SnmpType.ObjectIdentifier => $"{Type} {ObjectIdentifier}",
        SnmpType.Counter32 or SnmpType.Gauge32 or SnmpType.TimeTicks or SnmpType.Counter64 => $"{Type} {Number}",
        _ => Type.ToString(),
    };

    public static bool operator ==(SnmpValue left, SnmpValue right) => left.Equals(right);

    public static bool operator !=(SnmpValue left, SnmpValue right) => !left.Equals(right);
}
