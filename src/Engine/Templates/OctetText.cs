using System.Buffers;
using System.Text;

namespace Amavis.Engine.Templates;

/// <summary>
/// Octets as text without loss: what is UTF-8 is decoded, every other octet becomes a lone surrogate U+DC80 to U+DCFF, which no text has.
/// </summary>
internal static class OctetText
{
    private const int Base = 0xdc00;

    public static string From(ReadOnlySpan<byte> octets)
    {
        if (System.Text.Unicode.Utf8.IsValid(octets))
            return Encoding.UTF8.GetString(octets);
        var text = new StringBuilder(octets.Length);
        while (!octets.IsEmpty)
        {
            if (Rune.DecodeFromUtf8(octets, out var rune, out var consumed) == OperationStatus.Done)
            {
                text.Append(rune.ToString());
            }
            else
            {
                consumed = 1;
                text.Append((char)(Base + octets[0]));
            }
            octets = octets[consumed..];
        }
        return text.ToString();
    }

    /// <summary>The octets a text stands for.</summary>
    public static byte[] Of(string text)
    {
        var octets = new ArrayBufferWriter<byte>(text.Length + 16);
        var start = 0;
        for (var i = 0; i < text.Length; i++)
        {
            if (!IsOctet(text, i))
                continue;
            Encoding.UTF8.GetBytes(text.AsSpan(start, i - start), octets);
            octets.Write([(byte)(text[i] - Base)]);
            start = i + 1;
        }
        Encoding.UTF8.GetBytes(text.AsSpan(start), octets);
        return octets.WrittenSpan.ToArray();
    }

    /// <summary>The text for people: octets that are no UTF-8 read as Latin-1, other lone surrogates as U+FFFD.</summary>
    public static string Present(string text)
    {
        if (text.AsSpan().IndexOfAnyInRange('\ud800', '\udfff') < 0)
            return text;
        var shown = new StringBuilder(text.Length);
        for (var i = 0; i < text.Length; i++)
        {
            if (IsOctet(text, i))
                shown.Append((char)(text[i] - Base));
            else if (!char.IsSurrogate(text[i]))
                shown.Append(text[i]);
            else if (i + 1 < text.Length && char.IsSurrogatePair(text[i], text[i + 1]))
                shown.Append(text[i]).Append(text[++i]);
            else
                shown.Append('\ufffd');
        }
        return shown.ToString();
    }

    private static bool IsOctet(string text, int at) =>
        text[at] is >= '\udc80' and <= '\udcff' && (at == 0 || !char.IsHighSurrogate(text[at - 1]));
}
