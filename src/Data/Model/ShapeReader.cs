using System.Data.Common;
using Amavis.Core.Policy;

namespace Amavis.Data.Model;

/// <summary>Reads the <see cref="SchemaShape"/> of an open connection.</summary>
internal static class ShapeReader
{
    private const string Postgres = """
        SELECT c.relname::text || '.' || lower(a.attname::text), format_type(a.atttypid, a.atttypmod)
        FROM pg_catalog.pg_class c
        JOIN pg_catalog.pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
        WHERE c.relkind IN ('r', 'p', 'v', 'f') AND pg_catalog.pg_table_is_visible(c.oid)
          AND (c.relname IN ('maddr', 'msgs', 'msgrcpt', 'quarantine', 'users', 'mailaddr', 'policy', 'wblist') OR c.relname LIKE 'aw\_%')
        """;

    private const string Sqlite = """
        SELECT lower(t.name) || '.' || lower(c.name), lower(c.type)
        FROM sqlite_schema t, pragma_table_info(t.name) c
        WHERE t.type = 'table'
          AND (lower(t.name) IN ('maddr', 'msgs', 'msgrcpt', 'quarantine', 'users', 'mailaddr', 'policy', 'wblist') OR t.name LIKE 'aw\_%' ESCAPE '\')
        """;

    public static async Task<SchemaShape> ReadAsync(DbConnection connection, SqlProvider provider, CancellationToken cancellationToken)
    {
        await using var command = Command(connection, provider);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var columns = new Dictionary<string, string>(StringComparer.Ordinal);
        while (await reader.ReadAsync(cancellationToken))
            columns[reader.GetString(0)] = reader.GetString(1);
        return new SchemaShape(provider, columns);
    }

    /// <summary>For the one synchronous entry there is, <c>IDbContextFactory.CreateDbContext</c>.</summary>
    public static SchemaShape Read(DbConnection connection, SqlProvider provider)
    {
        using var command = Command(connection, provider);
        using var reader = command.ExecuteReader();
        var columns = new Dictionary<string, string>(StringComparer.Ordinal);
        while (reader.Read())
            columns[reader.GetString(0)] = reader.GetString(1);
        return new SchemaShape(provider, columns);
    }

    private static DbCommand Command(DbConnection connection, SqlProvider provider)
    {
        var command = connection.CreateCommand();
        command.CommandText = provider == SqlProvider.Sqlite ? Sqlite : Postgres;
        return command;
    }
}
