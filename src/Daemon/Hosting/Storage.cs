using System.Data.Common;
using System.Net.Sockets;
using Amavis.Core.Counters;
using Amavis.Core.Policy;
using Amavis.Core.Storage;
using Amavis.Data;
using Amavis.Data.Migrating;
using Amavis.Data.PenPals;
using Amavis.Data.Quarantining;
using Amavis.Data.Writing;

namespace Amavis.Daemon.Hosting;

/// <summary>The SQL log and quarantine, when <c>storage_sql_dsn</c> names a database.</summary>
internal sealed class Storage : IAsyncDisposable
{
    private static readonly TimeSpan MigrationLimit = TimeSpan.FromSeconds(60);

    private readonly IReadOnlyList<AmavisDatabase> _databases;
    private readonly SqlMessageLog _log;

    private Storage(IReadOnlyList<AmavisDatabase> databases, SqlMessageLog log, SqlQuarantine quarantine, SqlPenPals penPals)
    {
        PenPals = penPals;
        _databases = databases;
        _log = log;
        Quarantine = quarantine;
    }

    public IMessageLog Log => _log;

    public ISqlQuarantine Quarantine { get; }

    public IPenPals PenPals { get; }

    /// <summary>The databases by what the configuration calls them, for lookups in the same ones.</summary>
    public IReadOnlyDictionary<SqlDsn, AmavisDatabase> Open { get; private init; } = new Dictionary<SqlDsn, AmavisDatabase>();

    /// <summary>Makes or upgrades the schema where a database answers; where none does, the journal takes records until one will.</summary>
    /// <returns>Null when no database is configured.</returns>
    public static async Task<Storage?> OpenAsync(Settings settings, CounterSet counters, TimeProvider clock, ILoggerFactory loggers)
    {
        if (settings.StorageSqlDsn.Count == 0)
            return null;
        var databases = settings.StorageSqlDsn.Select(dsn => new AmavisDatabase(dsn)).ToList();
        var options = new MessageLogOptions
        {
            JournalDirectory = Path.Combine(settings.MyHome, "log-journal"),
            LogRequired = settings.SqlLogRequired,
            AutoMigrate = settings.AutoMigrate,
            CaseSensitiveLocalPart = settings.LocalpartIsCaseSensitive,
            Allow8bitAddress = settings.SqlAllow8bitAddress,
        };
        if (settings.AutoMigrate)
            await MigrateAsync(databases[0], loggers);
        var log = SqlMessageLog.Start(databases, options, counters, clock, loggers);
        return new Storage(databases, log, new SqlQuarantine(databases, options, clock, loggers.CreateLogger<SqlQuarantine>()), new SqlPenPals(databases, options))
        {
            Open = settings.StorageSqlDsn.Zip(databases).DistinctBy(p => p.First).ToDictionary(p => p.First, p => p.Second),
        };
    }

    /// <summary>
    /// Makes the tables of an own database for lookups while it has none of them. One that has is left alone: for lookups the account
    /// need not be allowed more than to read.
    /// </summary>
    public static async Task PrepareLookupsAsync(Settings settings, ILoggerFactory loggers)
    {
        if (!settings.AutoMigrate || settings.LookupSqlDsn.Count == 0 || settings.StorageSqlDsn.Contains(settings.LookupSqlDsn[0]))
            return;
        await using var database = new AmavisDatabase(settings.LookupSqlDsn[0]);
        try
        {
            using var limit = new CancellationTokenSource(MigrationLimit);
            var shape = await database.GetShapeAsync(limit.Token);
            if (shape.Tables.Contains("users") || shape.Tables.Contains("policy"))
                return;
        }
        catch (Exception e) when (e is DbException or IOException or SocketException or TimeoutException or OperationCanceledException)
        {
            StorageLog.LookupsNotReady(loggers.CreateLogger<Storage>(), database.Label, e.Message);
            return;
        }
        await MigrateAsync(database, loggers);
    }

    /// <summary>A first message for the quarantine must not find the tables missing; a database that is away is no reason not to start.</summary>
    private static async Task MigrateAsync(AmavisDatabase database, ILoggerFactory loggers)
    {
        using var limit = new CancellationTokenSource(MigrationLimit);
        try
        {
            await new DatabaseMigrator(loggers.CreateLogger<DatabaseMigrator>()).MigrateAsync(database, limit.Token);
        }
        catch (Exception e) when (e is DbException or IOException or SocketException or TimeoutException or OperationCanceledException or SchemaException)
        {
            StorageLog.NotReady(loggers.CreateLogger<Storage>(), database.Label, e.Message);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _log.DisposeAsync();
        foreach (var database in _databases)
            await database.DisposeAsync();
    }
}
