using Amavis.Core.Addresses;
using Amavis.Core.Storage;

namespace Amavis.Data.Tests;

/// <summary>Records as the engine would report them.</summary>
internal static class Records
{
    public static readonly DateTimeOffset Noon = DateTimeOffset.FromUnixTimeSeconds(1795348870);

    public static MailAddress Address(string text) => MailAddress.FromUnquoted(text);

    public static MessageArrival Arrival(string mailId, string sender = "sender@example.org", string? amId = null, DateTimeOffset? at = null) => new()
    {
        MailId = mailId,
        SecretId = "s" + mailId,
        AmId = amId ?? "am-" + mailId[^Math.Min(mailId.Length, 12)..],
        ReceivedAt = at ?? Noon,
        Sender = Address(sender),
        ClientAddress = "192.0.2.10",
        Size = 3526,
        Host = "filter.example.net",
    };

    public static MessageRecord Clean(string mailId, string sender = "sender@example.org", DateTimeOffset? at = null, params string[] recipients) => new()
    {
        Arrival = Arrival(mailId, sender, at: at),
        Content = 'C',
        SpamLevel = 1.301,
        MessageId = "<1.fe6a4279f576@d1.example.org>",
        From = "\"Selre And\" <selre@d1.example.org>",
        Subject = "re kadeselgor",
        Recipients = [.. (recipients.Length == 0 ? ["user1@example.com"] : recipients).Select((r, i) => Recipient(r, i + 1))],
        Explanation = "{\"mailId\":\"" + mailId + "\"}",
    };

    public static RecipientRecord Recipient(string address, int position) => new()
    {
        Position = position,
        Address = Address(address),
        IsLocal = address.EndsWith("example.com", StringComparison.OrdinalIgnoreCase),
        Content = 'C',
        DeliveryStatus = 'P',
        SpamLevel = 1.301,
        SmtpResponse = "250 2.0.0 from MTA(smtp:[127.0.0.1]:10025): 250 2.0.0 Ok",
    };

    /// <summary>Many different messages, ids <c>m00000</c> and so on.</summary>
    public static IEnumerable<MessageRecord> Many(int count, string prefix = "m") =>
        Enumerable.Range(0, count).Select(i => Clean($"{prefix}{i:d5}", $"sender{i % 40}@example.org", null, $"user{i % 25}@example.com", $"user{i % 7}@far.test"));
}
