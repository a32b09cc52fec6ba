using System.Buffers;
using System.Text;

namespace Amavis.Scanning.Headers;

/// <summary>The tests of one header field, in their order; the first that finds something ends them.</summary>
internal static class FieldTests
{
    /// <summary>RFC 5322 §2.1.1, without the line end.</summary>
    private const int MaxLineOctets = 998;

    /// <summary>Printable octets but the colon may form a name; those of 0x80 and above are told apart by a test of their own.</summary>
    private static readonly SearchValues<byte> NameOctets =
        SearchValues.Create([.. Enumerable.Range(0x21, 0xff - 0x21 + 1).Where(o => o is not ':' and not 0x7f).Select(o => (byte)o)]);

    /// <param name="field">Whole, lines separated by LF, without the last line end.</param>
    /// <param name="bareCr">Where in it a lone CR was dropped; -1: nowhere.</param>
    public static HeaderDefect? FirstFault(ReadOnlySpan<byte> field, int bareCr, HeaderTests tests, bool smtpUtf8)
    {
        if (tests.Syntax && Syntax(field) is { } syntax)
            return syntax;
        if ((tests.Empty || tests.Long) && Lines(field, tests) is { } line)
            return line;
        if (tests.Control && Control(field, bareCr) is { } control)
            return control;
        return tests.EightBit && field.ContainsAnyInRange((byte)0x80, (byte)0xff) ? EightBit(field, tests, smtpUtf8) : null;
    }

    private static HeaderDefect? Syntax(ReadOnlySpan<byte> field)
    {
        var end = field.IndexOfAnyExcept(NameOctets);
        var rest = end < 0 ? [] : field[end..].TrimStart(" \t"u8);
        if (end <= 0 || rest.IsEmpty || rest[0] != ':' || field.StartsWith("--"u8))
            return new HeaderDefect(6, "Not a header field: " + HeaderExcerpt.Beginning(field));
        var eightBit = field[..end].IndexOfAnyInRange((byte)0x80, (byte)0xff);
        return eightBit < 0 ? null : At(6, "Non-ASCII character in a header field name", field, eightBit, EightBitRun(field[..end], eightBit));
    }

    private static HeaderDefect? Lines(ReadOnlySpan<byte> field, HeaderTests tests)
    {
        var longLine = -1;
        var longLength = 0;
        for (var at = 0; at <= field.Length;)
        {
            var end = field[at..].IndexOf((byte)'\n');
            var line = end < 0 ? field[at..] : field.Slice(at, end);
            if (tests.Empty && at > 0 && line.IndexOfAnyExcept(" \t"u8) < 0)
                return new HeaderDefect(4, "Folded header field line made up entirely of whitespace" + HeaderExcerptAt(field, at, line.Length));
            if (longLine < 0 && line.Length > MaxLineOctets)
                (longLine, longLength) = (at, line.Length);
            if (end < 0)
                break;
            at += end + 1;
        }
        return tests.Long && longLine >= 0
            ? new HeaderDefect(5, $"Header line longer than {MaxLineOctets} characters ({longLength}): " + HeaderExcerpt.Beginning(field[longLine..]))
            : null;
    }

    private static HeaderDefect? Control(ReadOnlySpan<byte> field, int bareCr)
    {
        var nul = field.IndexOf((byte)0);
        if (nul >= 0 && (bareCr < 0 || nul < bareCr))
            return At(3, "Control character in a header field", field, nul, Run(field, nul, 0));
        if (bareCr < 0)
            return null;
        // The CR was dropped when the message came in; it is shown where it stood.
        byte[] asReceived = [.. field[..bareCr], (byte)'\r', .. field[bareCr..]];
        return At(3, "Control character in a header field", asReceived, bareCr, 1);
    }

    private static HeaderDefect? EightBit(ReadOnlySpan<byte> field, HeaderTests tests, bool smtpUtf8)
    {
        var invalid = FirstInvalidUtf8(field);
        if (invalid >= 0)
            return At(2, "Non-encoded non-ASCII data (and not UTF-8)", field, invalid, EightBitRun(field, invalid));
        var c0 = field.IndexOfAnyExceptInRange((byte)0x20, (byte)0xff);
        while (c0 >= 0 && field[c0] is (byte)'\t' or (byte)'\n')
        {
            var next = field[(c0 + 1)..].IndexOfAnyExceptInRange((byte)0x20, (byte)0xff);
            c0 = next < 0 ? -1 : c0 + 1 + next;
        }
        if (c0 >= 0)
            return At(2, "Control character in UTF-8 text", field, c0, 1);
        if (FirstC1(field) is var c1 and >= 0)
            return At(2, "UTF-8 encoded control character", field, c1, 2);
        var first = field.IndexOfAnyInRange((byte)0x80, (byte)0xff);
        return tests.Utf8 && !smtpUtf8
            ? At(2, "Non-encoded UTF-8 text in a message without SMTPUTF8", field, first, EightBitRun(field, first))
            : null;
    }

    /// <summary>U+0080 to U+009F: C2 80 to C2 9F. In valid UTF-8 the octet C2 only ever begins a character.</summary>
    private static int FirstC1(ReadOnlySpan<byte> field)
    {
        for (var at = 0; field[at..].IndexOf((byte)0xc2) is var found and >= 0; at += found + 1)
            if (field[at + found + 1] < 0xa0)
                return at + found;
        return -1;
    }

    private static int FirstInvalidUtf8(ReadOnlySpan<byte> field)
    {
        for (var at = 0; at < field.Length;)
        {
            var ascii = field[at..].IndexOfAnyInRange((byte)0x80, (byte)0xff);
            if (ascii < 0)
                return -1;
            at += ascii;
            if (Rune.DecodeFromUtf8(field[at..], out _, out var used) != OperationStatus.Done)
                return at;
            at += used;
        }
        return -1;
    }

    private static HeaderDefect At(int minor, string what, ReadOnlySpan<byte> field, int start, int length) =>
        new(minor, what + HeaderExcerpt.Named(field.Slice(start, length)) + HeaderExcerptAt(field, start, length));

    private static string HeaderExcerptAt(ReadOnlySpan<byte> field, int start, int length) => ": " + HeaderExcerpt.Around(field, start, length);

    private static int EightBitRun(ReadOnlySpan<byte> field, int start)
    {
        var length = field[start..].IndexOfAnyExceptInRange((byte)0x80, (byte)0xff);
        return length < 0 ? field.Length - start : length;
    }

    private static int Run(ReadOnlySpan<byte> field, int start, byte octet)
    {
        var length = field[start..].IndexOfAnyExcept(octet);
        return length < 0 ? field.Length - start : length;
    }
}
