using System.Text;
using System.Text.Unicode;

namespace Amavis.Mime.Charsets;

/// <summary>Turns octets whose charset nobody declared into text.</summary>
public static class MailText
{
    /// <summary>
    /// Valid UTF-8 as it is; else KOI8-U when it looks like Russian or Ukrainian in that code; else Windows-1252. Never fails.
    /// Control characters are kept: <see cref="OneLine"/> removes them.
    /// </summary>
    public static string Guess(ReadOnlySpan<byte> octets)
    {
        if (Ascii.IsValid(octets))
            return Encoding.ASCII.GetString(octets);
        if (Utf8.IsValid(octets))
            return Encoding.UTF8.GetString(octets);
        return (LooksLikeKoi8(octets) ? Charset.Koi8U : Charset.Windows1252).GetString(octets);
    }

    /// <summary>Text fit for one line of a log or a table: no NUL, other control characters (C0 and C1) as blanks, lone surrogates U+FFFD.</summary>
    public static string OneLine(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        var clean = true;
        foreach (var c in text)
            clean &= c is >= ' ' and not (>= '\x7f' and <= '\x9f') && !char.IsSurrogate(c);
        if (clean)
            return text;
        var result = new StringBuilder(text.Length);
        foreach (var rune in text.EnumerateRunes())
        {
            if (rune.Value == 0)
                continue;
            result.Append(rune.Value is < ' ' or (>= 0x7f and <= 0x9f) ? " " : rune.ToString());
        }
        return result.ToString();
    }

    /// <summary>
    /// KOI8 has its small letters at 0xC0-0xDF and the capitals above; text in it has more such letters than ASCII ones, and
    /// hardly any other high octet. Western text has single accented letters among ASCII.
    /// </summary>
    private static bool LooksLikeKoi8(ReadOnlySpan<byte> octets)
    {
        int small = 0, capital = 0, otherHigh = 0, ascii = 0;
        foreach (var octet in octets)
        {
            if (octet >= 0xe0)
                capital++;
            else if (octet >= 0xc0 || octet is 0xa3 or 0xa4 or 0xa6 or 0xa7 or 0xad)
                small++;
            else if (octet is 0xb3 or 0xb4 or 0xb6 or 0xb7 or 0xbd)
                capital++;
            else if (octet >= 0x80)
                otherHigh++;
            else if (char.IsAsciiLetter((char)octet))
                ascii++;
        }
        var letters = small + capital;
        return letters > ascii && small > capital && otherHigh * 10 <= letters;
    }
}
