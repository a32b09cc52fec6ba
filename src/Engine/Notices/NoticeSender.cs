using System.Globalization;
using Amavis.Core.Counters;
using Amavis.Core.Messages;
using Amavis.Engine.Authentication;
using Amavis.Engine.Delivery;
using Amavis.Engine.Delivery.Methods;
using Amavis.Protocols.Smtp.Client;

namespace Amavis.Engine.Notices;

/// <summary>Hands notices to <c>notify_method</c>.</summary>
internal sealed class NoticeSender(EngineServices services, ReceivedMessage message, MessageDeadline deadline, CounterBatch counters)
{
    /// <summary>The reply for each recipient; null: there is no way to send it, which has been logged.</summary>
    /// <param name="kind">Dsn or Notif, for the counters.</param>
    public async Task<IReadOnlyList<SmtpReply>?> SendAsync(Notice notice, string mailId, string kind, CancellationToken cancellationToken)
    {
        var settings = message.Policy.Settings;
        if (settings.NotifyMethod is not { } method)
        {
            services.Log.Line(-1, message.LogId, "no notify_method is set, nobody is told");
            return null;
        }
        var recipients = notice.Recipients.Select(r => new SmtpDeliveryRecipient(r, DsnNotify.Unspecified, RecipientAddress.OriginalOf(r))).ToList();
        var envelopeId = string.Create(CultureInfo.InvariantCulture, $"AM.{notice.NoticeId}.{services.Clock.GetUtcNow():yyyyMMdd'T'HHmmss'Z'}@{settings.MyHostname}");
        // Mail of our own, whoever the message was from.
        var signer = new MailSigner(services, new SigningFacts
        {
            Settings = settings,
            LogId = message.LogId,
            EnvelopeSender = notice.Sender,
            Recipients = notice.Recipients,
            ReceivedAt = services.Clock.GetUtcNow(),
            Deadline = deadline,
        });
        var mail = await signer.SignAsync(notice.Mail, anyLocal: false, cancellationToken);
        var delivery = Deliveries.Submit(message, method, mail, notice.Sender, recipients, envelopeId, notice.SmtpUtf8, deadline.Timestamp);
        var result = await new Dispatcher(services).SendAsync(Deliveries.Shipment(kind == "Dsn" ? MailPurpose.SenderNotice : MailPurpose.Notice, message, delivery, null, deadline, notice.NoticeId), cancellationToken);
        Deliveries.Count(counters, result, method, mail.Length, "Submit", kind);
        Deliveries.Log(services.Log, message.LogId, "SEND", $"{notice.NoticeId}({mailId})", delivery, result);
        return [.. result.Recipients.Select(r => r.Reply)];
    }
}
