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

    public static SmtpClientPool Pool(SmtpClientOptions? options = null, TimeProvider? time = null, CounterSet? counters = null) =>
        new(time ?? TimeProvider.System, counters ?? new CounterSet(), options ?? new SmtpClientOptions());

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

    /// <summary>Sends to a next hop that will hang, and moves the clock past the delivery's end once it does.</summary>
    public static async Task<SmtpDeliveryResult> SendPastTheEnd(this SmtpClientPool pool, SmtpDelivery delivery, FakeNextHop hop, ManualTime time)
    {
        var sending = pool.Send(delivery with { Deadline = time.GetTimestamp() });
        await Task.WhenAny(sending, hop.Hung).WaitAsync(TimeSpan.FromSeconds(60));
        time.Advance(new SmtpClientOptions().LeastTime);
        return await sending.WaitAsync(TimeSpan.FromSeconds(60));
    }

    /// <summary>The replies as text, one for each recipient.</summary>
    public static string[] Texts(this SmtpDeliveryResult result) => [.. result.Recipients.Select(r => r.Reply.ToString())];
}
