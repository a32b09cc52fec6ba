using System.Text;

namespace Amavis.Data.Writing;

/// <summary>Makes any text fit a column, so that what strangers write into a message can never fail the row about it.</summary>
internal static class ColumnText
{
    /// <summary>Characters or octets a varchar(255) takes.</summary>
    public const int MaxLength = 255;

    /// <summary>Display text: NUL dropped, lone surrogates replaced, cut to so many characters (code points, not UTF-16 units).</summary>
    public static string Characters(string? text, int max = MaxLength)
    {
        if (string.IsNullOrEmpty(text))
            return "";
        if (text.Length <= max && !text.AsSpan().ContainsAnyInRange('\ud800', '\udfff') && !text.Contains('\0'))
            return text;
        var result = new StringBuilder(Math.Min(text.Length, max + 2));
        var count = 0;
        Span<char> units = stackalloc char[2];
        foreach (var rune in text.EnumerateRunes())
        {
            if (rune.Value == 0)
                continue;
            if (count++ == max)
                break;
            result.Append(units[..rune.EncodeToUtf16(units)]);
        }
        return result.ToString();
    }

    /// <summary>Protocol text: each octet outside 0x20-0x7E becomes a question mark, cut to so many octets.</summary>
    public static string Printable(string? text, int max = MaxLength)
    {
        if (string.IsNullOrEmpty(text))
            return "";
        if (text.Length <= max && !text.AsSpan().ContainsAnyExceptInRange(' ', '~'))
            return text;
        var result = new StringBuilder(Math.Min(text.Length, max));
        foreach (var rune in text.EnumerateRunes())
        {
            var octets = rune.Utf8SequenceLength;
            var printable = rune.Value is >= ' ' and <= '~';
            for (var i = 0; i < octets && result.Length < max; i++)
                result.Append(printable ? (char)rune.Value : '?');
            if (result.Length == max)
                break;
        }
        return result.ToString();
    }

    /// <summary>Cuts to so many octets of UTF-8, never inside a character.</summary>
    public static string Octets(string text, int max = MaxLength)
    {
        if (text.Length * 3 <= max || Encoding.UTF8.GetByteCount(text) <= max)
            return text;
        var octets = 0;
        var units = 0;
        foreach (var rune in text.EnumerateRunes())
        {
            octets += rune.Utf8SequenceLength;
            if (octets > max)
                break;
            units += rune.Utf16SequenceLength;
        }
        return text[..units];
    }

    /// <summary>A letter column: exactly one printable character.</summary>
    public static string Letter(char letter) => letter is >= ' ' and <= '~' ? letter.ToString() : "?";

    public static string YesNo(bool value) => value ? "Y" : "N";

    /// <summary>Fits single precision, as the columns have in PostgreSQL; what is no number counts as 0.</summary>
    public static double Points(double value) => double.IsNaN(value) ? 0 : Math.Clamp(value, -1e30, 1e30);

    /// <summary>Fits the columns with CHECK (… &gt;= 0) of type integer.</summary>
    public static int NotNegative(long value) => (int)Math.Clamp(value, 0, int.MaxValue);
}
