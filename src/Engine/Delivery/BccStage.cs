using Amavis.Core.Addresses;
using Amavis.Core.Categories;
using Amavis.Core.Counters;
using Amavis.Core.Messages;
using Amavis.Core.Policy;
using Amavis.Engine.Delivery.Methods;
using Amavis.Engine.Lookups;
using Amavis.Engine.Verdicts;
using Amavis.Protocols.Smtp.Client;

namespace Amavis.Engine.Delivery;

/// <summary>
/// Sends the copy for <c>always_bcc</c> by <c>notify_method</c>, when it is clear that the message will not come once more. If nobody
/// has the message yet, a copy that can't be sent tempfails it.
/// </summary>
internal sealed class BccStage(EngineServices services, ReceivedMessage message, Letter letter, AddressBook book, MessageDeadline deadline, CounterBatch counters, ForwardOrder order)
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    public async Task RunAsync(IReadOnlyList<RecipientOutcome> outcomes, Findings findings, CancellationToken cancellationToken)
    {
        try
        {
            await SendCopyAsync(outcomes, findings, cancellationToken);
        }
        catch (Exception e) when (outcomes.Any(o => o.IsDelivered))
        {
            services.Log.Line(-2, message.LogId, $"always_bcc: TROUBLE after the message was delivered to others: {e.Message}");
        }
    }

    private async Task SendCopyAsync(IReadOnlyList<RecipientOutcome> outcomes, Findings findings, CancellationToken cancellationToken)
    {
        var settings = message.Policy.Settings;
        var blocking = outcomes.Select(o => o.Blocking).OfType<CategoryKey>().Order().Cast<CategoryKey?>().LastOrDefault();
        var categories = outcomes.Aggregate(CategorySet.Clean, (all, o) => all.Union(o.Categories));
        var wanted = settings.DeliveryByCcat.AlwaysBcc.Find(categories, blocking);
        if (string.IsNullOrEmpty(wanted) || outcomes.Count == 0 || ComesAgain(outcomes))
            return;
        if (settings.NotifyMethod is not { } method)
        {
            services.Log.Line(-1, message.LogId, $"always_bcc: no notify_method is set, {wanted} gets no copy");
            return;
        }
        var verdict = await VerdictForAsync(MailAddress.FromUnquoted(wanted), outcomes[0].Verdict, categories, cancellationToken);
        var plan = CopyPlanner.ForRecipient(verdict, findings, new CopyFacts
        {
            MailId = order.MailId,
            LogId = message.LogId,
            Quarantined = order.Quarantined,
            Now = message.ReceivedAt.ToLocalTime(),
        });
        using var copy = await new CopyMaker(services, message, letter, deadline, order).MakeAsync(plan, () => plan, ReceivedField.Make(message, order.MailId, null), cancellationToken);
        var reply = await SendAsync(method, copy, verdict.Recipient, cancellationToken);
        if (reply.IsTempFail && outcomes.Any(o => o.IsDelivered))
        {
            await Task.Delay(Pause, services.Clock, cancellationToken);
            reply = await SendAsync(method, copy, verdict.Recipient, cancellationToken);
        }
        if (reply.IsSuccess)
            return;
        if (reply.IsTempFail && !outcomes.Any(o => o.IsDelivered))
            throw new MessageFaultException("always_bcc", $"temporarily unable to send a copy to <{wanted}>: {reply}");
        services.Log.Line(-1, message.LogId, $"always_bcc: NO COPY for <{wanted}>: {reply}");
    }

    /// <summary>The client will try again, and then there would be a second copy.</summary>
    private bool ComesAgain(IReadOnlyList<RecipientOutcome> outcomes) => message.Connection.RepliesPerRecipient
        ? outcomes.All(o => o.Reply.IsTempFail)
        : outcomes.Any(o => o.Reply.IsTempFail);

    private async Task<RecipientVerdict> VerdictForAsync(MailAddress address, RecipientVerdict first, CategorySet categories, CancellationToken cancellationToken)
    {
        var recipient = new EnvelopeRecipient(address, 0, DsnNotify.Never);
        var policies = await RecipientPolicies.FindAsync(book, message.Policy, [recipient], [message.Envelope.Sender], cancellationToken);
        return first with { Policy = policies[0], Categories = categories, Blocking = null, BlockedReply = null, Destiny = Destiny.Pass };
    }

    private async Task<SmtpReply> SendAsync(DeliveryMethod method, FinishedCopy copy, EnvelopeRecipient recipient, CancellationToken cancellationToken)
    {
        var delivery = Deliveries.Relay(message, letter, method, copy.Message, [new SmtpDeliveryRecipient(recipient.Address, recipient.Notify)], deadline);
        var result = await new Dispatcher(services).SendAsync(Deliveries.Shipment(MailPurpose.BlindCopy, message, delivery, order.Arrival, deadline), cancellationToken);
        Deliveries.Count(counters, result, method, copy.Message.Length, "Relay", null);
        Deliveries.Log(services.Log, message.LogId, "FWD", order.MailId, delivery, result);
        return result.Recipients[0].Reply;
    }
}
