using Amavis.Core.Addresses;
using Amavis.Core.Lookups;
using Amavis.Core.Lookups.Databases;
using Amavis.Core.Messages;
using Amavis.Core.Policy;
using Amavis.Core.Storage;

namespace Amavis.Core.Explaining.Policies;

/// <summary>
/// Tells what holds for a recipient and where every value comes from: the same tables, rows and banks that a message would meet,
/// without a message.
/// </summary>
/// <param name="directory">Null: there are no databases.</param>
public sealed class PolicyExplainer(IAddressDirectory? directory)
{
    /// <exception cref="StorageUnavailableException">A database that has to be asked can't be.</exception>
    public async ValueTask<PolicyExplanation> ExplainAsync(Settings settings, PolicyQuestion question, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(settings);
        ArgumentNullException.ThrowIfNull(question);
        var sender = question.Sender;
        var policy = TransactionPolicy.Load(PolicyState.Base(settings), new ClientFacts { Address = question.Client }, sender ?? MailAddress.Null, question.Banks);
        if (sender is not null && TransactionPolicy.IsLeftToDatabases(policy, sender))
        {
            if (policy.Settings.LocalDomainsMaps.IsTrue(await LookUpAsync(sender, policy.Settings, cancellationToken)))
                policy = policy.Load("MYUSERS");
        }
        var recipientKeys = await LookUpAsync(question.Recipient, policy.Settings, cancellationToken);
        var senderKeys = sender is null ? null : await LookUpAsync(sender, policy.Settings, cancellationToken);
        IReadOnlyList<JudgedSender>? judged = senderKeys is null ? null : [new JudgedSender(senderKeys, await ListedAsync(senderKeys, recipientKeys, policy.Settings, cancellationToken))];
        return Explain(policy, question, recipientKeys, senderKeys, judged);
    }

    /// <summary>Pure: everything is looked up already.</summary>
    /// <param name="judged">Null: no sender is named.</param>
    private static PolicyExplanation Explain(PolicyState policy, PolicyQuestion question, AddressKeys recipient, AddressKeys? sender, IReadOnlyList<JudgedSender>? judged)
    {
        var settings = policy.Settings;
        var fields = new FieldExplainer(policy, recipient, sender);
        return new PolicyExplanation
        {
            Question = question,
            BankPath = policy.Path,
            Banks = [.. policy.Banks.Select(b => new LoadedBank(b.Name, Why(b, question), [.. b.Places.Keys.Order(StringComparer.Ordinal)]))],
            UnknownBanks = [.. question.Banks.Where(b => b.Length > 0 && !settings.PolicyBanks.ContainsKey(b))],
            Keys = recipient.SqlKeys(settings.LocalDomainsMaps.Static.IsTrue(recipient)),
            Records = recipient.Records is { } records ? [.. records.Sql.Concat(records.Ldap).Select(r => r.Source)] : [],
            Fields = [.. PolicySubject.All.Select(fields.Explain).OrderBy(f => f.Subject.Group)],
            Categories = new CategoryExplainer(settings, recipient, fields).Explain(),
            Senders = judged is null ? null : SenderLists.Judge(settings, recipient, judged),
        };
    }

    private static string Why(PolicyBank bank, PolicyQuestion question)
    {
        if (bank.Name == "MYUSERS")
            return "the sender is ours";
        if (question.Banks.Contains(bank.Name))
            return "named in the question";
        return question.Client is { } client ? $"client {client}" : "client not known";
    }

    private async ValueTask<AddressKeys> LookUpAsync(MailAddress address, Settings settings, CancellationToken cancellationToken)
    {
        var keys = AddressKeys.For(address, settings.AddressRules);
        return directory is null ? keys.With(AddressRecords.None) : await directory.LookUpAsync(keys, settings, cancellationToken);
    }

    private async ValueTask<IReadOnlyList<SenderListEntry>> ListedAsync(AddressKeys sender, AddressKeys recipient, Settings settings, CancellationToken cancellationToken) =>
        directory is null ? [] : (await directory.FindListedAsync(sender, [recipient], settings, cancellationToken))[0];
}
