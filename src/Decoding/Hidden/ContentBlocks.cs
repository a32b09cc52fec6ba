using System.Text;
using Amavis.Decoding.Storage;
using Amavis.Mime.Structure;

namespace Amavis.Decoding.Hidden;

/// <summary>Something that looks like the header section of a body part, and what follows it.</summary>
/// <param name="Start">Offset of its first field.</param>
/// <param name="Bodies">Where its body begins: after the next empty line, and where a line came before that is no field.</param>
/// <param name="End">Where the next line that may be a delimiter begins, or the end of the text.</param>
/// <param name="Fields">What the fields say.</param>
internal readonly record struct ContentBlock(int Start, IReadOnlyList<int> Bodies, int End, MimeEntity Fields);

/// <summary>
/// Finds header sections of body parts by their fields alone, whatever stands around them. Readers of mail disagree about
/// delimiters, line ends and the ends of header sections; they agree that a body is decoded as the Content fields before it say.
/// </summary>
internal static class ContentBlocks
{
    /// <summary>Blocks looked at in one text.</summary>
    private const int MaxBlocks = 2000;

    /// <summary>Octets in front of the first block that may be blanks.</summary>
    private const int MaxLead = 64;

    /// <summary>Octets of one header section that are looked at.</summary>
    private const int MaxHeaderOctets = 64 << 10;

    /// <summary>What is looked at of each when there are very many that share their lines.</summary>
    private const int LeastHeaderOctets = 1 << 10;

    /// <summary>Offset of the next place where a Content field may begin, or -1.</summary>
    public static int IndexOfField(ReadOnlySpan<byte> text, int from)
    {
        while (from < text.Length)
        {
            var lower = text[from..].IndexOf("ontent"u8);
            var upper = text[from..(lower < 0 ? text.Length : from + lower)].IndexOf("ONTENT"u8);
            var at = upper >= 0 ? upper : lower;
            if (at < 0)
                return -1;
            at += from;
            if (at > 0 && (text[at - 1] | 0x20) == 'c' && NameLength(text[(at - 1)..]) > 0 && StartsLine(text, at - 1))
                return at - 1;
            from = at + 6;
        }
        return -1;
    }

    /// <summary>All blocks of a text, in its order.</summary>
    public static List<ContentBlock> Find(ReadOnlySpan<byte> text)
    {
        var blocks = new List<ContentBlock>();
        // Without empty lines each header section goes on through all that follow; together they are not to be much more than the text.
        long left = text.Length + MaxHeaderOctets;
        for (var at = IndexOfField(text, 0); at >= 0 && blocks.Count < MaxBlocks;)
        {
            var header = ReadHeader(text[..(int)Math.Min(text.Length, at + Math.Clamp(left, LeastHeaderOctets, MaxHeaderOctets))], at, out var bodies, out var headerEnd);
            left -= headerEnd - at;
            var last = bodies[^1];
            var next = IndexOfField(text, last);
            var end = EndOfBody(text, last, next < 0 ? text.Length : LineStart(text, next));
            blocks.Add(new ContentBlock(at, bodies, end, MimeReader.Read(header).Root));
            at = next;
        }
        return blocks;
    }

    /// <summary>Nothing but blanks stands before it.</summary>
    public static bool IsFirst(StoredContent text, ContentBlock block)
    {
        if (block.Start > MaxLead)
            return false;
        Span<byte> before = stackalloc byte[MaxLead];
        return before[..text.Read(0, before[..block.Start])].Trim(" \t\r\n\0"u8).IsEmpty;
    }

    /// <summary>Blanks, controls, octets of a mark or a line end may stand before it, but no text.</summary>
    private static bool StartsLine(ReadOnlySpan<byte> text, int at)
    {
        for (var before = at - 1; before >= 0; before--)
        {
            var octet = text[before];
            if (octet is (byte)'\n' or (byte)'\r' or 0)
                return true;
            if (octet is > (byte)' ' and < 0x7f)
                return false;
        }
        return true;
    }

    private static int LineStart(ReadOnlySpan<byte> text, int at) => text[..at].LastIndexOf((byte)'\n') + 1;

