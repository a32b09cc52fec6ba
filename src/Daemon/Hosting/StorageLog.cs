namespace Amavis.Daemon.Hosting;

/// <summary>Event ids 8000 to 8099.</summary>
internal static partial class StorageLog
{
    [LoggerMessage(8001, LogLevel.Warning, "database {Database} is not ready: {Reason}; log rows wait in the journal, mail for an sql: quarantine is tempfailed")]
    public static partial void NotReady(ILogger logger, string database, string reason);
}
