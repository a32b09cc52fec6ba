using Amavis.Core.Addresses;
using Amavis.Core.Lookups;
using Amavis.Core.Lookups.Databases;
using Amavis.Core.Policy;
using Amavis.Core.Storage;

namespace Amavis.Engine.Lookups;

/// <summary>
/// The addresses one message has to do with, each looked up in the databases once. What can't be looked up leaves the message with
/// its client: no answer is not the same as no policy.
/// </summary>
/// <param name="directory">Null: there are no databases; then tables that would ask one say so.</param>
public sealed class AddressBook(IAddressDirectory? directory, Settings settings)
{
    private const string Section = "lookup";

    private readonly Dictionary<string, AddressKeys> _known = new(StringComparer.Ordinal);

    /// <exception cref="MessageFaultException">A database can't be asked.</exception>
    public async ValueTask<AddressKeys> FindAsync(MailAddress address, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(address);
        if (_known.TryGetValue(address.Unquoted, out var known))
            return known;
        var keys = AddressKeys.For(address, settings.AddressRules);
        if (directory is not null)
        {
            try
            {
                keys = await directory.LookUpAsync(keys, settings, cancellationToken);
            }
            catch (StorageUnavailableException e)
            {
                throw new MessageFaultException(Section, e.Message, e);
            }
        }
        return _known[address.Unquoted] = keys;
    }

    public async ValueTask<bool> IsLocalAsync(MailAddress address, CancellationToken cancellationToken) =>
        settings.LocalDomainsMaps.IsTrue(await FindForAsync(settings.LocalDomainsMaps, address, cancellationToken));

    /// <summary>The keys to ask tables with; the databases are asked for the address only when the tables need their answer.</summary>
    /// <exception cref="MessageFaultException">A database can't be asked.</exception>
    public ValueTask<AddressKeys> FindForAsync(LookupMaps maps, MailAddress address, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(maps);
        ArgumentNullException.ThrowIfNull(address);
        return maps.AsksDatabases ? FindAsync(address, cancellationToken) : ValueTask.FromResult(AddressKeys.For(address, settings.AddressRules));
    }

    /// <summary>For each recipient, each sender with what the recipient's lists in SQL have on it.</summary>
    /// <param name="recipients">Looked up.</param>
    /// <exception cref="MessageFaultException">A database can't be asked.</exception>
    public async ValueTask<IReadOnlyList<IReadOnlyList<JudgedSender>>> FindListedAsync(
        IReadOnlyList<MailAddress> senders, IReadOnlyList<AddressKeys> recipients, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(senders);
        ArgumentNullException.ThrowIfNull(recipients);
        var judged = recipients.Select(_ => new List<JudgedSender>(senders.Count)).ToList();
        foreach (var sender in senders)
        {
            var keys = AddressKeys.For(sender, settings.AddressRules);
            var listed = await FindListedAsync(keys, recipients, cancellationToken);
            for (var i = 0; i < judged.Count; i++)
                judged[i].Add(new JudgedSender(keys, listed?[i] ?? []));
        }
        return judged;
    }

    private async ValueTask<IReadOnlyList<IReadOnlyList<SenderListEntry>>?> FindListedAsync(AddressKeys sender, IReadOnlyList<AddressKeys> recipients, CancellationToken cancellationToken)
    {
        if (directory is null)
            return null;
        try
        {
            return await directory.FindListedAsync(sender, recipients, settings, cancellationToken);
        }
        catch (StorageUnavailableException e)
        {
            throw new MessageFaultException(Section, e.Message, e);
        }
    }
}
