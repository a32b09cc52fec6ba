using System.Globalization;
using System.Text.RegularExpressions;
using Amavis.Core.Addresses;
using Amavis.Core.Messages;

namespace Amavis.Protocols.AmPdp;

public enum ReleaseKind
{
    /// <summary>To the recipients.</summary>
    Release,
    /// <summary>Once more through the MTA and the checks.</summary>
    Requeue,
    /// <summary>As an abuse report.</summary>
    Report,
    /// <summary>Not sent at all: the spam scanners learn it. Ours.</summary>
    Learn,
}

/// <summary>A request to send on a quarantined message, or to have the spam scanners learn it.</summary>
public sealed partial record ReleaseRequest
{
    /// <summary>Characters of ids and paths in a request.</summary>
    private const int MaxLength = 255;

    public ReleaseKind Kind { get; init; }
    public required string MailId { get; init; }

    /// <summary>Null: not given.</summary>
    public string? SecretId { get; init; }

    /// <summary>Null: to be found by the mail_id.</summary>
    public int? PartitionTag { get; init; }

    /// <summary>F (file), Z (compressed file) or Q (SQL); null: as the server is configured.</summary>
    public char? QuarantineType { get; init; }

    /// <summary>Below the quarantine directory; null: made from the mail_id.</summary>
    public string? MailFile { get; init; }

    /// <summary>For Resent-From; null: the filter itself.</summary>
    public MailAddress? RequestedBy { get; init; }

    /// <summary>Instead of the original envelope sender; null: the original.</summary>
    public MailAddress? Sender { get; init; }

    /// <summary>Instead of the original recipients; empty: the original.</summary>
    public IReadOnlyList<MailAddress> Recipients { get; init; } = [];

    /// <summary>What it is to be learned as; given with <see cref="ReleaseKind.Learn"/>, and only with it.</summary>
    public SpamClass? LearnAs { get; init; }

    public static bool IsMailId(string text) => text is { Length: <= MaxLength } && MailIdPattern().IsMatch(text);

    /// <summary>A path below the quarantine directory that stays there.</summary>
    public static bool IsMailFile(string text) =>
        text is { Length: <= MaxLength } && MailFilePattern().IsMatch(text) && !text.Split('/').Contains("..");

    /// <summary>The attributes to send, in the order of the original command.</summary>
    public IEnumerable<AmPdpAttribute> ToAttributes()
    {
        yield return new("request", Kind.ToString().ToLowerInvariant());
        yield return new("mail_id", MailId);
        if (LearnAs is { } taught)
            yield return new("learn_as", taught.ToString().ToLowerInvariant());
        if (QuarantineType is { } type)
            yield return new("quar_type", type.ToString());
        if (SecretId is not null)
            yield return new("secret_id", SecretId);
        if (MailFile is not null)
            yield return new("mail_file", MailFile);
        if (PartitionTag is { } tag)
            yield return new("partition_tag", tag.ToString(CultureInfo.InvariantCulture));
        if (RequestedBy is not null)
            yield return new("requested_by", RequestedBy.Bracketed);
        if (Sender is not null)
            yield return new("sender", Sender.Bracketed);
        foreach (var recipient in Recipients)
            yield return new("recipient", recipient.Smtp);
    }

    /// <summary>Reads and validates a request of kind release, requeue, report or learn.</summary>
    /// <param name="fault">For the client: what is wrong.</param>
    public static bool TryFrom(AmPdpMessage message, out ReleaseRequest? request, out string fault)
    {
        ArgumentNullException.ThrowIfNull(message);
        request = null;
        ReleaseKind? kind = message.Request switch
        {
            "release" => ReleaseKind.Release,
            "requeue" => ReleaseKind.Requeue,
            "report" => ReleaseKind.Report,
            "learn" => ReleaseKind.Learn,
            _ => null,
        };
        SpamClass? taught = message.Value("learn_as") switch
        {
            "ham" => SpamClass.Ham,
            "spam" => SpamClass.Spam,
            _ => null,
        };
        var mailId = message.Value("mail_id") ?? "";
        var type = message.Value("quar_type") ?? "";
        var tagText = message.Value("partition_tag")?.Trim() ?? "";
        var tag = 0;
        fault = kind is null ? "Unknown request"
            : kind == ReleaseKind.Learn && taught is null ? "Missing or invalid learn_as: ham or spam"
            : !IsMailId(mailId) ? "Missing or invalid mail_id"
            : type is not ("" or "F" or "Z" or "Q") ? "Quarantine type not supported for a release"
            : tagText.Length > 0 && !int.TryParse(tagText, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out tag) ? "Invalid partition_tag"
            : message.Value("secret_id") is { Length: > 0 } secret && !IsSecretId(secret) ? "Invalid secret_id"
            : message.Value("mail_file") is { Length: > 0 } file && !IsMailFile(file) ? "Unsafe mail_file"
            : "";
        if (fault.Length > 0)
            return false;
        if (!TryReadAddresses(message, out var requestedBy, out var sender, out var recipients))
        {
            fault = "Invalid address in requested_by, sender or recipient";
            return false;
        }
        request = new ReleaseRequest
        {
            Kind = kind!.Value,
            MailId = mailId,
            SecretId = NotEmpty(message.Value("secret_id")),
            PartitionTag = tagText.Length > 0 ? tag : null,
            QuarantineType = type.Length > 0 ? type[0] : null,
            MailFile = NotEmpty(message.Value("mail_file")),
            RequestedBy = requestedBy,
            Sender = sender,
            Recipients = recipients,
            LearnAs = kind == ReleaseKind.Learn ? taught : null,
        };
        return true;
    }

    private static bool TryReadAddresses(AmPdpMessage message, out MailAddress? requestedBy, out MailAddress? sender, out List<MailAddress> recipients)
    {
        var requestedByText = NotEmpty(message.Value("requested_by"));
        var senderText = message.Value("sender");
        requestedBy = requestedByText is null ? null : AmPdpAddress.Read(requestedByText);
        sender = senderText is null ? null : AmPdpAddress.Read(senderText);
        recipients = [];
        foreach (var text in message.Values("recipient"))
        {
            if (AmPdpAddress.Read(text) is not { IsNull: false } recipient)
                return false;
            recipients.Add(recipient);
        }
        return (requestedByText is null || requestedBy is not null) && (senderText is null || sender is not null);
    }

    private static bool IsSecretId(string text) => text.Length <= MaxLength && SecretIdPattern().IsMatch(text);

    private static string? NotEmpty(string? text) => string.IsNullOrEmpty(text) ? null : text;

    [GeneratedRegex(@"\A[A-Za-z0-9][A-Za-z0-9_+-]*={0,2}\z")]
    private static partial Regex MailIdPattern();

    [GeneratedRegex(@"\A[A-Za-z0-9_+/-]+={0,2}\z")]
    private static partial Regex SecretIdPattern();

    [GeneratedRegex(@"\A[A-Za-z0-9][A-Za-z0-9/_.+-]*\z")]
    private static partial Regex MailFilePattern();
}
