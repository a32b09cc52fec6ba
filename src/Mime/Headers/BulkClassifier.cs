using System.Text;
using Amavis.Core.Addresses;

namespace Amavis.Mime.Headers;

/// <summary>Tells mailing list, automatic and bulk mail by header and envelope sender.</summary>
internal static class BulkClassifier
{
    private static readonly string[] ListFields = ["List-Id", "List-Post", "List-Unsubscribe", "Mailing-List"];
    private static readonly string[] Robots = ["mailer-daemon", "double-bounce", "mailer", "autoreply"];

    /// <param name="Reason">Null when the mail is none of these.</param>
    public readonly record struct Result(bool IsList, bool IsAuto, string? Reason);

    public static Result Classify(HeaderSection header, MailAddress sender, MailAddress? author)
    {
        var precedence = (header.First("Precedence")?.Unfolded() ?? "").ToLowerInvariant();
        var list = ListReason(header, sender, author, precedence);
        var auto = AutoReason(header, sender, author, precedence);
        var reason = list is not null ? "ml:" + list : auto ?? BulkReason(author, precedence);
        return new Result(list is not null, auto is not null, reason);
    }

    private static string? ListReason(HeaderSection header, MailAddress sender, MailAddress? author, string precedence)
    {
        foreach (var name in ListFields)
            if (header.First(name) is { } field)
                return $"{name}: {field.Unfolded()}";
        if (IsListAddress(sender, withAdmin: true))
            return "sender=" + sender.Unquoted;
        if (author is not null && IsListAddress(author, withAdmin: false))
            return "author=" + author.Unquoted;
        return precedence.StartsWith("list", StringComparison.Ordinal) ? "Precedence: " + precedence : null;
    }

    private static bool IsListAddress(MailAddress address, bool withAdmin)
    {
        var local = address.LocalPart.ToLowerInvariant();
        return (local.StartsWith("owner-", StringComparison.Ordinal) && local.Length > 6)
            || EndsWith(local, "-request") || EndsWith(local, "-bounces") || EndsWith(local, "-owner")
            || (withAdmin && EndsWith(local, "-admin"));
    }

    private static bool EndsWith(string local, string suffix) =>
        local.Length > suffix.Length && local.EndsWith(suffix, StringComparison.Ordinal);

    private static string? AutoReason(HeaderSection header, MailAddress sender, MailAddress? author, string precedence)
    {
        if (string.Concat(precedence.Where(char.IsAsciiLetter)).StartsWith("autoreply", StringComparison.Ordinal))
            return "Precedence: " + precedence;
        // RFC 3834 §5; "no" does not outweigh a null sender.
        if (header.First("Auto-Submitted") is { } submitted)
        {
            var value = WithoutComments(submitted.Unfolded()).Trim().ToLowerInvariant();
            var end = value.IndexOf(';', StringComparison.Ordinal);
            value = (end < 0 ? value : value[..end]).Trim();
            if (value is not ("no" or ""))
                return "Auto-Submitted: " + value;
        }
        if (sender.IsNull)
            return "sender=<>";
        if (IsRobot(sender))
            return "sender=" + sender.Unquoted;
        return author is not null && IsRobot(author) ? "author=" + author.Unquoted : null;
    }

    private static bool IsRobot(MailAddress address) => Robots.Contains(address.LocalPart, StringComparer.OrdinalIgnoreCase);

    private static string? BulkReason(MailAddress? author, string precedence)
    {
        if (precedence.StartsWith("bulk", StringComparison.Ordinal) || precedence.StartsWith("junk", StringComparison.Ordinal))
            return "Precedence: " + precedence;
        var local = author?.LocalPart.ToLowerInvariant() ?? "";
        return EndsWith(local, "-relay") || local is "postmaster" or "uucp" ? "author=" + author!.Unquoted : null; // local is not empty here.
    }

    private static string WithoutComments(string text)
    {
        var result = new StringBuilder(text.Length);
        var depth = 0;
        foreach (var c in text)
        {
            depth += c == '(' ? 1 : 0;
            if (depth == 0)
                result.Append(c);
            depth -= c == ')' && depth > 0 ? 1 : 0;
        }
        return result.ToString();
    }
}
