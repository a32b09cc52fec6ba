using System.Buffers;
using Amavis.Core.Messages;

namespace Amavis.Mime.Headers;

/// <summary>The fields of a header section (RFC 5322 §2.2), in order, of any size. Immutable.</summary>
public sealed class HeaderSection
{
    private readonly HeaderField[] _fields;

    private HeaderSection(ReadOnlyMemory<byte> octets, HeaderField[] fields, int separatorLength)
    {
        Octets = octets;
        _fields = fields;
        SeparatorLength = separatorLength;
    }

    /// <summary>The section as it stands, without the empty line that ends it.</summary>
    public ReadOnlyMemory<byte> Octets { get; }

    /// <summary>Octets of the empty line; 0 when the message ends, or the octets given do, without one.</summary>
    public int SeparatorLength { get; }

    /// <summary>Octets from the start of the message to its body.</summary>
    public int BodyOffset => Octets.Length + SeparatorLength;

    public IReadOnlyList<HeaderField> Fields => _fields;

    /// <summary>Reads from the start of the octets up to an empty line, or to their end.</summary>
    public static HeaderSection Parse(ReadOnlyMemory<byte> octets)
    {
        var span = octets.Span;
        var fields = new List<HeaderField>(32);
        var section = octets[..EndOf(span, out var separator)];
        span = section.Span;
        for (var at = 0; at < span.Length;)
        {
            var length = LengthOfField(span[at..]);
            fields.Add(Read(section, at, length));
            at += length;
        }
        return new HeaderSection(section, [.. fields], separator);
    }

    /// <summary>Reads the header section of a spooled message; it is copied into memory.</summary>
    public static HeaderSection Read(Spool spool)
    {
        ArgumentNullException.ThrowIfNull(spool);
        var octets = new ArrayBufferWriter<byte>(8192);
        var searched = 0;
        foreach (var chunk in spool.Chunks())
        {
            octets.Write(chunk.Span);
            var end = IndexOfEmptyLine(octets.WrittenSpan, ref searched);
            if (end >= 0)
                return Parse(octets.WrittenMemory[..end].ToArray());
        }
        return Parse(octets.WrittenMemory.ToArray());
    }

    /// <summary>The topmost field of a name, or null.</summary>
    public HeaderField? First(string name)
    {
        var hash = HashOf(name);
        foreach (ref readonly var field in _fields.AsSpan())
            if (field.NameHash == hash && System.Text.Ascii.EqualsIgnoreCase(field.NameOctets, name))
                return field;
        return null;
    }

    /// <summary>The bottommost field of a name, or null.</summary>
    public HeaderField? Last(string name)
    {
        var hash = HashOf(name);
        for (var i = _fields.Length - 1; i >= 0; i--)
            if (_fields[i].NameHash == hash && System.Text.Ascii.EqualsIgnoreCase(_fields[i].NameOctets, name))
                return _fields[i];
        return null;
    }

    /// <summary>All fields of a name, from the top.</summary>
    public IEnumerable<HeaderField> All(string name)
    {
        var hash = HashOf(name);
        foreach (var field in _fields)
            if (field.NameHash == hash && field.HasName(name))
                yield return field;
    }

    public bool Contains(string name) => First(name) is not null;

    public int Count(string name) => All(name).Count();

    /// <summary>Case-insensitive hash of a field name; only to save comparisons.</summary>
    internal static int HashOf(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        var hash = name.Length;
        foreach (var c in name)
            hash = (hash * 31) + (c | 0x20);
        return hash;
    }

    private static int HashOf(ReadOnlySpan<byte> name)
    {
        var hash = name.Length;
        foreach (var octet in name)
            hash = (hash * 31) + (octet | 0x20);
        return hash;
    }

    private static HeaderField Read(ReadOnlyMemory<byte> section, int offset, int length)
    {
        var field = section.Span.Slice(offset, length);
        var colon = field.IndexOf((byte)':');
        if (colon <= 0)
            return new HeaderField(section, offset, length, 0, 0, 0);
        // RFC 5322 §4.5: blanks before the colon. Octets of 0x80 and above are for the header check to complain of.
        var name = field[..colon].TrimEnd(" \t"u8);
        if (name.IsEmpty || name.ContainsAnyInRange((byte)0, (byte)' ') || name.Contains((byte)0x7f))
            return new HeaderField(section, offset, length, 0, 0, 0);
        return new HeaderField(section, offset, length, name.Length, colon + 1, HashOf(name));
    }

    /// <summary>To the line end after which no continuation line follows.</summary>
    private static int LengthOfField(ReadOnlySpan<byte> octets)
    {
        var length = 0;
        do
        {
            var end = octets[length..].IndexOf((byte)'\n');
            if (end < 0)
                return octets.Length;
            length += end + 1;
        }
        while (length < octets.Length && octets[length] is (byte)' ' or (byte)'\t');
        return length;
    }

    private static int EndOf(ReadOnlySpan<byte> octets, out int separator)
    {
        var searched = 0;
        var end = IndexOfEmptyLine(octets, ref searched);
        if (end < 0)
        {
            separator = 0;
            return octets.Length;
        }
        separator = end >= 2 && octets[end - 2] == '\r' ? 2 : 1;
        return end - separator;
    }

    /// <summary>Offset after the first empty line, or -1.</summary>
    /// <param name="searched">How far an earlier call has looked.</param>
    private static int IndexOfEmptyLine(ReadOnlySpan<byte> octets, ref int searched)
    {
        while (true)
        {
            // searched is always the start of a line.
            var rest = octets[searched..];
            if (rest.StartsWith("\r\n"u8))
                return searched + 2;
            if (rest.StartsWith("\n"u8))
                return searched + 1;
            var end = rest.IndexOf((byte)'\n');
            if (end < 0)
                return -1;
            searched += end + 1;
        }
    }
}
