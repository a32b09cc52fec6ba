using Amavis.Core.Addresses;
using Amavis.Core.Lookups;
using Amavis.Core.Messages;
using Amavis.Core.Policy;
using Amavis.Engine.Verdicts;

namespace Amavis.Engine.Lookups;

/// <summary>Looks up what holds for each recipient of a message.</summary>
internal static class RecipientPolicies
{
    /// <param name="senders">The envelope sender, then the authors.</param>
    public static async Task<IReadOnlyList<RecipientPolicy>> FindAsync(
        AddressBook book, PolicyState policy, IReadOnlyList<EnvelopeRecipient> recipients, IReadOnlyList<MailAddress> senders, CancellationToken cancellationToken)
    {
        var keys = new List<AddressKeys>(recipients.Count);
        foreach (var recipient in recipients)
            keys.Add(await book.FindAsync(recipient.Address, cancellationToken));
        var judged = await book.FindListedAsync(senders, keys, cancellationToken);
        return [.. recipients.Select((r, i) => RecipientPolicy.Resolve(policy, r, keys[i], judged[i]))];
    }
}
