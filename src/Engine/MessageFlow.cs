using Amavis.Core.Categories;
using Amavis.Core.Counters;
using Amavis.Core.Messages;
using Amavis.Core.Policy;
using Amavis.Core.Storage;
using Amavis.Dkim.Results;
using Amavis.Engine.Authentication;
using Amavis.Engine.Checks;
using Amavis.Engine.Checks.PenPals;
using Amavis.Engine.Delivery;
using Amavis.Engine.Hooks;
using Amavis.Engine.Lookups;
using Amavis.Engine.Notices;
using Amavis.Engine.Quarantine;
using Amavis.Engine.Reporting;
using Amavis.Engine.Templates;
using Amavis.Engine.Verdicts;
using Amavis.Protocols.Smtp.Server;

namespace Amavis.Engine;

/// <summary>
/// The way of one message: read, checked, decided, kept, passed on, answered, recorded. Each step takes finished values and gives a
/// new one; nothing before the quarantine has effects outside.
/// </summary>
internal sealed class MessageFlow(EngineServices services, ReceivedMessage message, MessageDeadline deadline)
{
    /// <summary>For what is still to be done when the next hop has the message already.</summary>
    private static readonly TimeSpan TimeAfterDelivery = TimeSpan.FromSeconds(30);

    private readonly StageClock _stages = new(services.Clock, services.Counters);

    private readonly BankHistory _banks = new(message);

    private ServerPlace? _place;

    /// <summary>Name of the stage at work, for the reply when it fails and for the process list.</summary>
    public string Section
    {
        get;
        private set
        {
            field = value;
            _place?.Enter(SectionStates.Of(value));
        }
    } = "parse";

    /// <param name="place">Told of each stage.</param>
    public async Task<MessageReplies> RunAsync(ServerPlace place, CancellationToken cancellationToken)
    {
        _place = place;
        Section = "parse";
        var counters = new CounterBatch();
        _stages.End(Stage.Receive);
        var letter = Letter.Read(message);

        Section = "dkim";
        letter = await VerifySignaturesAsync(letter, cancellationToken);

        Section = "lookup";
        await LoadMyUsersAsync(cancellationToken);
        _banks.Note(message.Policy, "a database says that the sender is local");
        LoadAuthorBanks(letter.Dkim);
        _banks.Note(message.Policy, "author_to_policy_bank_maps has a signed author");
        letter = letter.Under(message.Policy);

        Section = "gen_mail_id";
        var (mailId, secretId) = MailIds.Create(message.Policy.Settings.MailIdSizeBits);
        LogBegin(mailId);
        using var hooks = new MessageHooks(services, message.LogId, deadline);
        letter = await BeginHooksAsync(hooks, letter, mailId, cancellationToken);
        _banks.Note(message.Policy, "a hook loaded it");
        Section = "lookup";
        var book = new AddressBook(services.Directory, message.Policy.Settings);
        var policies = await RecipientPolicies.FindAsync(
            book, message.Policy, message.Envelope.Recipients, [.. letter.SenderAddresses(message.Envelope.Sender)], cancellationToken);
        CountArrival(counters, policies);
        var arrival = Arrival(letter, mailId, secretId);
        await BeginLogAsync(arrival, cancellationToken);

        Section = "checks";
        var checks = new CheckStage(services, message, letter, book, policies, deadline, _stages, counters, section => Section = section, hooks);
        using var checkedMessage = await checks.RunAsync(cancellationToken);
        // Banks loaded for the viruses found say what is done from here on.
        (message, policies) = (checkedMessage.Message, checkedMessage.Policies);
        _banks.Note(message.Policy, "virus_name_to_policy_bank_maps has a virus found");
        var findings = checkedMessage.Findings;
        NamedCounts.Add(counters, findings);

        Section = "decide";
        var nullSender = message.Envelope.Sender.IsNull;
        var verdicts = policies.Select((policy, i) => VerdictDecider.Decide(findings, policy, i, nullSender, message.LogId)).ToList();
        var facts = new MacroFacts
        {
            Message = message,
            Letter = letter,
            Findings = findings,
            Outcomes = [],
            MailId = mailId,
            SecretId = secretId,
            Virus = checkedMessage.Virus,
            Now = services.Clock.GetLocalNow(),
            Dkim = DkimMacros.Of(letter.Dkim, []),
        };
        verdicts = ReplyReasons.Complete(verdicts, facts);
        foreach (var verdict in verdicts)
            if (PenPalSaving.Counter(verdict) is { } saved)
                counters.Add(saved);
        var blocking = verdicts.Select(v => v.Blocking).OfType<CategoryKey>().Order().Cast<CategoryKey?>().LastOrDefault();
        var main = verdicts.Select(v => v.Categories.Main).DefaultIfEmpty(ContentCategory.Clean).Max();

        Section = "quarantine";
        var keeper = new QuarantineStage(services, message, letter, book, deadline, counters);
        var copies = await keeper.StoreAsync(verdicts, findings, arrival, cancellationToken);
        _stages.End(Stage.Quarantine);
        CountContent(counters, policies, blocking ?? main);

        Section = "forward";
        var order = new ForwardOrder { Arrival = arrival, Quarantined = copies.Any(c => !c.Archive) };
        order = await hooks.SendingAsync(order, verdicts, findings, copies, cancellationToken);
        var signer = new MailSigner(services, new SigningFacts
        {
            Settings = message.Policy.Settings,
            LogId = message.LogId,
            EnvelopeSender = message.Envelope.Sender,
            Recipients = [.. message.Envelope.Recipients.Select(r => r.Address)],
            ReceivedAt = message.ReceivedAt,
            Report = letter.Dkim,
            Deadline = deadline,
        });
        using var forward = new ForwardStage(services, message, letter, book, deadline, counters, order, verdicts, findings, signer);
        var outcomes = await forward.RunAsync(cancellationToken);
        Section = "always_bcc";
        await new BccStage(services, message, letter, book, deadline, counters, order).RunAsync(outcomes, findings, cancellationToken);
        outcomes = await hooks.SentAsync(outcomes, cancellationToken);
        _stages.End(Stage.Forward);

        Section = "delivery-notification";
        facts = facts with { Outcomes = outcomes, Copies = copies, Now = services.Clock.GetLocalNow(), Elapsed = Elapsed, Dkim = DkimMacros.Of(letter.Dkim, signer.Made) };
        var (told, dsnSent) = await NotifyAsync(facts, book, counters, cancellationToken);
        facts = facts with { Outcomes = told, DsnSent = dsnSent, Actions = ActionsPerformed.Of(told, message.Policy.Settings.Originating, copies) };
        await new WarningStage(services, message, deadline, counters).RunAsync(facts);
        _stages.End(Stage.Notify);

        Section = "report";
        var single = OneResponse.Of(told, message.LogId);
        var replies = new MessageReplies(single, OneResponse.PerRecipient(told))
        {
            HandedBack = message.Care == DeliveryCare.Ours ? null : HandBack.Of(told, single, forward.ClientChanges),
        };
        await ReportAsync(letter, new FinishedMessage
        {
            Arrival = arrival,
            Outcomes = told,
            Findings = findings,
            Copies = copies,
            DsnSent = dsnSent,
            Reply = single,
            Counters = counters,
            Checks = checkedMessage,
            Facts = facts with { Elapsed = Elapsed },
        });
        await FinishHooksAsync(hooks, told, single, copies);
        return replies;
    }

