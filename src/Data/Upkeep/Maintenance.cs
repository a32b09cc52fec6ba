using System.Data.Common;
using Amavis.Core.Policy;
using Amavis.Data.Migrating;
using Amavis.Data.Model;
using Microsoft.Extensions.Logging;

namespace Amavis.Data.Upkeep;

/// <summary>Housekeeping of the log and the quarantine. Runs beside a working daemon: in small transactions, and never takes what is in use.</summary>
public sealed class Maintenance(AmavisDatabase database, TimeProvider time, ILogger<Maintenance> logger)
{
    /// <summary>A message without an outcome is in progress for so long, then lost; and no retention may be shorter.</summary>
    public static readonly TimeSpan InProgressTime = TimeSpan.FromHours(1);

    private static readonly string[] CountedTables =
        ["maddr", "msgs", "msgrcpt", "quarantine", "users", "mailaddr", "policy", "wblist", "aw_explanation", "aw_account", "aw_audit"];

    /// <summary>Deletes expired messages with all that belongs to them, orphans, and addresses nothing refers to any more.</summary>
    public async Task<PurgeReport> PurgeAsync(PurgeOptions options, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentOutOfRangeException.ThrowIfLessThan(options.OlderThan, InProgressTime);
        if (options.BlatantOlderThan is { } blatant)
            ArgumentOutOfRangeException.ThrowIfLessThan(blatant, InProgressTime);
        var shape = await database.GetShapeAsync(cancellationToken);
        await using var connection = await database.OpenAsync(cancellationToken);
        var report = await new Purge(database, connection, shape, options, time, logger).RunAsync(cancellationToken);
        DataLog.Purged(logger, database.Label, report.Messages, report.Recipients, report.Chunks, report.Addresses, report.Files);
        return report;
    }

    public async Task<DatabaseStatus> StatusAsync(CancellationToken cancellationToken)
    {
        var plan = await DatabaseMigrator.PlanAsync(database, cancellationToken);
        await using var connection = await database.OpenAsync(cancellationToken);
        var shape = await ShapeReader.ReadAsync(connection, database.Provider, cancellationToken);
        var rows = new Dictionary<string, long>();
        foreach (var table in CountedTables.Where(shape.Tables.Contains))
            rows[table] = await NumberAsync(connection, $"SELECT count(*) FROM {table}", cancellationToken) ?? 0;
        long inProgress = 0, lost = 0;
        long? oldest = null, newest = null;
        if (shape.Tables.Contains("msgs"))
        {
            var edge = (time.GetUtcNow() - InProgressTime).ToUnixTimeSeconds();
            inProgress = await NumberAsync(connection, $"SELECT count(*) FROM msgs WHERE content IS NULL AND time_num >= {edge}", cancellationToken) ?? 0;
            lost = await NumberAsync(connection, $"SELECT count(*) FROM msgs WHERE content IS NULL AND time_num < {edge}", cancellationToken) ?? 0;
            oldest = await NumberAsync(connection, "SELECT min(time_num) FROM msgs", cancellationToken);
            newest = await NumberAsync(connection, "SELECT max(time_num) FROM msgs", cancellationToken);
        }
        var server = (database.Provider == SqlProvider.Sqlite ? "SQLite " : "PostgreSQL ") + connection.ServerVersion;
        return new DatabaseStatus(database.Label, server, rows, inProgress, lost, Time(oldest), Time(newest), plan.Steps, plan.Notes);
    }

    private static DateTimeOffset? Time(long? seconds) => seconds is { } value ? DateTimeOffset.FromUnixTimeSeconds(value) : null;

    private static async Task<long?> NumberAsync(DbConnection connection, string text, CancellationToken cancellationToken)
    {
        await using var command = connection.CreateCommand();
        command.CommandText = text;
        command.CommandTimeout = 0;
        var value = await command.ExecuteScalarAsync(cancellationToken);
        return value is null or DBNull ? null : Convert.ToInt64(value);
    }
}
