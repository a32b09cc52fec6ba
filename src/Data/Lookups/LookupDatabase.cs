using System.Data.Common;
using Amavis.Core.Lookups;
using Amavis.Core.Lookups.Databases;
using Amavis.Core.Policy;
using Amavis.Data.Model;
using Microsoft.Extensions.Logging;

namespace Amavis.Data.Lookups;

/// <summary>The tables users, policy, mailaddr and wblist of one database, with the results kept as long as nobody changes them.</summary>
internal sealed class LookupDatabase(AmavisDatabase database, TimeProvider time, ILogger logger) : IAsyncDisposable
{
    private readonly LookupChanges? _changes = LookupChanges.Start(database, time, logger);
    private readonly ResultCache<LookupKey, IReadOnlyList<AddressRecord>> _recipients = new(time);
    private readonly ResultCache<LookupKey, IReadOnlyList<SenderKey>> _senders = new(time);

    public string Label => database.Label;

    /// <summary>Results kept now.</summary>
    internal int Kept => _recipients.Count + _senders.Count;

    /// <summary>True once changes are told.</summary>
    internal bool KeepsResults => _changes?.Version is not null;

    /// <summary>The rows of an address in the order in which their fields are asked for.</summary>
    public async ValueTask<IReadOnlyList<AddressRecord>> FindRecipientAsync(AddressKeys address, bool isLocal, Settings settings, CancellationToken cancellationToken)
    {
        var form = LookupForm.OfSql(settings);
        if (settings.SqlClause.TryGetValue("sel_policy", out var clause))
            return clause.Length == 0 ? [] : await FindByClauseAsync(clause, address, isLocal, form, cancellationToken);
        var key = new LookupKey(address.Original, isLocal, form);
        var version = _changes?.Version;
        if (version is { } now && _recipients.TryGet(key, now, settings.LookupCacheTtl, out var kept))
            return kept;
        var keys = form.Keys(address, isLocal);
        var found = await RunAsync(c => c.FindPolicy(keys), r => new RecordReader(form.TrimBlanks).ReadAsync(r, cancellationToken), prepare: true, cancellationToken);
        IReadOnlyList<AddressRecord> records = [.. BySpecificity(found, keys)];
        if (version is { } before)
            _recipients.Set(key, records, before, settings.LookupCacheEntries);
        return records;
    }

    /// <summary>Sender's rows of mailaddr, the most important first.</summary>
    public async ValueTask<IReadOnlyList<SenderKey>> FindSenderAsync(AddressKeys sender, bool isLocal, Settings settings, CancellationToken cancellationToken)
    {
        var form = LookupForm.OfSql(settings);
        var key = new LookupKey(sender.Original, isLocal, form);
        var version = _changes?.Version;
        if (version is { } now && _senders.TryGet(key, now, settings.LookupCacheTtl, out var kept))
            return kept;
        var keys = form.Keys(sender, isLocal);
        IReadOnlyList<SenderKey> found = await RunAsync(c => c.FindSenders(keys), r => ReadSendersAsync(r, keys, cancellationToken), prepare: true, cancellationToken);
        if (version is { } before)
            _senders.Set(key, found, before, settings.LookupCacheEntries);
        return found;
    }

    /// <summary>All entries of these recipients about these senders, by their ids; NULLs left out.</summary>
    public async Task<Dictionary<(long User, long Sender), string>> FindListsAsync(IReadOnlyCollection<long> users, IReadOnlyCollection<long> senders, CancellationToken cancellationToken) =>
        await RunAsync(c => c.FindLists(users, senders), async reader =>
        {
            var lists = new Dictionary<(long, long), string>();
            var values = new RecordReader(trimBlanks: false);
            while (await reader.ReadAsync(cancellationToken))
                if (values.Text(reader.GetValue(2)) is { } wb)
                    lists[(Convert.ToInt64(reader.GetValue(0), null), Convert.ToInt64(reader.GetValue(1), null))] = wb;
            return lists;
        }, prepare: true, cancellationToken);

