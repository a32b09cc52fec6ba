using Amavis.Core.Categories;
using Amavis.Core.Counters;
using Amavis.Core.Messages;
using Amavis.Engine.Authentication;
using Amavis.Engine.Delivery.Mangling;
using Amavis.Engine.Delivery.Methods;
using Amavis.Engine.Lookups;
using Amavis.Engine.Templates;
using Amavis.Engine.Verdicts;
using Amavis.Protocols.Smtp.Client;

namespace Amavis.Engine.Delivery;

/// <summary>
/// Passes the message on for the recipients it is not blocked for: one transaction for each group of equal copies. The reply of the
/// next hop becomes the recipient's reply.
/// </summary>
internal sealed class ForwardStage(
    EngineServices services, ReceivedMessage message, Letter letter, AddressBook book, MessageDeadline deadline, CounterBatch counters, ForwardOrder order,
    IReadOnlyList<RecipientVerdict> verdicts, Findings findings, MailSigner signer) : IDisposable
{
    private static readonly TimeSpan FirstPause = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LeastTimeForRetry = TimeSpan.FromSeconds(10);

    private readonly RecipientOutcome[] _outcomes = new RecipientOutcome[verdicts.Count];
    private readonly RecipientAddress[] _addresses = new RecipientAddress[verdicts.Count];
    private readonly CopyMaker _copies = new(services, message, letter, deadline, order);
    private readonly MailSealer _sealer = new(services, message, letter);
    private readonly Dispatcher _dispatcher = new(services);

    /// <summary>For the recipients whom the client serves; null: there are none. Known when <see cref="RunAsync"/> has ended.</summary>
    public ClientChanges? ClientChanges { get; private set; }

    private CopyPlan? _clientsPlan;
    private int _clientsFirst;

    public void Dispose() => ClientChanges?.Dispose();

    public async Task<IReadOnlyList<RecipientOutcome>> RunAsync(CancellationToken cancellationToken)
    {
        var groups = await PlanAsync(cancellationToken);
        if (IsTempFailedAlready)
        {
            GiveUp(Enumerable.Range(0, verdicts.Count).Where(i => !verdicts[i].IsBlocked));
            return _outcomes;
        }
        if (_clientsPlan is { } plan)
            ClientChanges = await ChangesAsync(plan, cancellationToken);
        foreach (var group in groups.OrderBy(g => g.Order))
        {
            var partial = AnyDelivered;
            if (!partial && !message.Connection.RepliesPerRecipient && _outcomes.Any(o => o is { Relayed: true, Reply.IsTempFail: true }))
                GiveUp(group.Indexes);
            else
                await TrySendGroupAsync(group, partial, cancellationToken);
        }
        return _outcomes;
    }

    /// <summary>
    /// Some recipient's mail is tempfailed by its verdict and the client has one answer for all: it comes back with all of them, and
    /// whoever was served now would be served again. The original serves them each time.
    /// </summary>
    private bool IsTempFailedAlready => !message.Connection.RepliesPerRecipient && verdicts.Any(v => v.BlockedReply is { IsTempFail: true });

    private bool AnyDelivered => _outcomes.Any(o => o is { IsDelivered: true });

    private async Task<List<CopyGroup>> PlanAsync(CancellationToken cancellationToken)
    {
        var groups = new List<CopyGroup>();
        for (var i = 0; i < verdicts.Count; i++)
        {
            var verdict = verdicts[i];
            if (verdict.IsBlocked)
            {
                _outcomes[i] = Blocked(verdict);
                continue;
            }
            var mangling = await MangleChooser.ChooseAsync(verdict, letter.Facts, message.Envelope.Sender, book, cancellationToken);
            _addresses[i] = RecipientAddress.Of(verdict);
            var method = message.Care == DeliveryCare.Clients ? null : order.Methods.ElementAtOrDefault(i) ?? MethodChooser.Choose(verdict, mangling);
            if (method is null && message.Care != DeliveryCare.Ours)
            {
                _outcomes[i] = Left(i, PlanOf(verdict, TakesBodies ? mangling : MangleChoice.None));
                continue;
            }
            if (method is null)
                throw new MessageFaultException("forward", $"there is no forward_method for {verdict.Recipient.Address.Bracketed}");
            var plan = PlanOf(verdict, mangling);
            var key = plan.Key;
            var group = groups.Find(g => g.Key == key && g.Method.Equals(method));
            if (group is null)
                groups.Add(group = new CopyGroup(plan, key, method, []));
            group.Indexes.Add(i);
        }
        return groups;
    }

    private CopyPlan PlanOf(RecipientVerdict verdict, MangleChoice mangling)
    {
        var plan = CopyPlanner.ForRecipient(verdict, findings, new CopyFacts
        {
            MailId = order.MailId,
            LogId = message.LogId,
            Quarantined = order.Quarantined,
            Now = message.ReceivedAt.ToLocalTime(),
            Mangling = mangling,
            Supplied = findings.Supplied,
        });
        return order.Extra.Count == 0 ? plan : plan with { Fields = [.. plan.Fields, .. order.Extra] };
    }

    /// <summary>After others have the message, a fault or the deadline is no reason for a second copy to them: the rest is bounced.</summary>
    private async Task TrySendGroupAsync(CopyGroup group, bool partial, CancellationToken cancellationToken)
    {
        try
        {
            await SendGroupAsync(group, partial, cancellationToken);
        }
        catch (Exception e) when (AnyDelivered)
        {
            services.Log.Line(-2, message.LogId, $"TROUBLE after the message was delivered to others: {e.Message}");
            foreach (var i in group.Indexes.Where(i => _outcomes[i] is not { IsDelivered: true }))
                _outcomes[i] = new RecipientOutcome
                {
                    Verdict = verdicts[i],
                    Reply = new SmtpReply(554, $"5.4.7 Delivery given up, id={message.LogId}"),
                    Categories = verdicts[i].Categories,
                    Destiny = Destiny.Bounce,
                };
        }
    }

    /// <summary>AM.PDP has no words for a new body: its clients send the one they have.</summary>
    private bool TakesBodies => message.Care == DeliveryCare.ClientsWithoutMethod;

    private async Task<ClientChanges> ChangesAsync(CopyPlan plan, CancellationToken cancellationToken)
    {
        if (!TakesBodies || (order.Replacement is null && plan.Mangling.Kind is ManglingKind.None or ManglingKind.Null or ManglingKind.NullDisclaimer))
            return new ClientChanges(await SignedAsync(letter.ChangesFor(plan), () => letter.ClientsCopy(plan), cancellationToken), null);
        using var copy = await _copies.MakeAsync(plan, () => PlanOf(verdicts[_clientsFirst], MangleChoice.None), null, cancellationToken);
        using var changes = ClientChanges.Between(letter.Header, copy.ToSpool(services.Spools));
        return changes.With(await SignedAsync(changes.Header, () => copy.Message, cancellationToken));
    }

    /// <summary>Signatures go above the other new fields, all below the trace field that the client's MTA puts on top.</summary>
    private async Task<IReadOnlyList<FieldChange>> SignedAsync(IReadOnlyList<FieldChange> changes, Func<OutgoingMessage> copy, CancellationToken cancellationToken)
    {
        var served = verdicts.Where((_, i) => _outcomes[i] is { LeftToClient: true }).ToList();
        var signatures = MailSigner.MaySign(message.Policy.Settings, served)
            ? await signer.SignForClientAsync(copy(), served.Exists(v => v.Policy.IsLocal), cancellationToken)
            : message.Policy.Settings.Originating ? [] : _sealer.SealForClient(copy());
        if (signatures.Count == 0)
            return changes;
        var at = changes.TakeWhile(c => c.Kind != FieldChangeKind.Insert).Count();
        return [.. changes.Take(at), .. signatures, .. changes.Skip(at)];
    }

    /// <summary>The client has one header section for all its recipients: the first one's changes are made.</summary>
    private RecipientOutcome Left(int index, CopyPlan plan)
    {
        var verdict = verdicts[index];
        if (_clientsPlan is null)
            (_clientsPlan, _clientsFirst) = (plan, index);
        else if (_clientsPlan.Key != plan.Key)
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
            Marked = plan.Marked || _addresses[index].Extended,
            FinalAddress = _addresses[index].Address,
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

    private async Task SendGroupAsync(CopyGroup group, bool partial, CancellationToken cancellationToken)
    {
        var single = group.Indexes is [var only] ? verdicts[only].Recipient.Address.Bracketed : null;
        using var unsigned = await _copies.MakeAsync(
            group.Plan, () => PlanOf(verdicts[group.Indexes[0]], MangleChoice.None), ReceivedField.Make(message, order.MailId, single), cancellationToken);
        var copy = await SignAsync(unsigned, group, cancellationToken);
        var open = group.Indexes;
        var pause = FirstPause;
        while (true)
        {
            var results = await SendAsync(group, copy, open, cancellationToken);
            for (var k = 0; k < open.Count; k++)
                _outcomes[open[k]] = Outcome(open[k], results.Recipients[k], copy.Plan);
            open = [.. open.Where(i => _outcomes[i].Reply.IsTempFail)];
            partial |= AnyDelivered;
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
            _outcomes[i] = _outcomes[i] with
            {
                Destiny = Destiny.Bounce,
                Reply = new SmtpReply(554, $"5.4.7 Delivery given up, id={message.LogId}, last reply: {_outcomes[i].Reply}"),
            };
    }

    private async Task<FinishedCopy> SignAsync(FinishedCopy copy, CopyGroup group, CancellationToken cancellationToken)
    {
        var served = group.Indexes.ConvertAll(i => verdicts[i]);
        if (!MailSigner.MaySign(message.Policy.Settings, served))
            return message.Policy.Settings.Originating ? copy : copy with { Message = _sealer.Seal(copy.Message) };
        return copy with { Message = await signer.SignAsync(copy.Message, served.Exists(v => v.Policy.IsLocal), cancellationToken) };
    }

    private void GiveUp(IEnumerable<int> indexes)
    {
        var reply = new SmtpReply(451, $"4.5.0 Giving up due to previous temporary failures, id={message.LogId}");
        foreach (var i in indexes)
            _outcomes[i] = new RecipientOutcome
            {
                Verdict = verdicts[i],
                Reply = reply,
                Categories = verdicts[i].Categories,
                Destiny = Destiny.TempFail,
            };
    }

    private async Task<SmtpDeliveryResult> SendAsync(CopyGroup group, FinishedCopy copy, List<int> open, CancellationToken cancellationToken)
    {
        var recipients = open.Select(i => new SmtpDeliveryRecipient(_addresses[i].Address, Deliveries.NotifyOf(verdicts[i].Recipient, message.Policy.Settings), _addresses[i].OriginalRecipient)).ToList();
        var delivery = Deliveries.Relay(message, letter, group.Method, copy.Message, recipients, deadline);
        var result = await _dispatcher.SendAsync(Deliveries.Shipment(MailPurpose.Forward, message, delivery, order.Arrival, deadline), cancellationToken);
        Deliveries.Count(counters, result, group.Method, copy.Message.Length, "Relay", null);
        Deliveries.Log(services.Log, message.LogId, "FWD", order.MailId, delivery, result);
        return result;
    }

    private RecipientOutcome Outcome(int index, SmtpRecipientResult result, CopyPlan plan)
    {
        var address = _addresses[index];
        var outcome = new RecipientOutcome
        {
            Verdict = verdicts[index],
            Reply = result.Reply,
            Categories = verdicts[index].Categories,
            Destiny = Destiny.Pass,
            Relayed = true,
            DsnPropagated = result.DsnPassedOn && !Deliveries.AnswersSuccess(verdicts[index].Recipient, message.Policy.Settings),
            RemoteMta = result.RemoteMta,
            RemoteReply = result.RemoteReply,
            Marked = plan.Marked || address.Extended,
            FinalAddress = address.Address,
        };
        return result.Reply.IsSuccess ? outcome : NextHopReplies.Refused(outcome, new MacroFacts { Message = message, Letter = letter, Findings = findings, MailId = order.MailId, Outcomes = [outcome] });
    }
}
