using System.Globalization;

namespace Amavis.Snmp;

/// <summary>An object identifier: up to 128 numbers (RFC 2578 §3.5). Ordered as trees are walked; immutable.</summary>
public sealed class Oid : IComparable<Oid>, IEquatable<Oid>
{
    /// <summary>Most numbers an identifier has.</summary>
    public const int MaxLength = 128;

    private readonly uint[] _numbers;

    /// <param name="numbers">Not copied.</param>
    private Oid(uint[] numbers) => _numbers = numbers;

    /// <summary>No number at all; AgentX writes 0.0 and "none" with it (RFC 2741 §5.1).</summary>
    public static Oid Null { get; } = new([]);

    public int Length => _numbers.Length;

    public ReadOnlySpan<uint> Numbers => _numbers;

    /// <exception cref="ArgumentException">More than <see cref="MaxLength"/> numbers.</exception>
    public static Oid Of(params ReadOnlySpan<uint> numbers) =>
        numbers.Length <= MaxLength ? new Oid(numbers.ToArray()) : throw new ArgumentException("too many numbers", nameof(numbers));

    /// <summary>Reads <c>1.3.6.1</c>, perhaps with a dot before it; the empty text is <see cref="Null"/>.</summary>
    /// <exception cref="FormatException">It is not one. For texts of our own only.</exception>
    public static Oid Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        var plain = text.StartsWith('.') ? text[1..] : text;
        if (plain.Length == 0)
            return Null;
        return Of([.. plain.Split('.').Select(n => uint.Parse(n, NumberStyles.None, CultureInfo.InvariantCulture))]);
    }

    /// <summary>This identifier with more numbers behind it.</summary>
    public Oid Append(params ReadOnlySpan<uint> numbers) => Of([.. _numbers, .. numbers]);

    /// <summary>Whether this one is above the other in the tree, or is the same.</summary>
    public bool IsPrefixOf(Oid other)
    {
        ArgumentNullException.ThrowIfNull(other);
        return other._numbers.AsSpan().StartsWith(_numbers);
    }

    public int CompareTo(Oid? other) => other is null ? 1 : _numbers.AsSpan().SequenceCompareTo(other._numbers);

    public bool Equals(Oid? other) => other is not null && _numbers.AsSpan().SequenceEqual(other._numbers);

    public override bool Equals(object? obj) => Equals(obj as Oid);

    public override int GetHashCode()
    {
        var hash = new HashCode();
        foreach (var number in _numbers)
            hash.Add(number);
        return hash.ToHashCode();
    }

    /// <summary>Without a leading dot; <c>0.0</c> for <see cref="Null"/>.</summary>
    public override string ToString() => _numbers.Length == 0 ? "0.0" : string.Join('.', _numbers);

    public static bool operator ==(Oid? left, Oid? right) => left?.Equals(right) ?? right is null;

    public static bool operator !=(Oid? left, Oid? right) => !(left == right);

    public static bool operator <(Oid left, Oid right) => Comparer<Oid>.Default.Compare(left, right) < 0;

    public static bool operator >(Oid left, Oid right) => Comparer<Oid>.Default.Compare(left, right) > 0;

    public static bool operator <=(Oid left, Oid right) => Comparer<Oid>.Default.Compare(left, right) <= 0;

    public static bool operator >=(Oid left, Oid right) => Comparer<Oid>.Default.Compare(left, right) >= 0;
}
