using System.Data.Common;
using Amavis.Core.Storage;
using Microsoft.Data.Sqlite;
using Npgsql;

namespace Amavis.Data;

/// <summary>What a failed statement means for what is done next.</summary>
internal static class StorageFault
{
    /// <summary>
    /// The values are at fault (SQLSTATE classes 22 data, 23 constraint, 54 limits), so that trying again, or elsewhere, would fail
    /// again. Everything else, also a missing table or right, is taken for a database that will be mended.
    /// </summary>
    public static bool IsOfTheRow(Exception fault) => fault switch
    {
        PostgresException { SqlState: [var a, var b, ..] } => (a, b) is ('2', '2') or ('2', '3') or ('5', '4'),
        SqliteException sqlite => sqlite.SqliteErrorCode is 18 or 19 or 20 or 25,
        MissingAddressException => true,
        _ => false,
    };

    /// <summary>SQLITE_CORRUPT or SQLITE_NOTADB: the file will not get better.</summary>
    public static bool IsDamage(Exception fault) => fault is SqliteException { SqliteErrorCode: 11 or 26 };

    /// <summary>The table or column is not there (any more): what we know of the schema is out of date.</summary>
    public static bool IsOfTheSchema(Exception fault) => fault is PostgresException { SqlState: ['4', '2', ..] } or SqliteException { SqliteErrorCode: 1 };

    /// <summary>Faults of databases, files and the network, as opposed to bugs and cancellation.</summary>
    public static bool IsExpected(Exception fault) =>
        fault is DbException or IOException or TimeoutException or UnauthorizedAccessException or System.Net.Sockets.SocketException
            or MissingAddressException or ObjectDisposedException or StorageUnavailableException or SchemaException;

    /// <summary>One line for logs and replies.</summary>
    public static string Reason(Exception fault) => fault switch
    {
        PostgresException postgres => $"{postgres.SqlState} {postgres.MessageText}".ReplaceLineEndings(" "),
        _ when fault.InnerException is { } inner && inner is not PostgresException => $"{fault.Message} ({inner.Message})".ReplaceLineEndings(" "),
        _ => fault.Message.ReplaceLineEndings(" "),
    };
}

/// <summary>An address could be neither found nor inserted: the table's own constraints differ from what they should be.</summary>
internal sealed class MissingAddressException(string email) : Exception($"address \"{email}\" can be neither found in nor added to table maddr");

/// <summary>The schema is not one we can work with.</summary>
public sealed class SchemaException(string message) : Exception(message);
