namespace Amavis.Protocols.Smtp;

/// <summary>One parameter of MAIL, RCPT or XFORWARD.</summary>
/// <param name="Keyword">In upper case.</param>
/// <param name="Value">As typed; null when there was no equals sign, empty when nothing followed it.</param>
public readonly record struct EsmtpParameter(string Keyword, string? Value);

/// <summary>The parameters after an address (RFC 5321 §4.1.2).</summary>
public static class EsmtpParameters
{
    /// <summary>
    /// Reads <c>KEYWORD[=value]</c> separated by blanks. False for a keyword that is none and for a second equals sign in a
    /// value; control characters are the caller's to refuse.
    /// </summary>
    /// <param name="text">Empty or with leading blanks.</param>
    public static bool TryParse(ReadOnlySpan<char> text, out IReadOnlyList<EsmtpParameter> parameters)
    {
        parameters = [];
        text = text.Trim(' ');
        if (text.IsEmpty)
            return true;
        var found = new List<EsmtpParameter>(4);
        while (!text.IsEmpty)
        {
            var end = text.IndexOf(' ');
            var word = end < 0 ? text : text[..end];
            text = end < 0 ? [] : text[end..].TrimStart(' ');
            var equals = word.IndexOf('=');
            var keyword = equals < 0 ? word : word[..equals];
            if (!IsKeyword(keyword) || (equals >= 0 && word[(equals + 1)..].Contains('=')))
                return false;
            found.Add(new EsmtpParameter(keyword.ToString().ToUpperInvariant(), equals < 0 ? null : word[(equals + 1)..].ToString()));
        }
        parameters = found;
        return true;
    }

    private static bool IsKeyword(ReadOnlySpan<char> word)
    {
        if (word.IsEmpty || !char.IsAsciiLetterOrDigit(word[0]))
            return false;
        foreach (var c in word)
            if (!char.IsAsciiLetterOrDigit(c) && c != '-')
                return false;
        return true;
    }
}
