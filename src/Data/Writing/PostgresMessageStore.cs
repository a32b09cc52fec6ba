using System.Data;
using Amavis.Core.Counters;
using Amavis.Data.Model;
using Npgsql;
using static Amavis.Data.Writing.PostgresStatements;

namespace Amavis.Data.Writing;

/// <summary>Stores batches in PostgreSQL: a handful of prepared statements over arrays, whatever the size of the batch.</summary>
internal sealed class PostgresMessageStore : IMessageStore
{
    /// <summary>Seconds after reception up to which a stored row vouches for the ids in it, see <see cref="AddressCache"/>.</summary>
    private const int FreshSeconds = 900;

    private readonly NpgsqlConnection _connection;
    private readonly PostgresStatements _statements;
    private readonly AddressCache _cache;
    private readonly CounterSet _counters;
    private readonly TimeProvider _time;

    private PostgresMessageStore(NpgsqlConnection connection, SchemaShape shape, CounterSet counters, TimeProvider time)
    {
        _connection = connection;
        _statements = new PostgresStatements(shape, connection);
        _cache = new AddressCache(time);
        _counters = counters;
        _time = time;
    }

    public static async Task<PostgresMessageStore> CreateAsync(
        NpgsqlConnection connection, SchemaShape shape, CounterSet counters, TimeProvider time, CancellationToken cancellationToken)
    {
        var store = new PostgresMessageStore(connection, shape, counters, time);
        await store._statements.PrepareAsync(cancellationToken);
        return store;
    }

    public bool IsOpen => _connection.State == ConnectionState.Open;

    public async Task<IReadOnlyList<FinalRow>> StoreAsync(
        IReadOnlyList<ArrivalRow> arrivals, IReadOnlyList<FinalRow> finals, CancellationToken cancellationToken)
    {
        await using var transaction = await _connection.BeginTransactionAsync(cancellationToken);
        var ids = await ResolveAsync(arrivals, finals, cancellationToken);
        if (arrivals.Count > 0)
            await AddArrivalsAsync(arrivals, ids, cancellationToken);
        List<FinalRow> inserted = [];
        List<FinalRow> collisions = [];
        IReadOnlyList<FinalRow> stored = finals;
        if (finals.Count > 0)
        {
            var rest = await MessagesAsync(_statements.AddMessages, finals, ids, inserted, cancellationToken);
            if (rest.Count > 0)
            {
                collisions = await MessagesAsync(_statements.UpdateMessages, rest, ids, [], cancellationToken);
                if (collisions.Count > 0)
                    stored = [.. finals.Except(collisions)];
            }
            await AddRecipientsAsync(stored, ids, cancellationToken);
            await AddExplanationsAsync(stored, cancellationToken);
        }
        await transaction.CommitAsync(cancellationToken);
        ids.Count(_counters, arrivals.Concat(inserted.Select(f => f.Arrival)), stored);
        Remember(arrivals, stored, ids);
        return collisions;
    }

    public async Task PingAsync(CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand("SELECT 1", _connection);
        await command.ExecuteScalarAsync(cancellationToken);
    }

    public async ValueTask DisposeAsync() => await _connection.DisposeAsync();

    private async Task<ResolvedAddresses> ResolveAsync(IReadOnlyList<ArrivalRow> arrivals, IReadOnlyList<FinalRow> finals, CancellationToken cancellationToken)
    {
        var ids = new ResolvedAddresses();
        var missing = new Dictionary<(int Tag, string Email), AddressValue>();
        foreach (var row in arrivals)
            Look(row.PartitionTag, row.Sender);
        foreach (var row in finals)
        {
            Look(row.Arrival.PartitionTag, row.Arrival.Sender);
            foreach (var recipient in row.Recipients)
                Look(row.Arrival.PartitionTag, recipient.Address);
        }
        if (missing.Count == 0)
            return ids;

        await FindAsync(missing, ids, made: false, cancellationToken);
        if (missing.Count == 0)
            return ids;
        // In one order for all writers, so that two of them can wait for each other only one way.
        var rows = missing.OrderBy(m => m.Key.Tag).ThenBy(m => m.Key.Email, StringComparer.Ordinal).ToList();
        var add = _statements.AddAddresses;
        Bind(add, Values(rows, r => r.Key.Tag), Column(add, 1, rows, r => r.Key.Email), Values(rows, r => r.Value.Domain));
        await add.ExecuteNonQueryAsync(cancellationToken);
        await FindAsync(missing, ids, made: true, cancellationToken);
        return missing.Count == 0 ? ids : throw new MissingAddressException(missing.Keys.First().Email);

        void Look(int tag, AddressValue address)
        {
            if (ids.Contains(tag, address.Email))
                return;
            if (_cache.TryGet(tag, address.Email, out var id))
                ids.Add(tag, address.Email, id, made: false);
            else
                missing.TryAdd((tag, address.Email), address);
        }
    }

