using Amavis.Core.Counters;
using Amavis.Core.Policy;
using Amavis.Core.Storage;
using Amavis.Data;
using Amavis.Data.Quarantining;
using Amavis.Data.Writing;

namespace Amavis.Daemon.Hosting;

/// <summary>The SQL log and quarantine, when <c>storage_sql_dsn</c> names a database.</summary>
internal sealed class Storage : IAsyncDisposable
{
    private readonly IReadOnlyList<AmavisDatabase> _databases;
    private readonly SqlMessageLog _log;

    private Storage(IReadOnlyList<AmavisDatabase> databases, SqlMessageLog log, SqlQuarantine quarantine)
    {
        _databases = databases;
        _log = log;
        Quarantine = quarantine;
    }

    public IMessageLog Log => _log;

    public ISqlQuarantine Quarantine { get; }

    /// <summary>Does not wait for the database: the journal takes records until it answers.</summary>
    /// <returns>Null when no database is configured.</returns>
    public static Storage? Open(Settings settings, CounterSet counters, TimeProvider clock, ILoggerFactory loggers)
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
        var log = SqlMessageLog.Start(databases, options, counters, clock, loggers);
        return new Storage(databases, log, new SqlQuarantine(databases, options, clock, loggers.CreateLogger<SqlQuarantine>()));
    }

    public async ValueTask DisposeAsync()
    {
        await _log.DisposeAsync();
        foreach (var database in _databases)
            await database.DisposeAsync();
    }
}
