using Amavis.Core.Categories;

namespace Amavis.Web.Components.Shared;

/// <summary>Words and colours for the letters of the log.</summary>
internal static class Labels
{
    public static (string Text, string Color) Verdict(char? letter) => letter switch
    {
        'V' => ("Virus", "red"),
        'B' => ("Banned", "orange"),
        'U' => ("Unchecked", "violet"),
        'S' => ("Spam", "red"),
        'Y' => ("Spammy", "amber"),
        'M' => ("8-bit header", "amber"),
        'H' => ("Bad header", "amber"),
        'O' => ("Oversized", "orange"),
        'T' => ("Next hop failed", "orange"),
        'C' => ("Clean", "green"),
        null => ("In progress", "blue"),
        _ => ("Other", ""),
    };

    public static (string Text, string Color, string Meaning) Delivery(char status) => status switch
    {
        'P' => ("Delivered", "green", "The next hop has taken it."),
        'D' => ("Discarded", "red", "Not delivered; the sender was not told."),
        'B' => ("Bounced", "red", "Not delivered; a bounce was chosen."),
        'R' => ("Rejected", "red", "Not delivered; the sender was told at once."),
        'T' => ("Deferred", "orange", "A temporary failure: the sender tries again."),
        _ => ("Unknown", "", "No status was logged."),
    };

    /// <summary>Null: nothing has been done since.</summary>
    public static (string Text, string Color)? Release(char status) => status switch
    {
        'R' => ("Released", "blue"),
        'D' => ("Deleted", ""),
        'p' or 'P' => ("Release requested", "violet"),
        'V' or 'v' => ("Viewed", ""),
        'S' => ("Marked as spam", ""),
        'H' => ("Marked as ham", ""),
        ' ' => null,
        _ => ($"Status {status}", ""),
    };

    public static string Kept(char type) => type switch
    {
        'Q' => "In the database",
        'F' => "In a file",
        'Z' => "In a compressed file",
        'B' => "In a batch SMTP file",
        'M' => "In a mailbox, over SMTP",
        'L' => "In a mailbox, over LMTP",
        ' ' => "Nothing is kept",
        _ => "Elsewhere",
    };

    public static string Direction(MailDirection? direction) => direction switch
    {
        MailDirection.Inbound => "In",
        MailDirection.Outbound => "Out",
        MailDirection.Internal => "Internal",
        MailDirection.OpenRelay => "Relayed",
        _ => "Unknown",
    };

    public static string Dsn(char sent) => sent switch
    {
        'Y' => "Sent to the sender",
        'N' => "None",
        'q' => "Was due, but suppressed",
        _ => "Not known",
    };

    /// <summary><c>713 B</c>, <c>4.2 kB</c>, <c>12 MB</c>; decimal units.</summary>
    public static string Size(long octets) => octets switch
    {
        < 1000 => $"{octets} B",
        < 100_000 => $"{octets / 1000.0:0.0} kB",
        < 1_000_000 => $"{octets / 1000} kB",
        < 100_000_000 => $"{octets / 1e6:0.0} MB",
        _ => $"{octets / 1_000_000} MB",
    };

    public static string Score(double score) => score.ToString("0.0##", System.Globalization.CultureInfo.InvariantCulture);

    /// <summary>With one decimal; never a negative zero.</summary>
    public static string ShortScore(double score) => score.ToString(Math.Abs(score) < 0.05 ? "'0.0'" : "0.0", System.Globalization.CultureInfo.InvariantCulture);

    /// <summary>An address as people read it.</summary>
    public static string Address(string address) => address.Length == 0 ? "<> (null sender)" : address;

    public static string Subject(string subject) => string.IsNullOrWhiteSpace(subject) ? "(no subject)" : subject;
}
