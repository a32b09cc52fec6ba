using System.Globalization;
using Amavis.Core.Addresses;
using Amavis.Core.Categories;
using Amavis.Core.Counters;
using Amavis.Core.Lookups;
using Amavis.Core.Messages;
using Amavis.Core.Storage;
using Amavis.Engine.Delivery;
using Amavis.Engine.Verdicts;
using Amavis.Protocols.Smtp.Client;

namespace Amavis.Engine.Notices;

/// <summary>Tells the sender what became of the message where nobody else does; the next hop has the notice before the client is answered.</summary>
internal sealed class NoticeStage(EngineServices services, ReceivedMessage message, Letter letter, MessageDeadline deadline, CounterBatch counters)
{
    private const string Section = "delivery-notification";

    /// <returns>The outcomes with their decisions, and the letter for <c>msgs.dsn_sent</c>.</returns>
    public async Task<(IReadOnlyList<RecipientOutcome> Outcomes, char DsnSent)> RunAsync(
        IReadOnlyList<RecipientOutcome> outcomes, Findings findings, string mailId, CancellationToken cancellationToken)
    {
        var settings = message.Policy.Settings;
        var allRejected = outcomes.Any(o => o.Reply.IsReject && o.Destiny != Destiny.Bounce)
            && outcomes.All(o => o.Destiny == Destiny.Discard || (o.Reply.IsReject && o.Destiny != Destiny.Bounce));
        var bySender = settings.SpamDsnCutoffLevelBysenderMaps.Number(AddressKeys.For(message.Envelope.Sender, settings.AddressRules));
        var decided = outcomes.Select(o => o with
        {
            Dsn = DsnDecider.Decide(o, message.Envelope, message.Connection.RepliesPerRecipient, allRejected, findings.IsBulk, bySender),
        }).ToList();
        // With a tempfail as the one reply the client comes back with all recipients; a notice now would be sent again then.
        var retried = !message.Connection.RepliesPerRecipient && decided.Any(o => o.Reply.IsTempFail);
        var told = retried ? [] : decided.Where(o => o.Dsn == DsnDecision.Send).ToList();
        if (told.Count == 0)
            return (decided, decided.Any(o => o.Dsn == DsnDecision.Suppressed) ? 'q' : 'N');
        var sent = await SendAsync(told, findings, mailId, decided.Any(o => o.IsDelivered), cancellationToken);
        return (decided, sent ? 'Y' : '?');
    }

    private async Task<bool> SendAsync(IReadOnlyList<RecipientOutcome> told, Findings findings, string mailId, bool somebodyServed, CancellationToken cancellationToken)
    {
        var settings = message.Policy.Settings;
        if (settings.NotifyMethod is not { } method)
        {
            services.Log.Line(-1, message.LogId, "no notify_method is set, the sender is not told");
            return false;
        }
        var (noticeId, _) = MailIds.Create(settings.MailIdSizeBits);
        var now = services.Clock.GetLocalNow();
        var notice = DeliveryStatusNotice.Make(new NoticeFacts
        {
            Message = message,
            MailId = mailId,
            NoticeMailId = noticeId,
            Outcomes = told,
            Findings = findings,
            Now = now,
            OriginalHeader = letter.HeaderOctetsForNotices(),
            From = letter.From,
            Subject = letter.Subject,
            MessageId = letter.MessageId,
            Trace = letter.Trace,
        });
        var sender = message.Envelope.Sender;
        var envelopeId = string.Create(CultureInfo.InvariantCulture, $"AM.{noticeId}.{now.UtcDateTime:yyyyMMdd'T'HHmmss'Z'}@{settings.MyHostname}");
        var delivery = Deliveries.Submit(message, method, notice, MailAddress.Null,
            [new SmtpDeliveryRecipient(sender, DsnNotify.Unspecified, "rfc822;" + Protocols.Smtp.Xtext.Encode(sender.Smtp))], envelopeId, deadline.Timestamp);
        var result = await services.NextHops.SendAsync(delivery, cancellationToken);
        Deliveries.Count(counters, result, method, notice.Length, "Submit", "Dsn");
        Deliveries.Log(services.Log, message.LogId, "SEND", $"{noticeId}({mailId})", delivery, result);
        var reply = result.Recipients[0].Reply;
        if (reply.IsSuccess)
            return true;
        if (reply.IsTempFail && !somebodyServed)
            throw new MessageFaultException(Section, "temporarily unable to send the notification: " + reply);
        services.Log.Line(-1, message.LogId, $"NOTICE: UNABLE TO SEND DSN to {sender.Bracketed}: {reply}");
        return false;
    }
}