    private void LogBegin(string mailId)
    {
        if (!services.Log.IsEnabled(1))
            return;
        var banks = message.Policy.Path.Length > 0 ? message.Policy.Path + " " : "";
        var client = message.Client.Address is { } address ? $"[{address}] " : "";
        var recipients = string.Join(',', message.Envelope.Recipients.Select(r => r.Address.Bracketed));
        services.Log.Line(1, message.LogId, $"Checking: {mailId} {banks}{client}{message.Envelope.Sender.Bracketed} -> {recipients}");
    }

    /// <summary>With the banks loaded so far.</summary>
    public PolicyState Policy => message.Policy;

    private TimeSpan Elapsed => services.Clock.GetElapsedTime(message.StartedTimestamp);

    private async Task<Letter> VerifySignaturesAsync(Letter letter, CancellationToken cancellationToken)
    {
        var report = await new SignatureCheck(services, message, letter, deadline).RunAsync(cancellationToken);
        if (report is not null)
            letter = letter.SignedAs(report);
        var sender = await new SenderCheck(services, message, letter, deadline).RunAsync(letter.Dkim, cancellationToken);
        _stages.End(Stage.Signatures);
        return letter.SentAs(sender);
    }

    private async Task<Letter> BeginHooksAsync(MessageHooks hooks, Letter letter, string mailId, CancellationToken cancellationToken)
    {
        if (services.Hooks.Hooks.Count == 0)
            return letter;
        var policy = await hooks.BeginAsync(message, letter, mailId, cancellationToken);
        if (policy == message.Policy)
            return letter;
        message = message with { Policy = policy };
        return letter.Under(policy);
    }

    /// <summary>Where a database says that the sender is local.</summary>
    private async ValueTask LoadMyUsersAsync(CancellationToken cancellationToken)
    {
        if (TransactionPolicy.IsLeftToDatabases(message.Policy, message.Envelope.Sender)
            && await new AddressBook(services.Directory, message.Policy.Settings).IsLocalAsync(message.Envelope.Sender, cancellationToken))
            message = message with { Policy = message.Policy.Load("MYUSERS") };
    }

