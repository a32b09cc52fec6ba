namespace Amavis.Daemon.Hosting;

/// <summary>Event ids 8000 to 8099.</summary>
internal static partial class StorageLog
{
    [LoggerMessage(8001, LogLevel.Warning, "database {Database} is not ready: {Reason}; log rows wait in the journal, mail for an sql: quarantine is tempfailed")]
    public static partial void NotReady(ILogger logger, string database, string reason);

    [LoggerMessage(8002, LogLevel.Warning, "database {Database} for lookups is not ready: {Reason}; until it is, mail is tempfailed")]
    public static partial void LookupsNotReady(ILogger logger, string database, string reason);
}
