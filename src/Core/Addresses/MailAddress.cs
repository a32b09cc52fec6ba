using System.Text;

namespace Amavis.Core.Addresses;

/// <summary>
/// An envelope address (RFC 5321 §4.1.2) as local part and domain, unquoted. The null address has both empty.
/// Control characters never occur: <see cref="TryParse"/> refuses them and the constructor does too, so no address
/// can carry a line end into a command or a header field.
/// </summary>
public sealed record MailAddress
{
    public static readonly MailAddress Null = new("", "");

    public MailAddress(string localPart, string domain)
    {
        ArgumentNullException.ThrowIfNull(localPart);
        ArgumentNullException.ThrowIfNull(domain);
        if (HasControl(localPart) || HasControl(domain))
            throw new ArgumentException("control character in a mail address");
        LocalPart = localPart;
        Domain = domain;
    }

    /// <summary>Local part without quoting, letter case as received.</summary>
    public string LocalPart { get; }

    /// <summary>Domain as received, without the at sign; empty for the null address and for a bare local part.</summary>
    public string Domain { get; }

    public bool IsNull => LocalPart.Length == 0 && Domain.Length == 0;

    /// <summary>Raw form used as a lookup key: <c>local@domain</c>, no quotes, no brackets.</summary>
    public string Unquoted => Domain.Length == 0 ? LocalPart : LocalPart + "@" + Domain;

    /// <summary>The form in SMTP commands without the angle brackets, the local part quoted where RFC 5321 §4.1.2 needs it.</summary>
    public string Smtp
    {
        get
        {
            var local = IsDotString(LocalPart) || IsNull ? LocalPart : Quote(LocalPart);
            return Domain.Length == 0 ? local : local + "@" + Domain;
        }
    }

    /// <summary><see cref="Smtp"/> in angle brackets.</summary>
    public string Bracketed => "<" + Smtp + ">";

    /// <summary>True when a character outside US-ASCII occurs, so that SMTPUTF8 (RFC 6531) is needed.</summary>
    public bool NeedsUtf8 => !Ascii.IsValid(LocalPart) || !Ascii.IsValid(Domain);

    public override string ToString() => Bracketed;

    public bool SameMailbox(MailAddress other) =>
        string.Equals(Unquoted, other?.Unquoted, StringComparison.OrdinalIgnoreCase);

    /// <summary>
    /// Reads a path without angle brackets: <c>""</c> (null), <c>local@domain</c>, <c>"quoted local"@domain</c>, a source
    /// route before it (<c>@a,@b:</c>, dropped, RFC 5321 §4.1.1.3), or a bare local part (postmaster).
    /// </summary>
    /// <returns>False for control characters, unbalanced quotes, blanks or at signs outside quotes, an empty local part
    /// before an at sign, or an empty domain after it.</returns>
    public static bool TryParse(string path, out MailAddress address)
    {
        ArgumentNullException.ThrowIfNull(path);
        address = Null;
        if (path.Length == 0)
            return true;
        if (HasControl(path))
            return false;
        if (path[0] == '@')
        {
            var colon = path.IndexOf(':');
            if (colon < 0)
                return false;
            path = path[(colon + 1)..];
            if (path.Length == 0)
                return false;
        }

        var local = new StringBuilder();
        var i = 0;
        while (i < path.Length && path[i] != '@')
        {
            if (path[i] == '"')
            {
                if (!ReadQuoted(path, ref i, local))
                    return false;
            }
            else if (path[i] is ' ' or '<' or '>' or '(' or ')' or ',' or ';' or ':' or '\\' or '[' or ']')
            {
                return false;
            }
            else
            {
                local.Append(path[i++]);
            }
        }

        if (i == path.Length)
        {
            address = new MailAddress(local.ToString(), "");
            return true;
        }

        var domain = path[(i + 1)..];
        if ((local.Length == 0 && !path.StartsWith('"')) || !IsDomain(domain))
            return false;
        address = new MailAddress(local.ToString(), domain);
        return true;
    }

    /// <summary>Splits an unquoted address at its last at sign; for configuration files and header addresses.</summary>
    public static MailAddress FromUnquoted(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        var at = text.LastIndexOf('@');
        return at < 0 ? new MailAddress(text, "") : new MailAddress(text[..at], text[(at + 1)..]);
    }

    private static bool ReadQuoted(string path, ref int i, StringBuilder local)
    {
        i++;
        while (i < path.Length && path[i] != '"')
        {
            if (path[i] == '\\' && ++i == path.Length)
                return false;
            local.Append(path[i++]);
        }
        return i++ < path.Length;
    }

    private static bool IsDomain(string domain)
    {
        if (domain.Length == 0)
            return false;
        if (domain[0] == '[')
            return domain[^1] == ']' && domain.IndexOfAny([' ', '<', '>', '@', '"', '(', ')', ',']) < 0;
        return domain.IndexOfAny([' ', '<', '>', '@', '"', '(', ')', ',', ';', '\\', '[', ']']) < 0;
    }

    private static bool HasControl(string text)
    {
        foreach (var c in text)
            if (c < ' ' || c == 0x7f)
                return true;
        return false;
    }

    private static bool IsDotString(string local)
    {
        if (local.Length == 0 || local[0] == '.' || local[^1] == '.' || local.Contains("..", StringComparison.Ordinal))
            return false;
        foreach (var c in local)
        {
            var plain = char.IsAsciiLetterOrDigit(c) || c >= 0x80 || "!#$%&'*+-/=?^_`{|}~.".Contains(c);
            if (!plain)
                return false;
        }
        return true;
    }

    private static string Quote(string local)
    {
        var text = new StringBuilder(local.Length + 2).Append('"');
        foreach (var c in local)
        {
            if (c is '"' or '\\')
                text.Append('\\');
            text.Append(c);
        }
        return text.Append('"').ToString();
    }
}
