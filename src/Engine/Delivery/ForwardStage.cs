using Amavis.Core.Categories;
using Amavis.Core.Counters;
using Amavis.Core.Messages;
using Amavis.Core.Policy;
using Amavis.Engine.Templates;
using Amavis.Engine.Verdicts;
using Amavis.Protocols.Smtp.Client;

namespace Amavis.Engine.Delivery;

/// <summary>
/// Passes the message on for the recipients it is not blocked for: one transaction for each group of equal copies. The reply of the
/// next hop becomes the recipient's reply.
/// </summary>
internal sealed class ForwardStage(EngineServices services, ReceivedMessage message, Letter letter, MessageDeadline deadline, CounterBatch counters)
{
    private static readonly TimeSpan FirstPause = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LeastTimeForRetry = TimeSpan.FromSeconds(10);

    /// <summary>The changes for whom the client serves; null: nobody. Known when <see cref="RunAsync"/> has ended.</summary>
    public CopyPlan? ClientsPlan { get; private set; }

    private bool LeavesToClient => message.Care switch
    {
        DeliveryCare.Clients => true,
        DeliveryCare.ClientsWithoutMethod => message.Policy.Settings.ForwardMethod is null,
        _ => false,
    };

    public async Task<IReadOnlyList<RecipientOutcome>> RunAsync(
        IReadOnlyList<RecipientVerdict> verdicts, Findings findings, string mailId, bool quarantined, CancellationToken cancellationToken)
    {
        var outcomes = new RecipientOutcome[verdicts.Count];
        var groups = new List<Group>();
        for (var i = 0; i < verdicts.Count; i++)
        {
            var verdict = verdicts[i];
            if (verdict.IsBlocked)
            {
                outcomes[i] = Blocked(verdict);
                continue;
            }
            var plan = CopyPlanner.ForRecipient(verdict, findings, mailId, quarantined);
            if (LeavesToClient)
            {
                outcomes[i] = Left(verdict, plan);
                continue;
            }
            var group = groups.FirstOrDefault(g => g.Plan.Key == plan.Key);
            if (group is null)
                groups.Add(group = new Group(plan, []));
            group.Indexes.Add(i);
        }

        foreach (var group in groups)
        {
            var partial = outcomes.Any(o => o is { IsDelivered: true });
            if (!partial && !message.Connection.RepliesPerRecipient && outcomes.Any(o => o is { Relayed: true, Reply.IsTempFail: true }))
                GiveUp(group, verdicts, outcomes);
            else
                await TrySendGroupAsync(group, verdicts, outcomes, findings, mailId, partial, cancellationToken);
        }
        return outcomes;
    }

    /// <summary>After others have the message, a fault or the deadline is no reason for a second copy to them: the rest is bounced.</summary>
    private async Task TrySendGroupAsync(
        Group group, IReadOnlyList<RecipientVerdict> verdicts, RecipientOutcome[] outcomes, Findings findings, string mailId, bool partial, CancellationToken cancellationToken)
    {
        try
        {
            await SendGroupAsync(group, verdicts, outcomes, findings, mailId, partial, cancellationToken);
        }
        catch (Exception e) when (outcomes.Any(o => o is { IsDelivered: true }))
        {
            services.Log.Line(-2, message.LogId, $"TROUBLE after the message was delivered to others: {e.Message}");
            foreach (var i in group.Indexes.Where(i => outcomes[i] is not { IsDelivered: true }))
                outcomes[i] = new RecipientOutcome
                {
                    Verdict = verdicts[i],
                    Reply = new SmtpReply(554, $"5.4.7 Delivery given up, id={message.LogId}"),
                    Categories = verdicts[i].Categories,
                    Destiny = Destiny.Bounce,
                };
        }
    }

    /// <summary>The client has one header section for all its recipients: the first one's changes are made.</summary>
    private RecipientOutcome Left(RecipientVerdict verdict, CopyPlan plan)
    {
        ClientsPlan ??= plan;
        if (ClientsPlan.Key != plan.Key)
            services.Log.Line(-1, message.LogId, $"{message.Connection.Protocol}: RECIPIENTS REQUIRE DIFFERENT HEADERS, {verdict.Recipient.Address.Bracketed} gets those of the first");
        return new RecipientOutcome
        {
            Verdict = verdict,
            Reply = new SmtpReply(250, $"2.5.0 Ok, id={message.LogId}, continue delivery"),
            Categories = verdict.Categories,
            Destiny = Destiny.Pass,
            LeftToClient = true,
            // Its MTA tells the sender of the delivery, if somebody is to.
            DsnPropagated = true,
            Marked = plan.Marked,
        };
    }

    private static RecipientOutcome Blocked(RecipientVerdict verdict) => new()
    {
        Verdict = verdict,
        Reply = verdict.BlockedReply!.Value,
        Categories = verdict.Categories,
        Blocking = verdict.Blocking,
        Destiny = verdict.Destiny,
    };

