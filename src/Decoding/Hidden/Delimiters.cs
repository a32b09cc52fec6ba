using Amavis.Decoding.Storage;
using Amavis.Mime.Structure;

namespace Amavis.Decoding.Hidden;

/// <summary>
/// Tells whether what looks like a part in a text belongs to the message that is looked at: the line before it, whatever its
/// hyphens and blanks, is named in the header section of the message. In a message that is only quoted there, it is not.
/// </summary>
internal sealed class Delimiters
{
    /// <summary>Octets of header sections that are looked at.</summary>
    private const int MaxHeaderOctets = 256 << 10;

    private const int MaxLine = 1024;

    /// <summary>Lines looked for; from then on each may be one, which errs on the safe side.</summary>
    private const int MaxAsked = 200;

    private readonly Lazy<byte[]> _header;
    private int _asked;

    private Delimiters(Func<byte[]> header) => _header = new Lazy<byte[]>(header);

    /// <summary>There is a message whose header section is known.</summary>
    public bool IsKnown => _header.Value.Length > 0;

    public static Delimiters None { get; } = new(static () => []);

    /// <summary>The header sections are read when the first line is looked for.</summary>
    public static Delimiters Of(StoredContent message, MimeTree tree) => new(() => HeadersOf(message, tree));

    private static byte[] HeadersOf(StoredContent message, MimeTree tree)
    {
        var header = new MemoryStream();
        foreach (var entity in tree.Entities)
        {
            if (entity.IsEmbedded || (entity.IsLeaf && entity.Parent is not null) || header.Length >= MaxHeaderOctets)
                continue;
            var end = entity.Header.Offset + Math.Min(entity.Header.Length, MaxHeaderOctets - header.Length);
            foreach (var piece in ContentPieces.Of(message, entity.Header.Offset, end))
                header.Write(piece.Span);
        }
        return header.ToArray();
    }

    /// <param name="text">A body, or the member of an archive.</param>
    /// <param name="start">Where the first field of what looks like a part begins.</param>
    public bool Precedes(StoredContent text, int start)
    {
        Span<byte> before = stackalloc byte[MaxLine];
        var from = Math.Max(0, start - MaxLine);
        before = before[..text.Read(from, before[..(start - from)])];
        var line = before.TrimEnd(" \t\r\n\0"u8);
        if (line.IsEmpty)
            return false;
        if (++_asked > MaxAsked)
            return true;
        line = line[(line.LastIndexOfAny((byte)'\n', (byte)'\r') + 1)..];
        var hyphens = line.LastIndexOf("--"u8);
        // A delimiter without its line end stands after other text.
        var name = line.StartsWith("--"u8) || hyphens <= 0 ? line : line[hyphens..];
        name = name.Trim(" \t-"u8);
        return name.Length >= 2 && IndexOfIgnoreCase(name) >= 0;
    }

    private int IndexOfIgnoreCase(ReadOnlySpan<byte> name)
    {
        var rest = _header.Value.AsSpan();
        for (var at = 0; rest.Length - at >= name.Length; at++)
        {
            var skip = rest[at..(rest.Length - name.Length + 1)].IndexOfAny((byte)(name[0] | 0x20), (byte)(char.IsAsciiLetter((char)name[0]) ? name[0] & ~0x20 : name[0]), name[0]);
            if (skip < 0)
                return -1;
            at += skip;
            if (System.Text.Ascii.EqualsIgnoreCase(rest.Slice(at, name.Length), name) || rest.Slice(at, name.Length).SequenceEqual(name))
                return at;
        }
        return -1;
    }
}
