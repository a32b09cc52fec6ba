using System.Data.Common;
using Microsoft.EntityFrameworkCore.Diagnostics;

namespace Amavis.Data;

/// <summary>
/// How every SQLite connection is set up: a write-ahead log so that readers do not wait, a long wait for other writers, and a
/// real sync at commit, since what a reply promises must survive a power cut.
/// </summary>
internal sealed class SqliteSetup : DbConnectionInterceptor
{
    private const string Pragmas = "PRAGMA busy_timeout=10000; PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON;";

    public static void Apply(DbConnection connection)
    {
        using var command = connection.CreateCommand();
        command.CommandText = Pragmas;
        command.ExecuteNonQuery();
    }

    public override void ConnectionOpened(DbConnection connection, ConnectionEndEventData eventData) => Apply(connection);

    public override Task ConnectionOpenedAsync(DbConnection connection, ConnectionEndEventData eventData, CancellationToken cancellationToken = default)
    {
        // SQLite has no asynchronous calls; these settings are a few microseconds.
        Apply(connection);
        return Task.CompletedTask;
    }
}