    private async Task SendGroupAsync(
        Group group, IReadOnlyList<RecipientVerdict> verdicts, RecipientOutcome[] outcomes, Findings findings, string mailId, bool partial, CancellationToken cancellationToken)
    {
        var open = group.Indexes;
        var pause = FirstPause;
        while (true)
        {
            var results = await SendAsync(group.Plan, [.. open.Select(i => verdicts[i])], mailId, cancellationToken);
            for (var k = 0; k < open.Count; k++)
                outcomes[open[k]] = Outcome(verdicts[open[k]], results.Recipients[k], group.Plan, findings, mailId);
            open = [.. open.Where(i => outcomes[i].Reply.IsTempFail)];
            partial |= outcomes.Any(o => o is { IsDelivered: true });
            // With a single reply for all, a tempfail now would bring a second copy to those who have theirs: the rest is ours.
            if (open.Count == 0 || !partial || message.Connection.RepliesPerRecipient)
                return;
            if (deadline.Remaining - pause < LeastTimeForRetry)
                break;
            services.Log.Line(-1, message.LogId, $"{open.Count} of {verdicts.Count} recipients tempfailed after others were served, trying again in {pause.TotalSeconds} s");
            await Task.Delay(pause, services.Clock, cancellationToken);
            pause *= 2;
        }
        foreach (var i in open)
            outcomes[i] = outcomes[i] with
            {
                Destiny = Destiny.Bounce,
                Reply = new SmtpReply(554, $"5.4.7 Delivery given up, id={message.LogId}, last reply: {outcomes[i].Reply}"),
            };
    }

    private void GiveUp(Group group, IReadOnlyList<RecipientVerdict> verdicts, RecipientOutcome[] outcomes)
    {
        var reply = new SmtpReply(451, $"4.5.0 Giving up due to previous temporary failures, id={message.LogId}");
        foreach (var i in group.Indexes)
            outcomes[i] = new RecipientOutcome
            {
                Verdict = verdicts[i],
                Reply = reply,
                Categories = verdicts[i].Categories,
                Destiny = Destiny.TempFail,
            };
    }

    private async Task<SmtpDeliveryResult> SendAsync(CopyPlan plan, IReadOnlyList<RecipientVerdict> verdicts, string mailId, CancellationToken cancellationToken)
    {
        var settings = message.Policy.Settings;
        if (settings.ForwardMethod is not { } method)
            throw new MessageFaultException("forward", "no forward_method is set");
        if (method.Protocol is not (DeliveryProtocol.Smtp or DeliveryProtocol.Lmtp))
            throw new MessageFaultException("forward", $"forward_method {method} is not available");
        var single = verdicts.Count == 1 ? verdicts[0].Recipient.Address.Bracketed : null;
        var copy = letter.Copy(plan, ReceivedField.Make(message, mailId, single));
        var delivery = Deliveries.Relay(message, letter, method, copy, verdicts, deadline);
        var result = await services.NextHops.SendAsync(delivery, cancellationToken);
        Deliveries.Count(counters, result, method, copy.Length, "Relay", null);
        LogDelivery("FWD", mailId, delivery, result);
        return result;
    }

    private void LogDelivery(string word, string mailId, SmtpDelivery delivery, SmtpDeliveryResult result) =>
        Deliveries.Log(services.Log, message.LogId, word, mailId, delivery, result);

    /// <summary>A refusal of the next hop makes the category MTA-failed, with the destiny configured for it.</summary>
    private RecipientOutcome Outcome(RecipientVerdict verdict, SmtpRecipientResult result, CopyPlan plan, Findings findings, string mailId)
    {
        var outcome = new RecipientOutcome
        {
            Verdict = verdict,
            Reply = result.Reply,
            Categories = verdict.Categories,
            Destiny = Destiny.Pass,
            Relayed = true,
            DsnPropagated = result.DsnPassedOn && !Deliveries.AnswersSuccess(verdict.Recipient, verdict.Policy.Settings),
            RemoteMta = result.RemoteMta,
            RemoteReply = result.RemoteReply,
            Marked = plan.Marked,
        };
        if (result.Reply.IsSuccess)
            return outcome;
        var key = new CategoryKey(ContentCategory.MtaFailed, result.Reply.IsReject ? 2 : 1);
        var categories = verdict.Categories.With(key);
        var destiny = verdict.Policy.DestinyOf(key) ?? verdict.Policy.DestinyOf(ContentCategory.MtaFailed) ?? Destiny.Pass;
        if (destiny == Destiny.Pass)
            destiny = result.Reply.IsReject ? Destiny.Reject : Destiny.TempFail;
        var refused = verdict with { Categories = categories, Blocking = key };
        var macros = BlockedReplies.NeedsMore(refused)
            ? new MessageMacros(new MacroFacts
            {
                Message = message,
                Letter = letter,
                Findings = findings,
                MailId = mailId,
                Outcomes = [outcome with { Categories = categories, Blocking = key, Destiny = destiny }],
            })
            : null;
        var reason = BlockedReplies.Reason(refused, findings, message.LogId, macros);
        return outcome with
        {
            Categories = categories,
            Blocking = key,
            Destiny = destiny,
            Reply = Convert(result.Reply, destiny, reason, verdict.Policy.Settings.SoftBounce),
        };
    }

    /// <summary><c>550 5.1.1 id=… - Rejected by next-hop MTA on relaying, from MTA(…): 550 5.1.1 No such user</c>.</summary>
    private static SmtpReply Convert(SmtpReply reply, Destiny destiny, string reason, bool softBounce)
    {
        var space = reply.Text.IndexOf(' ');
        var (enhanced, rest) = space < 0 ? (reply.Text, "") : (reply.Text[..space], reply.Text[(space + 1)..]);
        var (code, word) = (reply.Code, "");
        if (reply.IsReject && destiny == Destiny.Discard)
            (code, enhanced, word) = (250, "2" + enhanced[1..], " Discarded");
        else if (reply.IsReject && softBounce)
            (code, enhanced) = (450, "4" + enhanced[1..]);
        return new SmtpReply(code, $"{enhanced}{word} {reason}, {rest}");
    }

    private sealed record Group(CopyPlan Plan, List<int> Indexes);
}
