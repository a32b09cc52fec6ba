using System.Buffers;

namespace Amavis.Decoding;

/// <summary>Tells whether the text before or after the parts of a multipart may be more than a word to old readers.</summary>
internal static class AsideText
{
    private const int UsualLines = 5;

    private static readonly SearchValues<byte> UsualOctets = SearchValues.Create(
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789 \t\r\n/@:;,._-"u8);

    public static bool IsWorthKeeping(IEnumerable<ReadOnlyMemory<byte>> pieces)
    {
        var lines = 0;
        byte last = (byte)'\n';
        foreach (var piece in pieces)
        {
            if (piece.IsEmpty)
                continue;
            if (piece.Span.ContainsAnyExcept(UsualOctets))
                return true;
            lines += piece.Span.Count((byte)'\n');
            last = piece.Span[^1];
            if (lines > UsualLines)
                return true;
        }
        return lines + (last == '\n' ? 0 : 1) > UsualLines;
    }
}
