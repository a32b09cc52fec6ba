using System.Data.Common;
using Amavis.Core.Policy;
using Amavis.Data.Model;
using Microsoft.Extensions.Logging;

namespace Amavis.Data.Upkeep;

/// <summary>One purge over one connection. The same statements serve both providers, but for the locking of addresses.</summary>
internal sealed class Purge(AmavisDatabase database, DbConnection connection, SchemaShape shape, PurgeOptions options, TimeProvider time, ILogger logger)
{
    /// <summary>Messages or addresses in one transaction: short enough that the daemon's writer hardly notices.</summary>
    private const int BatchSize = 2000;

    private static readonly string[] ChildTables = ["msgrcpt", "quarantine", "aw_explanation"];

    private readonly Dictionary<string, long> _deleted = [];
    private long _files;

    public async Task<PurgeReport> RunAsync(CancellationToken cancellationToken)
    {
        if (!shape.Tables.Contains("msgs"))
            return new PurgeReport(0, 0, 0, 0, 0, 0);
        var now = time.GetUtcNow();
        // Ids only rise, so whatever is not above the highest one a message of an hour ago refers to was made before that hour:
        // an address just inserted for a message that is not committed yet is above it.
        var edge = Seconds(now - Maintenance.InProgressTime);
        var highWater = await NumberAsync($"SELECT coalesce(max(sid), 0) FROM msgs WHERE time_num < {edge}", cancellationToken);

        await MessagesAsync($"time_num < {Seconds(now - options.OlderThan)}", cancellationToken);
        await MessagesAsync($"content IS NULL AND time_num < {edge}", cancellationToken);
        if (options.BlatantOlderThan is { } blatant)
        {
            var level = options.BlatantSpamLevel.ToString("R", System.Globalization.CultureInfo.InvariantCulture);
            await MessagesAsync($"time_num < {Seconds(now - blatant)} AND (content = 'V' OR (content = 'S' AND spam_level > {level}))", cancellationToken);
        }
        foreach (var table in ChildTables.Where(shape.Tables.Contains))
            await OrphansAsync(table, cancellationToken);
        await AddressesAsync(highWater, cancellationToken);
        return new PurgeReport(Deleted("msgs"), Deleted("msgrcpt"), Deleted("quarantine"), Deleted("aw_explanation"), Deleted("maddr"), _files);
    }

    private async Task MessagesAsync(string condition, CancellationToken cancellationToken)
    {
        var skip = new HashSet<string>(StringComparer.Ordinal);
        while (true)
        {
            var count = await InTransactionAsync(
                async () =>
                {
                    await ExecuteAsync($"CREATE TEMPORARY TABLE aw_gone AS SELECT partition_tag, mail_id, quar_type, quar_loc FROM msgs WHERE {condition} ORDER BY time_num LIMIT {BatchSize}", cancellationToken);
                    var taken = await NumberAsync("SELECT count(*) FROM aw_gone", cancellationToken);
                    if (options.QuarantineDirectory is { } directory)
                        await FilesAsync(directory, skip, cancellationToken);
                    // Children first, so that it works with and without references between the tables.
                    foreach (var table in ChildTables.Where(shape.Tables.Contains))
                        await DeleteAsync(table, "(partition_tag, mail_id) IN (SELECT partition_tag, mail_id FROM aw_gone)", cancellationToken);
                    var gone = await DeleteAsync("msgs", "(partition_tag, mail_id) IN (SELECT partition_tag, mail_id FROM aw_gone)", cancellationToken);
                    await ExecuteAsync("DROP TABLE aw_gone", cancellationToken);
                    return (taken, gone);
                },
                cancellationToken);
            // Rows whose file can't be deleted stay and would be taken again and again.
            if (count.gone == 0 || count.taken < BatchSize)
                return;
        }
    }

    /// <summary>The file before its row: the other way round a crash would leave a file nothing knows of.</summary>
    private async Task FilesAsync(string directory, HashSet<string> skip, CancellationToken cancellationToken)
    {
        var root = Path.GetFullPath(directory) + Path.DirectorySeparatorChar;
        var kept = new List<string>();
        await using (var command = Command("SELECT DISTINCT quar_loc FROM aw_gone WHERE quar_type IN ('F', 'Z', 'B') AND quar_loc <> ''"))
        await using (var reader = await command.ExecuteReaderAsync(cancellationToken))
        {
            while (await reader.ReadAsync(cancellationToken))
            {
                var location = reader.GetString(0);
                var path = Path.GetFullPath(Path.Combine(root, location));
                // The column is text anybody with access to the database can write.
                if (!path.StartsWith(root, StringComparison.Ordinal) || skip.Contains(location) || !TryDelete(path))
                    kept.Add(location);
            }
        }
        foreach (var location in kept)
        {
            skip.Add(location);
            await using var command = Command("DELETE FROM aw_gone WHERE quar_loc = @loc");
            AddParameter(command, "loc", location);
            await command.ExecuteNonQueryAsync(cancellationToken);
        }
    }

