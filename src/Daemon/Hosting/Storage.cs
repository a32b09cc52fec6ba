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
        return new Storage(databases, log, new SqlQuarantine(databases, options, clock, loggers.CreateLogger<SqlQuarantine>()), new SqlPenPals(databases, options));
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
