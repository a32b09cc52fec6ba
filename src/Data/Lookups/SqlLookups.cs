using Amavis.Core.Lookups;
using Amavis.Core.Lookups.Databases;
using Amavis.Core.Policy;
using Amavis.Core.Storage;
using Microsoft.Extensions.Logging;

namespace Amavis.Data.Lookups;

/// <summary>
/// Lookups in the first database of <c>lookup_sql_dsn</c> that answers. One that failed is left out for a while, unless all have;
/// when none answers the mail has to wait.
/// </summary>
internal sealed class SqlLookups(IReadOnlyList<LookupDatabase> databases, TimeProvider time, ILogger logger) : IAsyncDisposable
{
    private static readonly TimeSpan LeftOut = TimeSpan.FromSeconds(10);

    private readonly long[] _failed = new long[databases.Count];

    public IReadOnlyList<LookupDatabase> Databases => databases;

    public ValueTask<IReadOnlyList<AddressRecord>> FindRecipientAsync(AddressKeys address, bool isLocal, Settings settings, CancellationToken cancellationToken) =>
        AskAsync(d => d.FindRecipientAsync(address, isLocal, settings, cancellationToken));

    /// <summary>See <see cref="IAddressDirectory.FindListedAsync"/>.</summary>
    public ValueTask<IReadOnlyList<IReadOnlyList<SenderListEntry>>> FindListedAsync(
        AddressKeys sender, bool isLocal, IReadOnlyList<AddressKeys> recipients, Settings settings, CancellationToken cancellationToken) =>
        settings.SqlClause.TryGetValue("sel_wblist", out var clause)
            ? AskAsync(d => FindByClauseAsync(d, clause, sender, isLocal, recipients, settings, cancellationToken))
            : AskAsync(d => FindListedAsync(d, sender, isLocal, recipients, settings, cancellationToken));

    private static async ValueTask<IReadOnlyList<IReadOnlyList<SenderListEntry>>> FindListedAsync(
        LookupDatabase database, AddressKeys sender, bool isLocal, IReadOnlyList<AddressKeys> recipients, Settings settings, CancellationToken cancellationToken)
    {
        var users = recipients.SelectMany(UserIds).ToHashSet();
        if (users.Count == 0)
            return [.. recipients.Select(_ => NoEntries)];
        var senders = await database.FindSenderAsync(sender, isLocal, settings, cancellationToken);
        if (senders.Count == 0)
            return [.. recipients.Select(_ => NoEntries)];
        var lists = await database.FindListsAsync(users, [.. senders.Select(s => s.Id)], cancellationToken);
        return [.. recipients.Select(r => Entries(r, senders, lists))];
    }

    private static readonly IReadOnlyList<SenderListEntry> NoEntries = [];

    private static List<SenderListEntry> Entries(AddressKeys recipient, IReadOnlyList<SenderKey> senders, Dictionary<(long User, long Sender), string> lists)
    {
        var entries = new List<SenderListEntry>();
        foreach (var record in Records(recipient))
        {
            foreach (var sender in senders)
            {
                if (record.UserId is not { } user || !lists.TryGetValue((user, sender.Id), out var wb))
                    continue;
                entries.Add(new SenderListEntry(wb, $"wblist \"{wb}\" of {record.Source}, mailaddr {sender.Id} ({sender.Email})"));
                break;
            }
        }
        return entries;
    }

    private static async ValueTask<IReadOnlyList<IReadOnlyList<SenderListEntry>>> FindByClauseAsync(
        LookupDatabase database, string clause, AddressKeys sender, bool isLocal, IReadOnlyList<AddressKeys> recipients, Settings settings, CancellationToken cancellationToken)
    {
        var known = new Dictionary<long, string?>();
        var all = new List<IReadOnlyList<SenderListEntry>>();
        foreach (var recipient in recipients)
        {
            var entries = new List<SenderListEntry>();
            foreach (var record in clause.Length == 0 ? [] : Records(recipient))
            {
                if (record.UserId is not { } user)
                    continue;
                if (!known.TryGetValue(user, out var wb))
                    known[user] = wb = await database.FindListByClauseAsync(clause, user, sender, isLocal, settings, cancellationToken);
                if (wb is not null)
                    entries.Add(new SenderListEntry(wb, $"sel_wblist \"{wb}\" of {record.Source}"));
            }
            all.Add(entries);
        }
        return all;
    }

    private static IReadOnlyList<AddressRecord> Records(AddressKeys recipient) => recipient.Records?.Sql ?? [];

    private static IEnumerable<long> UserIds(AddressKeys recipient) => Records(recipient).Select(r => r.UserId).OfType<long>();

    private async ValueTask<T> AskAsync<T>(Func<LookupDatabase, ValueTask<T>> ask)
    {
        Exception? first = null;
        var now = time.GetTimestamp();
        var all = Enumerable.Range(0, databases.Count);
        var left = all.Where(i => Interlocked.Read(ref _failed[i]) is var at && at != 0 && time.GetElapsedTime(at, now) < LeftOut).ToList();
        foreach (var i in left.Count == 0 ? all : all.Except(left).Concat(left))
        {
            try
            {
                var answer = await ask(databases[i]);
                if (Interlocked.Exchange(ref _failed[i], 0) != 0)
                    DataLog.LookupsBack(logger, databases[i].Label);
                return answer;
            }
            catch (Exception fault) when (StorageFault.IsExpected(fault))
            {
                first ??= fault;
                if (Interlocked.Exchange(ref _failed[i], time.GetTimestamp()) == 0)
                    DataLog.LookupsAway(logger, databases[i].Label, StorageFault.Reason(fault));
            }
        }
        throw new StorageUnavailableException($"lookup_sql_dsn, {databases[0].Label}: {StorageFault.Reason(first!)}", first);
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var database in databases)
            await database.DisposeAsync();
    }
}