    private bool TryDelete(string path)
    {
        try
        {
            if (File.Exists(path))
            {
                File.Delete(path);
                _files++;
            }
            return true;
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            DataLog.FileNotDeleted(logger, path, fault);
            return false;
        }
    }

    private async Task OrphansAsync(string table, CancellationToken cancellationToken)
    {
        var orphan = $"NOT EXISTS (SELECT 1 FROM msgs m WHERE m.partition_tag = {table}.partition_tag AND m.mail_id = {table}.mail_id)";
        // Whoever writes these rows writes the message's first, or with them: one statement never sees a child before its parent.
        await InTransactionAsync(() => DeleteAsync(table, orphan, cancellationToken), cancellationToken);
    }

    private async Task AddressesAsync(long highWater, CancellationToken cancellationToken)
    {
        if (!shape.Tables.Contains("maddr") || !shape.Tables.Contains("msgrcpt"))
            return;
        const string Unused = "NOT EXISTS (SELECT 1 FROM msgs WHERE sid = maddr.id) AND NOT EXISTS (SELECT 1 FROM msgrcpt WHERE rid = maddr.id)";
        long last = 0;
        while (true)
        {
            var ids = new List<long>();
            await InTransactionAsync(
                async () =>
                {
                    // A writer that looked an address up holds a lock on it until it has stored the row that refers to it. So first
                    // lock, skipping what is held, and then ask again: only now does "unused" mean that nobody will come to use it.
                    var locking = database.Provider == SqlProvider.Postgres ? " FOR UPDATE SKIP LOCKED" : "";
                    await using (var find = Command($"SELECT id FROM maddr WHERE id > {last} AND id <= {highWater} AND {Unused} ORDER BY id LIMIT {BatchSize}{locking}"))
                    await using (var reader = await find.ExecuteReaderAsync(cancellationToken))
                        while (await reader.ReadAsync(cancellationToken))
                            ids.Add(reader.GetInt64(0));
                    return ids.Count == 0 ? 0 : await DeleteAsync("maddr", $"id IN ({string.Join(',', ids)}) AND {Unused}", cancellationToken);
                },
                cancellationToken);
            if (ids.Count == 0)
                return;
            last = ids[^1];
        }
    }

    private async Task<T> InTransactionAsync<T>(Func<Task<T>> work, CancellationToken cancellationToken)
    {
        // In SQLite this takes the write lock at once; ours in this process queue for it at the gate.
        var gated = database.Provider == SqlProvider.Sqlite;
        if (gated)
            await database.WriteGate.WaitAsync(cancellationToken);
        try
        {
            await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
            var result = await work();
            await transaction.CommitAsync(cancellationToken);
            return result;
        }
        finally
        {
            if (gated)
                database.WriteGate.Release();
        }
    }

    private async Task<long> DeleteAsync(string table, string condition, CancellationToken cancellationToken)
    {
        var rows = await ExecuteAsync($"DELETE FROM {table} WHERE {condition}", cancellationToken);
        _deleted[table] = Deleted(table) + rows;
        return rows;
    }

    private long Deleted(string table) => _deleted.GetValueOrDefault(table);

    private async Task<int> ExecuteAsync(string text, CancellationToken cancellationToken)
    {
        await using var command = Command(text);
        return await command.ExecuteNonQueryAsync(cancellationToken);
    }

    private async Task<long> NumberAsync(string text, CancellationToken cancellationToken)
    {
        await using var command = Command(text);
        return Convert.ToInt64(await command.ExecuteScalarAsync(cancellationToken));
    }

    private DbCommand Command(string text)
    {
        var command = connection.CreateCommand();
        command.CommandText = text;
        command.CommandTimeout = 0;
        return command;
    }

    private static void AddParameter(DbCommand command, string name, object value)
    {
        var parameter = command.CreateParameter();
        parameter.ParameterName = name;
        parameter.Value = value;
        command.Parameters.Add(parameter);
    }

    private static long Seconds(DateTimeOffset at) => at.ToUnixTimeSeconds();
}