    private async Task FindAsync(Dictionary<(int Tag, string Email), AddressValue> missing, ResolvedAddresses ids, bool made, CancellationToken cancellationToken)
    {
        var keys = missing.Keys.ToList();
        var find = _statements.FindAddresses;
        Bind(find, Values(keys, k => k.Tag), Column(find, 1, keys, k => k.Email));
        await using var reader = await find.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            var key = keys[reader.GetInt32(0) - 1];
            ids.Add(key.Tag, key.Email, reader.GetInt32(1), made);
            missing.Remove(key);
        }
    }

    private async Task AddArrivalsAsync(IReadOnlyList<ArrivalRow> rows, ResolvedAddresses ids, CancellationToken cancellationToken)
    {
        var add = _statements.AddArrivals;
        Bind(add,
            Values(rows, r => r.PartitionTag), Column(add, 1, rows, r => r.MailId), Column(add, 2, rows, r => r.SecretId), Values(rows, r => r.AmId),
            Values(rows, r => r.TimeNum), Values(rows, r => ids[r.PartitionTag, r.Sender]), Values(rows, r => r.Policy), Values(rows, r => r.ClientAddr),
            Values(rows, r => r.Size), Values(rows, r => r.Host));
        await add.ExecuteNonQueryAsync(cancellationToken);
    }

    /// <summary>Inserts or updates; what the statement named goes to <paramref name="done"/>, the others are returned.</summary>
    private static async Task<List<FinalRow>> MessagesAsync(
        NpgsqlCommand command, IReadOnlyList<FinalRow> rows, ResolvedAddresses ids, List<FinalRow> done, CancellationToken cancellationToken)
    {
        Bind(command,
            Values(rows, r => r.Arrival.PartitionTag), Column(command, 1, rows, r => r.Arrival.MailId), Column(command, 2, rows, r => r.Arrival.SecretId),
            Values(rows, r => r.Arrival.AmId), Values(rows, r => r.Arrival.TimeNum), Values(rows, r => ids[r.Arrival.PartitionTag, r.Arrival.Sender]),
            Values(rows, r => r.Arrival.Policy), Values(rows, r => r.Arrival.ClientAddr), Values(rows, r => r.Arrival.Size), Values(rows, r => r.Arrival.Host),
            Values(rows, r => r.Originating), Values(rows, r => r.Content), Values(rows, r => r.QuarType), Values(rows, r => r.QuarLoc),
            Values(rows, r => r.DsnSent), Values(rows, r => (float)r.SpamLevel), Values(rows, r => r.MessageId), Values(rows, r => r.FromAddr), Values(rows, r => r.Subject));
        var keys = new HashSet<MessageKey>(rows.Count);
        await using (var reader = await command.ExecuteReaderAsync(cancellationToken))
            while (await reader.ReadAsync(cancellationToken))
                keys.Add(new MessageKey(reader.GetInt32(0), reader.GetValue(1) is byte[] octets ? OctetText.FromOctets(octets) : reader.GetString(1).TrimEnd(' ')));
        var rest = new List<FinalRow>();
        foreach (var row in rows)
            (keys.Contains(row.Arrival.Key) ? done : rest).Add(row);
        return rest;
    }

    private async Task AddRecipientsAsync(IReadOnlyList<FinalRow> finals, ResolvedAddresses ids, CancellationToken cancellationToken)
    {
        var rows = new List<(ArrivalRow Arrival, RecipientRow Row)>(finals.Count + 8);
        foreach (var final in finals)
            foreach (var recipient in final.Recipients)
                rows.Add((final.Arrival, recipient));
        if (rows.Count == 0)
            return;
        var add = _statements.AddRecipients;
        Bind(add,
            Values(rows, r => r.Arrival.PartitionTag), Column(add, 1, rows, r => r.Arrival.MailId), Values(rows, r => r.Row.Rseqnum),
            Values(rows, r => ids[r.Arrival.PartitionTag, r.Row.Address]), Values(rows, r => r.Row.IsLocal), Values(rows, r => r.Row.Content),
            Values(rows, r => r.Row.Ds), Values(rows, r => r.Row.Bl), Values(rows, r => r.Row.Wl), Values(rows, r => (float)r.Row.BspamLevel), Values(rows, r => r.Row.SmtpResp));
        await add.ExecuteNonQueryAsync(cancellationToken);
    }

    private async Task AddExplanationsAsync(IReadOnlyList<FinalRow> finals, CancellationToken cancellationToken)
    {
        if (_statements.AddExplanations is not { } add)
            return;
        var rows = new List<FinalRow>(finals.Count);
        foreach (var final in finals)
            if (final.Explanation.Length > 0)
                rows.Add(final);
        if (rows.Count == 0)
            return;
        Bind(add, Values(rows, r => r.Arrival.PartitionTag), Column(add, 1, rows, r => r.Arrival.MailId), Values(rows, r => r.Explanation));
        await add.ExecuteNonQueryAsync(cancellationToken);
    }

    private void Remember(IReadOnlyList<ArrivalRow> arrivals, IReadOnlyList<FinalRow> finals, ResolvedAddresses ids)
    {
        var oldest = _time.GetUtcNow().ToUnixTimeSeconds() - FreshSeconds;
        foreach (var row in arrivals)
            if (row.TimeNum >= oldest)
                _cache.Set(row.PartitionTag, row.Sender.Email, ids[row.PartitionTag, row.Sender]);
        foreach (var row in finals)
        {
            if (row.Arrival.TimeNum < oldest)
                continue;
            _cache.Set(row.Arrival.PartitionTag, row.Arrival.Sender.Email, ids[row.Arrival.PartitionTag, row.Arrival.Sender]);
            foreach (var recipient in row.Recipients)
                _cache.Set(row.Arrival.PartitionTag, recipient.Address.Email, ids[row.Arrival.PartitionTag, recipient.Address]);
        }
    }
}
