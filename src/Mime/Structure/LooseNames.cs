using System.Text;
using Amavis.Mime.Charsets;

namespace Amavis.Mime.Structure;

/// <summary>
/// Names in a content field that stand where the grammar has no parameter: after a quote that is never closed, without the
/// semicolon, with a colon for the equals sign. Some readers search a field for the word alone.
/// </summary>
internal static class LooseNames
{
    private const int MaxNames = 8;

    /// <summary>Longest value taken, in octets.</summary>
    private const int MaxValue = 1024;

    /// <param name="body">The field, unfolded.</param>
    /// <param name="parsed">Parameters of such a name that the grammar gave; with as many words there is nothing else to find.</param>
    public static IReadOnlyList<string> Find(ReadOnlySpan<byte> body, int parsed)
    {
        List<string>? names = null;
        var words = 0;
        for (var at = Next(body, 0, out var value); at >= 0; at = Next(body, value, out value))
        {
            words++;
            if (names is null or { Count: < MaxNames })
                AddValue(ref names, body[value..Math.Min(body.Length, value + MaxValue)]);
        }
        return words > parsed && names is not null ? names : [];
    }

    /// <summary>The next <c>name=</c>; -1 when there is none.</summary>
    private static int Next(ReadOnlySpan<byte> body, int from, out int value)
    {
        value = body.Length;
        for (var at = from; at + 4 < body.Length; at++)
        {
            var skip = body[at..].IndexOfAny((byte)'n', (byte)'N');
            if (skip < 0 || at + skip + 4 >= body.Length)
                return -1;
            at += skip;
            if (!Ascii.EqualsIgnoreCase(body.Slice(at, 4), "name"u8))
                continue;
            var end = at + 4;
            while (end < body.Length && body[end] is (byte)' ' or (byte)'\t')
                end++;
            if (end >= body.Length || body[end] is not ((byte)'=' or (byte)':'))
                continue;
            value = end + 1;
            return at;
        }
        return -1;
    }

    private static void AddValue(ref List<string>? names, ReadOnlySpan<byte> rest)
    {
        rest = rest.TrimStart(" \t\"'"u8);
        var end = rest.IndexOfAny((byte)';', (byte)'"', (byte)'\r');
        var text = (end < 0 ? rest : rest[..end]).TrimEnd(" \t"u8);
        if (!text.IsEmpty)
            (names ??= []).Add(EncodedWords.MayOccur(text) ? EncodedWords.Decode(text) : MailText.Guess(text));
    }
}
