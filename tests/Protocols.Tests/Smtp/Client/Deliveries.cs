using Amavis.Core.Addresses;
using Amavis.Core.Counters;
using Amavis.Core.Messages;
using Amavis.Core.Policy;
using Amavis.Protocols.Smtp.Client;
using Amavis.Testing;

namespace Amavis.Protocols.Tests.Smtp.Client;

/// <summary>Short forms for the tests of the client.</summary>
internal static class Deliveries
{
    public const string LogId = "00421-07";
    public const string Message = "Subject: x\r\n\r\n.dot\r\nbody\r\n";

    /// <summary>Limits long enough for a busy machine; what must not be waited for is set per test.</summary>
    public static SmtpClientOptions Patient { get; } = new();

    /// <summary>For a next hop that hangs.</summary>
    public static SmtpClientOptions Impatient { get; } = new()
    {
        Command = TimeSpan.FromMilliseconds(100),
        DataInitiation = TimeSpan.FromMilliseconds(100),
        DataBlock = TimeSpan.FromMilliseconds(300),
        FinalDot = TimeSpan.FromMilliseconds(100),
        Housekeeping = TimeSpan.FromMilliseconds(100),
    };

    public static SmtpClientPool Pool(SmtpClientOptions? options = null, TimeProvider? time = null, CounterSet? counters = null) =>
        new(time ?? TimeProvider.System, counters ?? new CounterSet(), options ?? Patient);

    public static SmtpDelivery To(FakeNextHop hop, params string[] recipients) => To(Target(hop), recipients);

    public static string Target(FakeNextHop hop) => (hop.Lmtp ? "lmtp:" : "smtp:") + hop.Address;

    public static SmtpDelivery To(string target, params string[] recipients) => new()
    {
        Method = DeliveryMethod.Parse(target),
        Sender = Mailbox("sender@example.org"),
        Recipients = [.. (recipients.Length == 0 ? ["user1@example.com"] : recipients).Select(r => new SmtpDeliveryRecipient(Mailbox(r)))],
        Message = new InMemoryMessage(Octets.Of(Message)),
        LogId = LogId,
    };

    public static MailAddress Mailbox(string text) => MailAddress.TryParse(text, out var address) ? address : throw new FormatException(text);

    public static Task<SmtpDeliveryResult> Send(this SmtpClientPool pool, SmtpDelivery delivery) => pool.SendAsync(delivery, CancellationToken.None);

    /// <summary>The replies as text, one for each recipient.</summary>
    public static string[] Texts(this SmtpDeliveryResult result) => [.. result.Recipients.Select(r => r.Reply.ToString())];
}
