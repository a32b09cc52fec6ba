using Amavis.Core.Policy;
using Amavis.Testing;
using Microsoft.Data.Sqlite;

namespace Amavis.Data.Tests;

/// <summary>Where the databases of a test come from; every test class over a database runs on each kind.</summary>
public interface ITestServer
{
    SqlProvider Provider { get; }

    /// <summary>A new, empty database.</summary>
    Task<SqlDsn> NewDatabaseAsync();

    /// <summary>Makes the database useless to everybody until the result is disposed.</summary>
    Task<IAsyncDisposable> TakeAwayAsync(AmavisDatabase database);
}

/// <summary>One PostgreSQL server for all tests that need one; they run one after the other.</summary>
public sealed class PostgresFixture : ITestServer, IAsyncLifetime
{
    private int _databases;

    public PostgresServer Server { get; private set; } = null!;

    public SqlProvider Provider => SqlProvider.Postgres;

    public async Task InitializeAsync() => Server = await PostgresServer.StartNewAsync();

    public async Task DisposeAsync() => await Server.DisposeAsync();

    public async Task<SqlDsn> NewDatabaseAsync()
    {
        var name = "t" + Interlocked.Increment(ref _databases);
        await Server.CreateDatabaseAsync(name);
        return new SqlDsn(SqlProvider.Postgres, Server.ConnectionString(name) + ";Maximum Pool Size=10");
    }

    public async Task<IAsyncDisposable> TakeAwayAsync(AmavisDatabase database)
    {
        await Server.StopAsync();
        return new Back(Server);
    }

    private sealed class Back(PostgresServer server) : IAsyncDisposable
    {
        public async ValueTask DisposeAsync() => await server.StartAsync();
    }
}

[CollectionDefinition(Name)]
public sealed class PostgresCollection : ICollectionFixture<PostgresFixture>
{
    public const string Name = "postgres";
}

/// <summary>SQLite files in a temporary directory.</summary>
public sealed class SqliteFiles : ITestServer
{
    public SqlProvider Provider => SqlProvider.Sqlite;

    public Task<SqlDsn> NewDatabaseAsync() =>
        Task.FromResult(new SqlDsn(SqlProvider.Sqlite, Path.Combine(System.IO.Directory.CreateTempSubdirectory("aw-db-").FullName, "amavis.db")));

    /// <summary>Another program holds the write lock.</summary>
    public async Task<IAsyncDisposable> TakeAwayAsync(AmavisDatabase database)
    {
        var connection = new SqliteConnection($"Data Source={database.SqlitePath};Pooling=False");
        await connection.OpenAsync();
        await using var command = connection.CreateCommand();
        command.CommandText = "BEGIN IMMEDIATE";
        await command.ExecuteNonQueryAsync();
        return connection;
    }
}
