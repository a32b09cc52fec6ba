using System.Text;
using System.Text.Unicode;

namespace Amavis.Protocols.Smtp.Server;

/// <summary>One command line taken apart.</summary>
/// <param name="Verb">In upper case.</param>
/// <param name="Arguments">Without the blanks around them; octets that are not UTF-8 are U+FFFD.</param>
/// <param name="Line">The whole line, for the log.</param>
/// <param name="IsClean">The line is UTF-8 without control characters.</param>
internal sealed record SmtpCommand(string Verb, string Arguments, string Line, bool IsClean)
{
    /// <summary>What the log may show: of AUTH not what was said to be secret.</summary>
    public string LogLine
    {
        get
        {
            var text = Line.TrimStart(' ', '\t');
            if (!text.StartsWith("AUTH", StringComparison.OrdinalIgnoreCase))
                return Line;
            var words = text.Split(' ', 3);
            return words.Length < 3 ? text : $"{words[0]} {words[1]} (not shown)";
        }
    }

    private static readonly string[] Known =
    [
        "MAIL", "RCPT", "DATA", "XFORWARD", "EHLO", "QUIT", "RSET", "LHLO", "HELO", "NOOP", "STARTTLS", "VRFY", "HELP",
        "AUTH", "EXPN", "TURN", "ETRN", "SEND", "SOML", "SAML",
    ];

    /// <summary>
    /// Leading blanks, a verb of letters and digits, then blanks and arguments. Anything else, and a line with NUL or a lone CR
    /// or LF in it, has no verb.
    /// </summary>
    public static SmtpCommand Parse(ReadOnlySpan<byte> octets)
    {
        var line = Encoding.UTF8.GetString(octets);
        var clean = Utf8.IsValid(octets) && !SmtpLine.HasControl(octets);
        var text = line.AsSpan().TrimStart(' ');
        var end = 0;
        while (end < text.Length && char.IsAsciiLetterOrDigit(text[end]))
            end++;
        if (end == 0 || (end < text.Length && text[end] != ' ') || octets.ContainsAny("\r\n\0"u8))
            return new SmtpCommand("", "", line, IsClean: false);
        return new SmtpCommand(VerbOf(text[..end]), text[end..].Trim(' ').ToString(), line, clean);
    }

    private static string VerbOf(ReadOnlySpan<char> text)
    {
        foreach (var known in Known)
            if (text.Equals(known, StringComparison.OrdinalIgnoreCase))
                return known;
        return text.ToString().ToUpperInvariant();
    }
}
