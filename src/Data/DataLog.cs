using Microsoft.Extensions.Logging;

namespace Amavis.Data;

/// <summary>What Data says in the log; event ids 7000 to 7099.</summary>
internal static partial class DataLog
{
    [LoggerMessage(7001, LogLevel.Error, "log journal {Path} could not be synced to disk; records in it would not survive a power cut")]
    public static partial void JournalSyncFailed(ILogger logger, string path, Exception fault);

    [LoggerMessage(7002, LogLevel.Warning, "log journal {Path} could not be deleted")]
    public static partial void JournalNotDeleted(ILogger logger, string path, Exception fault);

    [LoggerMessage(7003, LogLevel.Error, "log journal {Path} can't be read whole ({Octets} octets are no records) and is kept beside the others for a look")]
    public static partial void JournalDamaged(ILogger logger, string path, long octets, Exception? fault);

    [LoggerMessage(7004, LogLevel.Error, "log journal in {Directory} can't be written; log rows wait for the database in memory")]
    public static partial void JournalNotWritten(ILogger logger, string directory, Exception fault);

    [LoggerMessage(7005, LogLevel.Critical, "fault in the log writer; it goes on")]
    public static partial void WriterFault(ILogger logger, Exception fault);

    [LoggerMessage(7010, LogLevel.Error, "database {Database} can't be used, log rows wait in the journal: {Reason}")]
    public static partial void DatabaseAway(ILogger logger, string database, string reason);

    [LoggerMessage(7011, LogLevel.Warning, "database {Database} can be used again after {Seconds:f1} s")]
    public static partial void DatabaseBack(ILogger logger, string database, double seconds);

    [LoggerMessage(7012, LogLevel.Information, "{Rows} log rows from the journal stored")]
    public static partial void RowsReplayed(ILogger logger, long rows);

    [LoggerMessage(7013, LogLevel.Error, "log row of {MailId} ({AmId}) refused by the database and put into {Path}: {Reason}")]
    public static partial void RowRejected(ILogger logger, string mailId, string amId, string path, string reason);

    [LoggerMessage(7014, LogLevel.Error, "log row of {MailId} ({AmId}) could not even be put into {Path}")]
    public static partial void RejectedNotWritten(ILogger logger, string mailId, string amId, string path, Exception fault);

    [LoggerMessage(7020, LogLevel.Critical, "SQLite database {Path} is damaged; it was renamed to {Aside} and a new, empty one is used from now on")]
    public static partial void DatabaseDamaged(ILogger logger, string path, string aside, Exception fault);

    [LoggerMessage(7030, LogLevel.Information, "database {Database}: {Step}")]
    public static partial void Migrated(ILogger logger, string database, string step);

    [LoggerMessage(7031, LogLevel.Warning, "database {Database}: {Reason}; our own tables are not made, messages are logged without their explanations until an owner of the database runs \"amavis db migrate\"")]
    public static partial void SchemaNotOurs(ILogger logger, string database, string reason);

    [LoggerMessage(7040, LogLevel.Information, "database {Database}: purged {Messages} messages, {Recipients} recipients, {Chunks} quarantine chunks, {Addresses} addresses, {Files} files")]
    public static partial void Purged(ILogger logger, string database, long messages, long recipients, long chunks, long addresses, long files);

    [LoggerMessage(7041, LogLevel.Warning, "quarantine file {Path} of an expired message could not be deleted, its rows stay")]
    public static partial void FileNotDeleted(ILogger logger, string path, Exception fault);

    [LoggerMessage(7050, LogLevel.Error, "database {Database} can't be asked for policies: {Reason}")]
    public static partial void LookupsAway(ILogger logger, string database, string reason);

    [LoggerMessage(7051, LogLevel.Warning, "database {Database} can be asked for policies again")]
    public static partial void LookupsBack(ILogger logger, string database);

    [LoggerMessage(7052, LogLevel.Information, "database {Database} does not tell of changes, so policies are looked up anew for each message: {Reason}")]
    public static partial void LookupsNotKept(ILogger logger, string database, string reason);

    [LoggerMessage(7053, LogLevel.Error, "LDAP server {Server} can't be asked for policies: {Reason}")]
    public static partial void DirectoryAway(ILogger logger, string server, string reason);
}
