using System.Buffers;
using Amavis.Mime.Headers;

namespace Amavis.Dkim.Canonicalization;

/// <summary>Header fields in a canonical form (RFC 6376 §3.4.1, §3.4.2), each with CRLF at its end.</summary>
internal static class HeaderCanonicalizer
{
    public static void Write(IBufferWriter<byte> output, HeaderField field, CanonicalForm form)
    {
        if (form == CanonicalForm.Simple)
            WriteSimple(output, field.Octets.Span);
        else
            WriteRelaxed(output, field.NameOctets, field.BodyOctets);
        output.Write("\r\n"u8);
    }

    /// <summary>
    /// The signature's own field as it is signed: without the value of its tag b=, and without a line end (RFC 6376 §3.7).
    /// </summary>
    public static void WriteSignature(IBufferWriter<byte> output, HeaderField field, CanonicalForm form)
    {
        var octets = field.Octets.ToArray();
        var body = octets.AsSpan(field.BodyOffset);
        var (start, end) = ValueOf(body, (byte)'b');
        ReadOnlySpan<byte> emptied = start < 0 ? octets : [.. octets.AsSpan(0, field.BodyOffset + start), .. body[end..]];
        if (form == CanonicalForm.Simple)
            WriteSimple(output, emptied);
        else
            WriteRelaxed(output, field.NameOctets, emptied[field.BodyOffset..]);
    }

    /// <summary>Octets between the equals sign of a tag of one letter and the semicolon after it; -1: no such tag.</summary>
    private static (int Start, int End) ValueOf(ReadOnlySpan<byte> tags, byte name)
    {
        for (var at = 0; at < tags.Length;)
        {
            var semicolon = tags[at..].IndexOf((byte)';');
            var end = semicolon < 0 ? tags.Length : at + semicolon;
            var equals = tags[at..end].IndexOf((byte)'=');
            if (equals >= 0 && tags.Slice(at, equals).Trim(" \t\r\n"u8) is [var letter] && letter == name)
                return (at + equals + 1, end);
            at = end + 1;
        }
        return (-1, -1);
    }

    private static void WriteSimple(IBufferWriter<byte> output, ReadOnlySpan<byte> field) => output.Write(WithoutLineEnd(field));

    private static void WriteRelaxed(IBufferWriter<byte> output, ReadOnlySpan<byte> name, ReadOnlySpan<byte> body)
    {
        var line = output.GetSpan(name.Length + 1 + body.Length);
        var length = name.Length;
        System.Text.Ascii.ToLower(name, line, out _);
        for (var i = 0; i < name.Length; i++)
            if (name[i] >= 0x80)
                name[i..].CopyTo(line[i..]);
        line[length++] = (byte)':';
        body = body.TrimStart(" \t\r\n"u8);
        while (!body.IsEmpty)
        {
            var run = body.IndexOfAny(" \t\r\n"u8);
            if (run < 0)
                run = body.Length;
            body[..run].CopyTo(line[length..]);
            length += run;
            var rest = body[run..];
            body = rest.TrimStart(" \t\r\n"u8);
            // Line ends go, blanks become one (RFC 6376 §3.4.2).
            if (!body.IsEmpty && rest[..^body.Length].ContainsAny(" \t"u8))
                line[length++] = (byte)' ';
        }
        output.Advance(length);
    }

    private static ReadOnlySpan<byte> WithoutLineEnd(ReadOnlySpan<byte> field) =>
        field.EndsWith("\r\n"u8) ? field[..^2] : field.EndsWith("\n"u8) ? field[..^1] : field;
}
