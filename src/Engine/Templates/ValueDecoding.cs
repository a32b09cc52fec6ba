using System.Text;
using Amavis.Core.Addresses;
using Amavis.Mime.Charsets;

namespace Amavis.Engine.Templates;

/// <summary>Header texts and addresses for people.</summary>
internal static class ValueDecoding
{
    /// <summary>Encoded words decoded (RFC 2047), cut; the text is one line.</summary>
    /// <param name="limit">Characters, or octets of UTF-8; five and less: no limit.</param>
    /// <param name="both">With the original after it when it differs.</param>
    public static string Words(string text, int limit, bool both, bool inOctets)
    {
        var decoded = MailText.OneLine(EncodedWords.Decode(OctetText.Of(text)));
        var shown = inOctets ? LimitOctets(decoded, limit) : TextCuts.Limit(decoded, limit);
        if (!both || decoded == text)
            return shown;
        return $"{shown} (raw: {TextCuts.Limit(OctetText.Present(text), limit)})";
    }

    /// <summary>The domain with its letters instead of their encoding; one of ASCII in lower case. Angle brackets stay.</summary>
    public static string Address(string text)
    {
        var at = text.LastIndexOf('@');
        if (at < 0)
            return text;
        var end = text.Length;
        while (end > at + 1 && text[end - 1] is '>' or ' ')
            end--;
        return text[..(at + 1)] + DomainNames.Display(text[(at + 1)..end].ToLowerInvariant()) + text[end..];
    }

    private static string LimitOctets(string text, int limit)
    {
        if (limit <= 5 || Encoding.UTF8.GetByteCount(text) <= limit)
            return text;
        var octets = 0;
        var length = 0;
        foreach (var rune in text.EnumerateRunes())
        {
            octets += rune.Utf8SequenceLength;
            if (octets > limit - 5)
                break;
            length += rune.Utf16SequenceLength;
        }
        return text[..length] + "[...]";
    }
}
