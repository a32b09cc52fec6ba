using Amavis.Core.Addresses;

namespace Amavis.Protocols.Smtp;

/// <summary>The argument of MAIL or RCPT: a path in angle brackets, then parameters (RFC 5321 §4.1.1.2, §4.1.1.3).</summary>
/// <param name="Address">What the path says, unquoted, a source route dropped.</param>
/// <param name="AsTyped">The text between the angle brackets.</param>
/// <param name="Parameters">What follows the closing bracket, with its leading blanks.</param>
public readonly record struct SmtpAddressPath(MailAddress Address, string AsTyped, string Parameters)
{
    /// <summary>The path as typed is not the form we would write.</summary>
    public bool DiffersFromCanonical => AsTyped != Address.Smtp;

    /// <summary>
    /// Reads <c>FROM:&lt;path&gt; parameters</c>; blanks after the colon are tolerated. False without brackets, for an address
    /// that is none, and for control characters.
    /// </summary>
    /// <param name="keyword"><c>FROM:</c> or <c>TO:</c>, any case.</param>
    public static bool TryParse(string arguments, string keyword, out SmtpAddressPath path)
    {
        ArgumentNullException.ThrowIfNull(arguments);
        ArgumentNullException.ThrowIfNull(keyword);
        path = default;
        if (!arguments.StartsWith(keyword, StringComparison.OrdinalIgnoreCase))
            return false;
        var rest = arguments.AsSpan(keyword.Length).TrimStart(' ');
        if (rest.IsEmpty || rest[0] != '<')
            return false;
        var close = FindClose(rest);
        if (close < 0)
            return false;
        var typed = rest[1..close].ToString();
        if (!MailAddress.TryParse(typed, out var address))
            return false;
        path = new SmtpAddressPath(address, typed, rest[(close + 1)..].ToString());
        return true;
    }

    /// <summary>The first closing bracket outside quotes.</summary>
    private static int FindClose(ReadOnlySpan<char> text)
    {
        var quoted = false;
        for (var i = 1; i < text.Length; i++)
        {
            switch (text[i])
            {
                case '"':
                    quoted = !quoted;
                    break;
                case '\\' when quoted:
                    i++;
                    break;
                case '>' when !quoted:
                    return i;
            }
        }
        return -1;
    }
}