    private void LoadAuthorBanks(DkimReport report)
    {
        var strength = message.Policy.Settings.DkimMinimumKeyBits;
        if (message.Policy.Settings.AuthorToPolicyBankMaps.Tables.Count > 0)
            foreach (var signature in report.Valid.Where(v => v.RsaStrength < strength))
                services.Log.Line(1, message.LogId, $"dkim: the key of {signature.SelectorAndDomain} is too short to lead to a policy bank: {signature.KeyBits} bits");
        var authors = report.Authors.Where(a => a.Signature.RsaStrength >= strength).Select(a => new Core.Policy.SignedAuthor(a.Author, a.Signature.Domain)).ToList();
        var policy = ContentBanks.LoadByAuthors(message.Policy, authors);
        if (!ReferenceEquals(policy, message.Policy))
            message = message with { Policy = policy };
    }

    /// <summary>Not to be cancelled: the message is done, whatever hooks say to it.</summary>
    private Task FinishHooksAsync(MessageHooks hooks, IReadOnlyList<RecipientOutcome> outcomes, SmtpReply reply, IReadOnlyList<StoredCopy> copies) =>
        hooks.DoneAsync(
            () => new HookResult(outcomes, reply, ActionsPerformed.Of(outcomes, message.Policy.Settings.Originating, copies), Elapsed),
            CancellationToken.None);

    /// <summary>Once somebody has the message, a fault in telling the sender must not bring it to them a second time.</summary>
    private async Task<(IReadOnlyList<RecipientOutcome> Outcomes, char DsnSent)> NotifyAsync(MacroFacts facts, AddressBook book, CounterBatch counters, CancellationToken cancellationToken)
    {
        var notices = new NoticeStage(services, message, book, deadline, counters);
        if (!facts.Outcomes.Any(o => o.IsDelivered))
            return await notices.RunAsync(facts, cancellationToken);
        using var late = new CancellationTokenSource(TimeAfterDelivery, services.Clock);
        try
        {
            return await notices.RunAsync(facts, late.Token);
        }
        catch (Exception e)
        {
            services.Log.Line(-2, message.LogId, $"NOTICE: the sender could not be told after the message was delivered to others: {e.Message}");
            return (facts.Outcomes, '?');
        }
    }

    /// <summary>What fails here changes nothing for the message: it is where its reply says it is.</summary>
    private async Task ReportAsync(Letter letter, FinishedMessage finished)
    {
        try
        {
            await new MessageReport(services, message, letter, _stages, _banks).WriteAsync(finished);
        }
        catch (Exception e)
        {
            services.Log.Line(-2, message.LogId, $"TROUBLE in the report of a finished message: {e}");
        }
    }

    private MessageArrival Arrival(Letter letter, string mailId, string secretId) => new()
    {
        PartitionTag = message.Policy.Settings.PartitionTag.At(message.ReceivedAt),
        MailId = mailId,
        SecretId = secretId,
        AmId = message.LogId.Length > 20 ? message.LogId[..20] : message.LogId,
        ReceivedAt = message.ReceivedAt,
        Sender = message.Envelope.Sender,
        Policy = message.Policy.Path,
        ClientAddress = letter.ClientAddress?.ToString() ?? "",
        Size = message.Spool.Length,
        Host = message.Policy.Settings.MyHostname,
    };

    private async Task BeginLogAsync(MessageArrival arrival, CancellationToken cancellationToken)
    {
        var settings = message.Policy.Settings;
        if (services.MessageLog is not { } log || !settings.SqlStoreInfoForAllMsgs)
            return;
        if (settings.SqlLogRequired && !log.IsAvailable)
            throw new MessageFaultException(Section, "the message log is not available");
        await log.BeginAsync(arrival, cancellationToken);
    }

    private void CountArrival(CounterBatch counters, IReadOnlyList<RecipientPolicy> policies)
    {
        var originating = message.Policy.Settings.Originating;
        var size = message.Spool.Length;
        counters.Add("InMsgs");
        counters.Add("InMsgsSize", size);
        counters.Add("InMsgsRecips", policies.Count);
        counters.Add("InMsgsRecipsLocal", policies.Count(p => p.IsLocal));
        if (message.Envelope.Sender.IsNull)
            counters.Add("InMsgsBounceNullRPath");
        foreach (var group in policies.GroupBy(p => MailDirections.Of(originating, p.IsLocal)))
        {
            counters.Add("InMsgs" + group.Key);
            counters.Add("InMsgsSize" + group.Key, size);
            counters.Add("InMsgsRecips" + group.Key, group.Count());
        }
        if (originating)
        {
            counters.Add("InMsgsOriginating");
            counters.Add("InMsgsSizeOriginating", size);
            counters.Add("InMsgsRecipsOriginating", policies.Count);
        }
    }

    private void CountContent(CounterBatch counters, IReadOnlyList<RecipientPolicy> policies, CategoryKey category)
    {
        if (category.Major == ContentCategory.CatchAll)
            return;
        var name = $"Content{new CategoryKey(category.Major).DisplayName}Msgs";
        var originating = message.Policy.Settings.Originating;
        counters.Add(name);
        foreach (var direction in policies.Select(p => MailDirections.Of(originating, p.IsLocal)).Distinct())
            counters.Add(name + direction);
        if (originating)
            counters.Add(name + "Originating");
    }
}
