using System.Data.Common;
using System.Reflection;
using Amavis.Core.Policy;
using Amavis.Data.Model;
using Microsoft.EntityFrameworkCore.Migrations;
using Microsoft.Extensions.Logging;

namespace Amavis.Data.Migrating;

/// <summary>
/// Creates and upgrades the schema from the migrations assemblies, all in one transaction under a lock, so that several programs
/// may start at once and one that is killed leaves nothing half-made. (EF's own runner keeps its SQLite lock in a table, where it
/// stays when the process is killed.) Tables that an administrator made for amavisd-new are recognised and left as they are, but
/// for the columns that newer versions of it need.
/// </summary>
public sealed class DatabaseMigrator(ILogger<DatabaseMigrator> logger)
{
    /// <summary>Any number, the same in all our programs.</summary>
    private const long AdvisoryLock = 0x616d6176_69735f64;

    /// <summary>Brings the schema up to date.</summary>
    /// <exception cref="SchemaException">Tables of the same names are something else; nothing was changed.</exception>
    public async Task<MigrationReport> MigrateAsync(AmavisDatabase database, CancellationToken cancellationToken)
    {
        var report = await RunAsync(database, apply: true, cancellationToken);
        database.ForgetShape();
        foreach (var step in report.Steps.Concat(report.Notes))
            DataLog.Migrated(logger, database.Label, step);
        return report;
    }

    /// <summary>What <see cref="MigrateAsync"/> would do; changes nothing.</summary>
    public static Task<MigrationReport> PlanAsync(AmavisDatabase database, CancellationToken cancellationToken) => RunAsync(database, apply: false, cancellationToken);

    private static async Task<MigrationReport> RunAsync(AmavisDatabase database, bool apply, CancellationToken cancellationToken)
    {
        // The usual case at a start. Answered without EF, whose first use costs more than all the rest of starting.
        if (await IsCurrentAsync(database, cancellationToken))
            return new MigrationReport([], Adopted: false, SchemaPlan.Notes(await database.GetShapeAsync(cancellationToken)));
        await using var context = database.CreateContext(SchemaShape.Own(database.Provider));
        var source = new MigrationSource(context);
        await using var connection = await database.OpenAsync(cancellationToken);
        // A step that rebuilds a SQLite table must not fire its references; the setting only works outside a transaction.
        if (apply && database.Provider == SqlProvider.Sqlite)
            await ExecuteAsync(connection, "PRAGMA foreign_keys=OFF", cancellationToken);
        try
        {
            await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
            if (apply && database.Provider == SqlProvider.Postgres)
                await ExecuteAsync(connection, $"SELECT pg_advisory_xact_lock({AdvisoryLock})", cancellationToken);
            var shape = await ShapeReader.ReadAsync(connection, database.Provider, cancellationToken);
            var plan = SchemaPlan.Make(source, shape, await AppliedAsync(connection, shape, cancellationToken));
            if (apply)
                foreach (var statement in plan.Statements)
                    await ExecuteAsync(connection, statement, cancellationToken);
            if (apply)
                await transaction.CommitAsync(cancellationToken);
            else
                await transaction.RollbackAsync(cancellationToken);
            return plan.Report;
        }
        finally
        {
            if (apply && database.Provider == SqlProvider.Sqlite && connection.State == System.Data.ConnectionState.Open)
                await ExecuteAsync(connection, "PRAGMA foreign_keys=ON", CancellationToken.None);
        }
    }

    private static async Task<bool> IsCurrentAsync(AmavisDatabase database, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenAsync(cancellationToken);
        var shape = await ShapeReader.ReadAsync(connection, database.Provider, cancellationToken);
        var applied = await AppliedAsync(connection, shape, cancellationToken);
        var known = Assembly.Load(AmavisDatabase.MigrationsAssembly(database.Provider)).GetTypes()
            .Select(t => t.GetCustomAttribute<MigrationAttribute>()?.Id).OfType<string>();
        return applied.IsSupersetOf(known);
    }

    private static async Task<HashSet<string>> AppliedAsync(DbConnection connection, SchemaShape shape, CancellationToken cancellationToken)
    {
        var applied = new HashSet<string>(StringComparer.Ordinal);
        if (!shape.Tables.Contains(AmavisDatabase.HistoryTable))
            return applied;
        await using var command = connection.CreateCommand();
        command.CommandText = $"SELECT \"MigrationId\" FROM {AmavisDatabase.HistoryTable}";
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
            applied.Add(reader.GetString(0));
        return applied;
    }

    private static async Task ExecuteAsync(DbConnection connection, string text, CancellationToken cancellationToken)
    {
        await using var command = connection.CreateCommand();
        command.CommandText = text;
        command.CommandTimeout = 0;
        await command.ExecuteNonQueryAsync(cancellationToken);
    }
}
