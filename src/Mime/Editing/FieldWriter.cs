using System.Buffers;
using System.Text;

namespace Amavis.Mime.Editing;

/// <summary>Writes header fields: neutralised, encoded, folded at 78 columns, lines cut at 998 octets (RFC 5322 §2.1.1).</summary>
public static class FieldWriter
{
    /// <summary>Columns a line should not exceed.</summary>
    public const int FoldColumn = 78;

    /// <summary>Octets a line must not exceed.</summary>
    public const int MaxLine = 998;

    private static readonly HashSet<string> EncodedUnstructured = new(StringComparer.OrdinalIgnoreCase) { "Subject", "Comments" };

    private static readonly HashSet<string> EncodedAddresses = new(StringComparer.OrdinalIgnoreCase)
    {
        "From", "Sender", "To", "Cc", "Resent-From", "Resent-Sender", "Resent-To", "Resent-Cc",
    };

    /// <summary>True for a name that can be written: printable ASCII without colon (RFC 5322 §2.2), not empty.</summary>
    public static bool IsName(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        foreach (var c in name)
            if (c is <= ' ' or > '~' or ':')
                return false;
        return name.Length is > 0 and < FoldColumn;
    }

    /// <summary>The whole field with CRLF line ends, as octets.</summary>
    public static byte[] Write(string name, string body, Folding folding, HeaderRendering rendering)
    {
        var output = new ArrayBufferWriter<byte>(FoldColumn * 2);
        Write(output, name, body, folding, rendering);
        return output.WrittenSpan.ToArray();
    }

    /// <inheritdoc cref="Write(string, string, Folding, HeaderRendering)"/>
    public static void Write(IBufferWriter<byte> output, string name, string body, Folding folding, HeaderRendering rendering)
    {
        ArgumentNullException.ThrowIfNull(output);
        ArgumentNullException.ThrowIfNull(body);
        ArgumentNullException.ThrowIfNull(rendering);
        if (!IsName(name))
            throw new ArgumentException("not a header field name", nameof(name));
        foreach (var line in Lines(name, Encode(name, Neutral(body, folding), rendering), folding))
        {
            WriteLine(output, Encoding.UTF8.GetBytes(line));
        }
    }

    /// <summary>The body as written, without name and colon, LF between its lines: for protocols that pass name and body apart.</summary>
    public static string Body(string name, string body, Folding folding, HeaderRendering rendering)
    {
        var text = Encoding.UTF8.GetString(Write(name, body, folding, rendering));
        text = text[(name.Length + 1)..].Replace("\r\n", "\n", StringComparison.Ordinal).TrimEnd('\n');
        return text.StartsWith(' ') ? text[1..] : text;
    }

    /// <summary>Writes one line, cut when it is too long, with CRLF.</summary>
    internal static bool WriteLine(IBufferWriter<byte> output, ReadOnlySpan<byte> line)
    {
        var isLong = line.Length > MaxLine;
        if (isLong)
        {
            var length = MaxLine - 3;
            while (length > MaxLine - 7 && (line[length] & 0xc0) == 0x80)
                length--; // Not inside a character of UTF-8.
            output.Write(line[..length]);
            output.Write("..."u8);
        }
        else
        {
            output.Write(line);
        }
        output.Write("\r\n"u8);
        return isLong;
    }

    /// <summary>Without CR; LF stays where it means something; other control characters are blanks; nothing unpaired.</summary>
    private static string Neutral(string body, Folding folding)
    {
        var text = new StringBuilder(body.Length);
        foreach (var rune in body.EnumerateRunes())
        {
            if (rune.Value == '\r')
                continue;
            if (rune.Value == '\n')
                text.Append(folding == Folding.AtBlanks ? ' ' : '\n');
            else if (rune.Value is (< ' ' and not '\t') or (>= 0x7f and <= 0x9f))
                text.Append(' ');
            else
                text.Append(rune.ToString());
        }
        return text.ToString().TrimEnd(' ', '\t', '\n');
    }

    private static string Encode(string name, string body, HeaderRendering rendering)
    {
        if (rendering.SmtpUtf8 || Ascii.IsValid(body))
            return body;
        var writer = new EncodedWordWriter(rendering.Charset, rendering.Base64Words);
        if (EncodedUnstructured.Contains(name))
            return writer.EncodeText(body);
        return EncodedAddresses.Contains(name) ? writer.EncodePhrases(body) : body;
    }

    private static List<string> Lines(string name, string body, Folding folding)
    {
        var lines = new List<string>(1);
        var line = new StringBuilder(name).Append(':');
        var columns = line.Length;
        var pieces = 0;
        foreach (var piece in Pieces(body, folding))
        {
            var text = piece;
            var first = pieces++ == 0;
            if (first && text.Length > 0 && text[0] is not (' ' or '\t'))
                text = " " + text;
            var width = Encoding.UTF8.GetByteCount(text);
            var breaks = !first && (folding == Folding.AsGiven || columns + width > FoldColumn);
            if (breaks && text[0] is not (' ' or '\t'))
                text = " " + text;
            if (breaks)
            {
                lines.Add(line.ToString());
                line.Clear();
                columns = 0;
            }
            line.Append(text);
            columns += width;
        }
        lines.Add(line.ToString());
        return lines;
    }

    /// <summary>What must stay on one line; blanks stand at the front. None is all blank, so no line can be.</summary>
    private static IEnumerable<string> Pieces(string body, Folding folding)
    {
        var start = 0;
        var anyText = false;
        for (var i = 0; i < body.Length; i++)
        {
            var c = body[i];
            var isBlank = c is ' ' or '\t';
            var isMark = folding == Folding.AtBlanks ? isBlank : c == '\n';
            if (isMark && anyText)
            {
                yield return body[start..i];
                start = folding == Folding.AtBlanks ? i : i + 1;
                anyText = false;
            }
            else if (isMark && c == '\n')
            {
                start = i + 1;
            }
            else if (!isBlank)
            {
                anyText = true;
            }
        }
        if (anyText)
            yield return body[start..];
    }
}
