using System.Text;

namespace Amavis.Engine.Quarantine;

/// <summary>Values for the placeholders of quarantine file names.</summary>
/// <param name="BodyDigest">Computed only when <c>%b</c> asks for it.</param>
/// <param name="Sender">Envelope sender, as it is.</param>
public sealed record FileNameValues(string MailId, string LogId, int PartitionTag, DateTimeOffset LocalTime, Func<string> BodyDigest, string Sender = "")
{
    private const int MaxSender = 100;

    /// <summary>There is a <c>%s</c>: in names of bsmtp files and of <c>local_delivery_aliases</c>.</summary>
    public bool HasSender { get; init; }

    /// <summary>The sender with nothing in it that means something in a file name.</summary>
    public string SafeSender
    {
        get
        {
            var name = new StringBuilder();
            foreach (var c in Sender)
                name.Append(c == '@' ? "_at_" : char.IsAsciiLetterOrDigit(c) || c is '.' or '_' or '+' or '-' ? c.ToString() : "=");
            return name.Length > MaxSender ? name.ToString(0, MaxSender) + "..." : name.ToString();
        }
    }
}

/// <summary><c>%m</c> mail id, <c>%n</c> log id, <c>%P</c> partition tag, <c>%i</c> local time, <c>%b</c> digest, <c>%s</c> sender, <c>%%</c>; unknown ones stay.</summary>
public static class FileNameTemplate
{
    public static string Expand(string template, FileNameValues values)
    {
        ArgumentNullException.ThrowIfNull(template);
        ArgumentNullException.ThrowIfNull(values);
        var name = new StringBuilder(template.Length + 16);
        for (var i = 0; i < template.Length; i++)
        {
            if (template[i] != '%' || i + 1 == template.Length)
            {
                name.Append(template[i]);
                continue;
            }
            i++;
            name.Append(template[i] switch
            {
                'm' => values.MailId,
                'n' => values.LogId,
                'P' => values.PartitionTag.ToString(System.Globalization.CultureInfo.InvariantCulture),
                'i' => values.LocalTime.ToString("yyyyMMdd'T'HHmmss", System.Globalization.CultureInfo.InvariantCulture),
                'b' => values.BodyDigest(),
                's' when values.HasSender => values.SafeSender,
                '%' => "%",
                var other => "%" + other,
            });
        }
        return name.ToString();
    }
}
