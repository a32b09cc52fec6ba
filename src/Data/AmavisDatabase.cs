using System.Data.Common;
using Amavis.Core.Policy;
using Amavis.Data.Model;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Npgsql;

namespace Amavis.Data;

/// <summary>
/// One database: opens connections set up as all our code needs them, knows its shape, and configures EF contexts over it.
/// One instance per data source and process, shared by everything that uses it. Thread-safe.
/// </summary>
public sealed class AmavisDatabase : IAsyncDisposable
{
    /// <summary>Seconds SQLite waits for another writer.</summary>
    private const int BusySeconds = 10;

    private readonly NpgsqlDataSource? _postgres;
    private readonly string _sqlite = "";
    private readonly Lazy<DbContextOptions<AmavisDbContext>> _options;
    private volatile SchemaShape? _shape;

    public AmavisDatabase(SqlDsn dsn)
    {
        ArgumentNullException.ThrowIfNull(dsn);
        Provider = dsn.Provider;
        if (dsn.Provider == SqlProvider.Postgres)
        {
            _postgres = NpgsqlDataSource.Create(PostgresConnectionString(dsn.ConnectionString));
        }
        else
        {
            var builder = dsn.ConnectionString.Contains('=', StringComparison.Ordinal)
                ? new SqliteConnectionStringBuilder(dsn.ConnectionString)
                : new SqliteConnectionStringBuilder { DataSource = dsn.ConnectionString };
            builder.ForeignKeys = true;
            builder.DefaultTimeout = BusySeconds;
            SqlitePath = builder.DataSource;
            _sqlite = builder.ConnectionString;
        }
        _options = new Lazy<DbContextOptions<AmavisDbContext>>(BuildOptions);
    }

    public SqlProvider Provider { get; }

    /// <summary>File of a SQLite database; null for PostgreSQL.</summary>
    public string? SqlitePath { get; }

    /// <summary>For people and logs: no password.</summary>
    public string Label
    {
        get
        {
            if (SqlitePath is not null)
                return "sqlite:" + SqlitePath;
            var builder = new NpgsqlConnectionStringBuilder(_postgres!.ConnectionString);
            return $"postgres:{builder.Host}:{builder.Port}/{builder.Database}";
        }
    }

    /// <summary>
    /// SQLite takes one writer at a time; ours queue here, in order, rather than in its polling busy handler. Unused by PostgreSQL.
    /// </summary>
    internal SemaphoreSlim WriteGate { get; } = new(1, 1);

    /// <summary>An open connection; disposing it gives it back to the pool.</summary>
    public async Task<DbConnection> OpenAsync(CancellationToken cancellationToken)
    {
        if (_postgres is not null)
            return await _postgres.OpenConnectionAsync(cancellationToken);
        var connection = new SqliteConnection(_sqlite);
        try
        {
            await connection.OpenAsync(cancellationToken);
            SqliteSetup.Apply(connection);
            return connection;
        }
        catch
        {
            await connection.DisposeAsync();
            throw;
        }
    }

    /// <summary>What the schema looks like; read once, until <see cref="ForgetShape"/>.</summary>
    public async ValueTask<SchemaShape> GetShapeAsync(CancellationToken cancellationToken)
    {
        if (_shape is { } known)
            return known;
        await using var connection = await OpenAsync(cancellationToken);
        return Keep(await ShapeReader.ReadAsync(connection, Provider, cancellationToken));
    }

    /// <summary>After a migration, or when the file was replaced.</summary>
    public void ForgetShape() => _shape = null;

    /// <summary>A context for one operation.</summary>
    public async ValueTask<AmavisDbContext> CreateContextAsync(CancellationToken cancellationToken) =>
        new(_options.Value, await GetShapeAsync(cancellationToken));

    internal AmavisDbContext CreateContext(SchemaShape shape) => new(_options.Value, shape);

    /// <summary>Blocks on the first call only, while the shape is read.</summary>
    internal AmavisDbContext CreateContext()
    {
        if (_shape is { } known)
            return CreateContext(known);
        using DbConnection connection = _postgres is null ? new SqliteConnection(_sqlite) : _postgres.CreateConnection();
        connection.Open();
        return CreateContext(Keep(ShapeReader.Read(connection, Provider)));
    }

    /// <summary>How often a damaged SQLite file was replaced by a new one in this process.</summary>
    internal int Generation { get; private set; }

    internal void Replaced()
    {
        Generation++;
        ForgetShape();
    }

    /// <summary>Closes idle connections, so that the next ones are new.</summary>
    internal void ClearPool()
    {
        if (_postgres is not null)
        {
            _postgres.Clear();
            return;
        }
        using var connection = new SqliteConnection(_sqlite);
        SqliteConnection.ClearPool(connection);
    }

    public async ValueTask DisposeAsync()
    {
        if (_postgres is not null)
            await _postgres.DisposeAsync();
        else
            ClearPool();
        WriteGate.Dispose();
    }

    /// <summary>A database that is still empty will not stay so, and another process may be the one that fills it.</summary>
    private SchemaShape Keep(SchemaShape shape)
    {
        if (shape.Tables.Count > 0)
            _shape = shape;
        return shape;
    }

    private DbContextOptions<AmavisDbContext> BuildOptions()
    {
        var builder = new DbContextOptionsBuilder<AmavisDbContext>();
        if (_postgres is not null)
            builder.UseNpgsql(_postgres, o => o.MigrationsAssembly(MigrationsAssembly(Provider)).MigrationsHistoryTable(HistoryTable));
        else
            builder.UseSqlite(_sqlite, o => o.MigrationsAssembly(MigrationsAssembly(Provider)).MigrationsHistoryTable(HistoryTable)).AddInterceptors(new SqliteSetup());
        return builder.Options;
    }

    /// <summary>Where EF notes the migrations that were applied.</summary>
    internal const string HistoryTable = "aw_migrations";

    /// <summary>The executables reference both assemblies; this project references neither.</summary>
    internal static string MigrationsAssembly(SqlProvider provider) => "Amavis.Migrations." + provider;

    private static string PostgresConnectionString(string given)
    {
        var raw = new DbConnectionStringBuilder { ConnectionString = given };
        var builder = new NpgsqlConnectionStringBuilder(given);
        // A server that does not answer is "away" after these seconds; more only makes the queue longer.
        if (!raw.ContainsKey("Timeout"))
            builder.Timeout = 5;
        if (!raw.ContainsKey("Command Timeout") && !raw.ContainsKey("CommandTimeout"))
            builder.CommandTimeout = 20;
        if (!raw.ContainsKey("Application Name") && !raw.ContainsKey("ApplicationName"))
            builder.ApplicationName = "amavis";
        return builder.ConnectionString;
    }
}