    /// <summary>The first entry that a statement of the administrator's finds for one row of users; null: none.</summary>
    public async Task<string?> FindListByClauseAsync(string clause, long user, AddressKeys sender, bool isLocal, Settings settings, CancellationToken cancellationToken)
    {
        var form = LookupForm.OfSql(settings);
        var (sql, arguments) = StatementText.Expand(clause, sender, form.Keys(sender, isLocal), isLocal, [user]);
        return await RunAsync(c => c.Custom(sql, arguments), async reader =>
        {
            var values = new RecordReader(trimBlanks: false);
            var place = Enumerable.Range(0, reader.FieldCount).FirstOrDefault(i => reader.GetName(i).Equals("wb", StringComparison.OrdinalIgnoreCase));
            while (await reader.ReadAsync(cancellationToken))
                if (values.Text(reader.GetValue(place)) is { } wb)
                    return wb;
            return null;
        }, prepare: false, cancellationToken);
    }

    /// <summary>The order is the statement's own, and the tables it reads are not known: nothing is kept.</summary>
    private async Task<IReadOnlyList<AddressRecord>> FindByClauseAsync(string clause, AddressKeys address, bool isLocal, LookupForm form, CancellationToken cancellationToken)
    {
        var (sql, arguments) = StatementText.Expand(clause, address, form.Keys(address, isLocal), isLocal, []);
        var found = await RunAsync(c => c.Custom(sql, arguments), r => new RecordReader(form.TrimBlanks).ReadAsync(r, cancellationToken), prepare: false, cancellationToken);
        return [.. found.Select(f => f.Record)];
    }

    /// <summary>Priority decides; among equals, which nothing orders in the original, the more specific key goes first.</summary>
    private static IEnumerable<AddressRecord> BySpecificity(List<FoundRecord> found, string[] keys) =>
        found.Count < 2
            ? found.Select(f => f.Record)
            : found.OrderByDescending(f => f.Priority).ThenBy(f => Place(keys, f.Email)).Select(f => f.Record);

    private static int Place(string[] keys, string? email) =>
        Array.IndexOf(keys, email) is >= 0 and var at ? at : int.MaxValue;

    private static async Task<List<SenderKey>> ReadSendersAsync(DbDataReader reader, string[] keys, CancellationToken cancellationToken)
    {
        var found = new List<SenderKey>();
        var values = new RecordReader(trimBlanks: false);
        while (await reader.ReadAsync(cancellationToken))
            found.Add(new SenderKey(Convert.ToInt64(reader.GetValue(0), null), reader.IsDBNull(1) ? 0 : Convert.ToInt64(reader.GetValue(1), null), values.Text(reader.GetValue(2)) ?? ""));
        return found.Count < 2 ? found : [.. found.OrderByDescending(f => f.Priority).ThenBy(f => Place(keys, f.Email))];
    }

    private async Task<T> RunAsync<T>(Func<LookupCommands, DbCommand> make, Func<DbDataReader, Task<T>> read, bool prepare, CancellationToken cancellationToken)
    {
        // Twice, because the first connection may be one that died while idle, and what is known of the schema may be out of date.
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                var shape = await database.GetShapeAsync(cancellationToken);
                await using var connection = await database.OpenAsync(cancellationToken);
                await using var command = make(new LookupCommands(connection, shape));
                if (prepare && database.Provider == SqlProvider.Postgres)
                    await command.PrepareAsync(cancellationToken);
                await using var reader = await command.ExecuteReaderAsync(cancellationToken);
                return await read(reader);
            }
            catch (Exception fault) when (StorageFault.IsExpected(fault) && attempt < 2)
            {
                database.ForgetShape();
                database.ClearPool();
            }
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (_changes is not null)
            await _changes.DisposeAsync();
    }
}

/// <summary>A row of mailaddr.</summary>
internal readonly record struct SenderKey(long Id, long Priority, string Email);
