using Amavis.Core.Categories;
using Amavis.Core.Counters;
using Amavis.Core.Messages;
using Amavis.Core.Storage;
using Amavis.Engine.Lookups;
using Amavis.Engine.Templates;
using Amavis.Engine.Verdicts;

namespace Amavis.Engine.Notices;

/// <summary>Tells the sender what became of the message where nobody else does; the next hop has the notice before the client is answered.</summary>
internal sealed class NoticeStage(EngineServices services, ReceivedMessage message, AddressBook book, MessageDeadline deadline, CounterBatch counters)
{
    private const string Section = "delivery-notification";

    /// <returns>The outcomes with their decisions, and the letter for <c>msgs.dsn_sent</c>.</returns>
    public async Task<(IReadOnlyList<RecipientOutcome> Outcomes, char DsnSent)> RunAsync(MacroFacts facts, CancellationToken cancellationToken)
    {
        var settings = message.Policy.Settings;
        var outcomes = facts.Outcomes;
        var allRejected = outcomes.Any(o => o.Reply.IsReject && o.Destiny != Destiny.Bounce)
            && outcomes.All(o => o.Destiny == Destiny.Discard || (o.Reply.IsReject && o.Destiny != Destiny.Bounce));
        var isCredible = !message.Envelope.Sender.IsNull && (settings.Originating || facts.Dkim.ByEnvelopeSender);
        var bySenderMaps = isCredible ? settings.SpamCrediblefromDsnCutoffLevelBysenderMaps : settings.SpamDsnCutoffLevelBysenderMaps;
        var bySender = bySenderMaps.Number(await book.FindForAsync(bySenderMaps, message.Envelope.Sender, cancellationToken));
        var decided = outcomes.Select(o => o with
        {
            Dsn = DsnDecider.Decide(o, message.Envelope, message.Connection.RepliesPerRecipient, allRejected, facts.Findings.IsBulk, bySender, isCredible),
        }).ToList();
        var told = decided.Where(o => o.Dsn == DsnDecision.Send).ToList();
        var plan = told.Count == 0 ? null : NoticePlanner.Sender(told, message.Envelope.Sender, settings);
        if (told.Count > 0 && plan is null)
            decided = [.. decided.Select(o => o.Dsn == DsnDecision.Send ? o with { Dsn = DsnDecision.Suppressed } : o)];
        // With a tempfail as the one reply the client comes back with all recipients; a notice now would be sent again then.
        var retried = !message.Connection.RepliesPerRecipient && decided.Any(o => o.Reply.IsTempFail);
        if (plan is null || retried)
            return (decided, decided.Any(o => o.Dsn == DsnDecision.Suppressed) ? 'q' : 'N');
        var sent = await SendAsync(plan, facts with { Outcomes = told }, decided.Any(o => o.IsDelivered), cancellationToken);
        return (decided, sent ? 'Y' : '?');
    }

    private async Task<bool> SendAsync(NoticePlan plan, MacroFacts facts, bool somebodyServed, CancellationToken cancellationToken)
    {
        if (message.Envelope.DsnReturn == "FULL")
            services.Log.Line(1, message.LogId, "RET=FULL was asked for; the notification has the header section only");
        var (noticeId, _) = MailIds.Create(message.Policy.Settings.MailIdSizeBits);
        var notice = DeliveryStatusNotice.Make(plan.Template, facts, noticeId, plan.From, plan.Recipients);
        var replies = await new NoticeSender(services, message, deadline, counters).SendAsync(notice, facts.MailId, "Dsn", cancellationToken);
        if (replies is null)
            return false;
        if (replies[0].IsSuccess)
            return true;
        if (replies[0].IsTempFail && !somebodyServed)
            throw new MessageFaultException(Section, "temporarily unable to send the notification: " + replies[0]);
        services.Log.Line(-1, message.LogId, $"NOTICE: UNABLE TO SEND DSN to {message.Envelope.Sender.Bracketed}: {replies[0]}");
        return false;
    }
}