    /// <summary>Length of a field name with what may be taken for its colon; 0 when this is none of those that tell about content.</summary>
    private static int NameLength(ReadOnlySpan<byte> text)
    {
        Span<char> name = stackalloc char[32];
        var length = 0;
        var i = 0;
        for (; i < text.Length && i < 64 && length < name.Length; i++)
        {
            var octet = text[i];
            if (octet == ':' || (octet <= ' ' && IsName(name[..length])))
                break;
            if (octet is (byte)'_' or (byte)'-')
                name[length++] = '-';
            else if (octet > ' ' && octet < 0x7f)
                name[length++] = (char)(octet | 0x20);
        }
        return IsName(name[..length]) ? i + 1 : 0;
    }

    private static bool IsName(ReadOnlySpan<char> name) =>
        name is "content-type" or "content-transfer-encoding" or "content-disposition" or "content-encoding" or "content-id" or "content-description";

    /// <summary>The header section, cleaned so that a strict reader understands it as a lenient one would.</summary>
    /// <param name="text">Up to where it may go.</param>
    /// <param name="end">After the last line looked at.</param>
    private static byte[] ReadHeader(ReadOnlySpan<byte> text, int start, out List<int> bodies, out int end)
    {
        bodies = [];
        var clean = new StringBuilder();
        var at = start;
        while (at < text.Length)
        {
            var length = LineLength(text[at..], out var separator);
            var line = text.Slice(at, length);
            at += length + separator;
            var shown = Visible(line);
            if (shown.IsEmpty)
            {
                bodies.Add(at);
                break;
            }
            if (NameLength(shown) is > 0 and var name)
                clean.Append(clean.Length > 0 ? "\r\n" : "").Append(CleanName(shown[..Math.Min(name, shown.Length)])).Append(Latin1(shown[Math.Min(name, shown.Length)..]));
            else if (line[0] is (byte)' ' or (byte)'\t')
                clean.Append(' ').Append(Latin1(shown));
            else if (LooksLikeField(shown))
                clean.Append(clean.Length > 0 ? "\r\n" : "").Append("X-Other: -");
            else if (bodies.Count == 0)
                bodies.Add(at - length - separator);
        }
        if (bodies.Count == 0)
            bodies.Add(at);
        end = at;
        return Encoding.Latin1.GetBytes(clean.Append("\r\n\r\n").ToString());
    }

    private static bool LooksLikeField(ReadOnlySpan<byte> line)
    {
        var colon = line.IndexOf((byte)':');
        return colon > 0 && !line[..colon].ContainsAny((byte)' ', (byte)'\t');
    }

    /// <summary>Up to LF, CRLF or a lone CR.</summary>
    private static int LineLength(ReadOnlySpan<byte> text, out int separator)
    {
        var end = text.IndexOfAny((byte)'\r', (byte)'\n');
        separator = end < 0 ? 0 : text[end] == '\r' && end + 1 < text.Length && text[end + 1] == '\n' ? 2 : 1;
        return end < 0 ? text.Length : end;
    }

    /// <summary>Without blanks, controls and octets that are no text around it.</summary>
    private static ReadOnlySpan<byte> Visible(ReadOnlySpan<byte> line)
    {
        while (!line.IsEmpty && line[0] is <= (byte)' ' or >= 0x7f)
            line = line[1..];
        while (!line.IsEmpty && line[^1] is <= (byte)' ' or >= 0x7f)
            line = line[..^1];
        return line;
    }

    private static string CleanName(ReadOnlySpan<byte> name)
    {
        var clean = new StringBuilder(name.Length + 2);
        foreach (var octet in name)
            if (octet is > (byte)' ' and < 0x7f and not (byte)':')
                clean.Append(octet == '_' ? '-' : (char)octet);
        return clean.Append(": ").ToString().Replace("content-encoding", "Content-Transfer-Encoding", StringComparison.OrdinalIgnoreCase);
    }

    private static string Latin1(ReadOnlySpan<byte> octets)
    {
        var text = Encoding.Latin1.GetString(octets);
        return text.Contains('\0', StringComparison.Ordinal) ? text.Replace("\0", "", StringComparison.Ordinal) : text;
    }

    private static int EndOfBody(ReadOnlySpan<byte> text, int start, int end)
    {
        // A delimiter may also stand at the very start: an empty body.
        for (var at = start; at < end;)
        {
            if (text[at..end].StartsWith("--"u8))
                return at;
            var next = text[at..end].IndexOf("\n--"u8);
            if (next < 0)
                break;
            at += next + 1;
        }
        return end;
    }
}
