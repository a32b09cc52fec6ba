using System.Globalization;
using System.Text;
using Amavis.Mime.Charsets;

namespace Amavis.Mime.Editing;

/// <summary>Writes encoded words (RFC 2047), each at most 75 characters and never ending inside a character.</summary>
public sealed class EncodedWordWriter
{
    private const int MaxWord = 75;

    private readonly Encoding _encoding;
    private readonly string _charset;
    private readonly bool _base64;

    public EncodedWordWriter(string charset, bool base64)
    {
        var encoding = Charset.Find(charset);
        var usable = encoding is not null && encoding is not Utf7 && encoding.CodePage is not (1200 or 1201 or 12000 or 12001 or 20127);
        _encoding = usable
            ? Encoding.GetEncoding(encoding!.CodePage, EncoderFallback.ExceptionFallback, DecoderFallback.ReplacementFallback) // usable says it is not null
            : Encoding.UTF8;
        _charset = usable ? charset : "utf-8";
        _base64 = base64;
    }

    /// <summary>Unstructured text: words with characters outside ASCII are encoded, with the blanks between them; so are those that look encoded.</summary>
    public string EncodeText(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        var result = new StringBuilder(text.Length * 2);
        for (var i = 0; i < text.Length;)
        {
            var start = i;
            while (i < text.Length && text[i] is ' ' or '\t')
                i++;
            var word = i;
            i = EndOfWord(text, i);
            if (!NeedsEncoding(text.AsSpan(word, i - word)))
            {
                result.Append(text, start, i - start);
                continue;
            }
            // Blanks between two encoded words are lost when read, so they go inside.
            while (NextWord(text, i) is var (next, end) && end > next && NeedsEncoding(text.AsSpan(next, end - next)))
                i = end;
            result.Append(text, start, word - start).Append(Encode(text[word..i]));
        }
        return result.ToString();
    }

    /// <summary>Address fields: only display names and comments are encoded, never what stands in angle brackets.</summary>
    public string EncodePhrases(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        var result = new StringBuilder(text.Length * 2);
        for (var i = 0; i < text.Length;)
        {
            var start = i;
            if (text[i] == '<')
            {
                i = text.IndexOf('>', i) is var close and > 0 ? close + 1 : text.Length;
                result.Append(text, start, i - start);
            }
            else if (text[i] == '"')
            {
                var content = ReadQuoted(text, ref i);
                result.Append(NeedsEncoding(content) ? Encode(content) : text[start..i]);
            }
            else if (text[i] is ',' or ';' or ':' or '(' or ')')
            {
                result.Append(text[i++]);
            }
            else
            {
                while (i < text.Length && text[i] is not ('<' or '"' or ',' or ';' or ':' or '(' or ')'))
                    i++;
                result.Append(EncodeText(text[start..i]));
            }
        }
        return result.ToString();
    }

    /// <summary>Encodes all of a text, as one or more words with single blanks between them.</summary>
    public string Encode(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        var (encoding, charset) = CanHold(text) ? (_encoding, _charset) : (Encoding.UTF8, "utf-8");
        var head = $"=?{charset}?{(_base64 ? 'B' : 'Q')}?";
        var room = MaxWord - head.Length - 2;
        var words = new StringBuilder();
        var held = new List<byte>();
        var width = 0;
        foreach (var rune in text.EnumerateRunes())
        {
            var octets = encoding.GetBytes(rune.ToString());
            var more = _base64 ? 0 : octets.Sum(QWidth);
            var full = _base64 ? (held.Count + octets.Length + 2) / 3 * 4 > room : width + more > room;
            if (full && held.Count > 0)
            {
                AppendWord(words, head, held);
                held.Clear();
                width = 0;
            }
            held.AddRange(octets);
            width += more;
        }
        AppendWord(words, head, held);
        return words.ToString();
    }

    private void AppendWord(StringBuilder words, string head, List<byte> octets)
    {
        if (words.Length > 0)
            words.Append(' ');
        words.Append(head);
        if (_base64)
            words.Append(Convert.ToBase64String(octets.ToArray()));
        else
            foreach (var octet in octets)
                AppendQ(words, octet);
        words.Append("?=");
    }

    /// <summary>Only what RFC 2047 §5 (3) allows in phrases stands for itself.</summary>
    private static bool IsPlainInQ(byte octet) =>
        char.IsAsciiLetterOrDigit((char)octet) || octet is (byte)'!' or (byte)'*' or (byte)'+' or (byte)'-' or (byte)'/';

    private static int QWidth(byte octet) => octet == ' ' || IsPlainInQ(octet) ? 1 : 3;

    private static void AppendQ(StringBuilder text, byte octet)
    {
        if (octet == ' ')
            text.Append('_');
        else if (IsPlainInQ(octet))
            text.Append((char)octet);
        else
            text.Append(CultureInfo.InvariantCulture, $"={octet:X2}");
    }

    private bool CanHold(string text)
    {
        try
        {
            _ = _encoding.GetByteCount(text);
            return true;
        }
        catch (EncoderFallbackException)
        {
            return false;
        }
    }

    private static bool NeedsEncoding(ReadOnlySpan<char> word) => !Ascii.IsValid(word) || word.Contains("=?", StringComparison.Ordinal);

    private static int EndOfWord(string text, int i)
    {
        while (i < text.Length && text[i] is not (' ' or '\t' or '\n'))
            i++;
        return i < text.Length && text[i] == '\n' ? i + 1 : i;
    }

    private static (int Start, int End) NextWord(string text, int i)
    {
        while (i < text.Length && text[i] is ' ' or '\t')
            i++;
        return (i, EndOfWord(text, i));
    }

    private static string ReadQuoted(string text, ref int i)
    {
        var content = new StringBuilder();
        for (i++; i < text.Length && text[i] != '"'; i++)
        {
            if (text[i] == '\\' && i + 1 < text.Length)
                i++;
            content.Append(text[i]);
        }
        i = Math.Min(i + 1, text.Length);
        return content.ToString();
    }
}
