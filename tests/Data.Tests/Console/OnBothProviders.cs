using Amavis.Core.Policy;
using Amavis.Testing;
using Amavis.Testing.Console;

namespace Amavis.Data.Tests.Console;

// The same tests over both providers: SQLite in a file for each, PostgreSQL in one server with a database for each.

public sealed class TraceQueryOnSqliteTests : TraceQueryTests;

public sealed class QuarantineOnSqliteTests : QuarantineTests;

public sealed class TodayAndMessageOnSqliteTests : TodayAndMessageTests;

public sealed class AccountAndAuditOnSqliteTests : AccountAndAuditTests;

public sealed class PeopleQueryOnSqliteTests : PeopleQueryTests;

public sealed class PolicyEditingOnSqliteTests : PolicyEditingTests;

[Collection(ConsolePostgres.Name)]
public sealed class TraceQueryOnPostgresTests(ConsolePostgres postgres) : TraceQueryTests
{
    private protected override Task<ConsoleSeed> OpenAsync() => postgres.OpenAsync();
}

[Collection(ConsolePostgres.Name)]
public sealed class QuarantineOnPostgresTests(ConsolePostgres postgres) : QuarantineTests
{
    private protected override Task<ConsoleSeed> OpenAsync() => postgres.OpenAsync();
}

[Collection(ConsolePostgres.Name)]
public sealed class TodayAndMessageOnPostgresTests(ConsolePostgres postgres) : TodayAndMessageTests
{
    private protected override Task<ConsoleSeed> OpenAsync() => postgres.OpenAsync();
}

[Collection(ConsolePostgres.Name)]
public sealed class AccountAndAuditOnPostgresTests(ConsolePostgres postgres) : AccountAndAuditTests
{
    private protected override Task<ConsoleSeed> OpenAsync() => postgres.OpenAsync();
}

[Collection(ConsolePostgres.Name)]
public sealed class PeopleQueryOnPostgresTests(ConsolePostgres postgres) : PeopleQueryTests
{
    private protected override Task<ConsoleSeed> OpenAsync() => postgres.OpenAsync();
}

[Collection(ConsolePostgres.Name)]
public sealed class PolicyEditingOnPostgresTests(ConsolePostgres postgres) : PolicyEditingTests
{
    private protected override Task<ConsoleSeed> OpenAsync() => postgres.OpenAsync();
}

[CollectionDefinition(ConsolePostgres.Name)]
public sealed class ConsolePostgresCollection : ICollectionFixture<ConsolePostgres>;

/// <summary>A server for the console's tests, with a migrated database that the others are copied from.</summary>
public sealed class ConsolePostgres : IAsyncLifetime
{
    public const string Name = "console on PostgreSQL";

    private const string Template = "console_template";

    private PostgresServer? _server;
    private int _databases;

    public async Task InitializeAsync()
    {
        _server = await PostgresServer.StartNewAsync();
        await _server.CreateDatabaseAsync(Template);
        // Disposed at once: a database in use can't be copied.
        await using (await ConsoleSeed.OpenAsync(Dsn(Template)))
        {
        }
    }

    public async Task DisposeAsync()
    {
        if (_server is not null)
            await _server.DisposeAsync();
    }

    internal async Task<ConsoleSeed> OpenAsync()
    {
        var name = $"console{++_databases}";
        await _server!.ExecuteAsync("postgres", $"CREATE DATABASE {name} TEMPLATE {Template}");
        return await ConsoleSeed.OpenAsync(Dsn(name));
    }

    private SqlDsn Dsn(string database) => new(SqlProvider.Postgres, _server!.ConnectionString(database));
}
