using Amavis.Core.Policy;
using Amavis.Core.Storage;

namespace Amavis.Core.Lookups.Databases;

/// <summary>The databases that know recipients' settings, their white and black lists.</summary>
public interface IAddressDirectory
{
    /// <summary>The keys with all that the databases of these settings know of the address; at once when there are none.</summary>
    /// <exception cref="StorageUnavailableException">A database that has to be asked can't be; the mail has to wait.</exception>
    ValueTask<AddressKeys> LookUpAsync(AddressKeys keys, Settings settings, CancellationToken cancellationToken);

    /// <summary>
    /// The entries of the SQL lists about a sender, for each recipient in the order of its <c>users</c> rows: at most one for each
    /// row, the one of the most important key of the sender.
    /// </summary>
    /// <param name="recipients">Looked up already.</param>
    /// <exception cref="StorageUnavailableException"/>
    ValueTask<IReadOnlyList<IReadOnlyList<SenderListEntry>>> FindListedAsync(
        AddressKeys sender, IReadOnlyList<AddressKeys> recipients, Settings settings, CancellationToken cancellationToken);
}

/// <summary>One entry of the SQL lists.</summary>
/// <param name="Value"><c>wblist.wb</c>.</param>
/// <param name="Source">For people: the table and row.</param>
public readonly record struct SenderListEntry(string Value, string Source);
