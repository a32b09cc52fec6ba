using System.Data.Common;
using System.Globalization;
using Amavis.Core.Counters;
using Amavis.Core.Policy;
using Amavis.Data.Migrating;
using Amavis.Data.Model;
using Amavis.Data.Writing;
using Microsoft.Extensions.Logging.Abstractions;

namespace Amavis.Data.Tests;

/// <summary>What tests over a database share: a fresh one, a journal directory, and queries that give plain lines.</summary>
public abstract class DatabaseTests(ITestServer server) : IAsyncLifetime, IDisposable
{
    /// <summary>No wait in a test is longer; it only ends one that would fail anyway.</summary>
    protected static readonly TimeSpan Deadline = TimeSpan.FromSeconds(60);

    private readonly CancellationTokenSource _late = new(Deadline);
    private readonly List<IAsyncDisposable> _disposables = [];
    private readonly List<string> _files = [];

    protected ITestServer Server { get; } = server;

    protected AmavisDatabase Database { get; private set; } = null!;

    protected SqlDsn Dsn { get; private set; } = null!;

    protected CounterSet Counters { get; } = new();

    internal RecordingLoggers Log { get; } = new();

    protected string Directory { get; } = System.IO.Directory.CreateTempSubdirectory("aw-data-").FullName;

    protected string JournalDirectory => Path.Combine(Directory, "journal");

    protected CancellationToken Cancellation => _late.Token;

    public virtual async Task InitializeAsync()
    {
        Dsn = await Server.NewDatabaseAsync();
        Database = Open(Dsn);
    }

    public async Task DisposeAsync()
    {
        foreach (var disposable in Enumerable.Reverse(_disposables))
            await disposable.DisposeAsync();
        System.IO.Directory.Delete(Directory, recursive: true);
        foreach (var directory in _files.Where(System.IO.Directory.Exists))
            System.IO.Directory.Delete(directory, recursive: true);
    }

    public void Dispose()
    {
        _late.Dispose();
        GC.SuppressFinalize(this);
    }

    protected static DatabaseMigrator Migrator { get; } = new(NullLogger<DatabaseMigrator>.Instance);

    protected Task MigrateAsync() => Migrator.MigrateAsync(Database, Cancellation);

    protected MessageLogOptions Options => new()
    {
        JournalDirectory = JournalDirectory,
        BatchDelay = TimeSpan.FromMilliseconds(1),
        ArrivalDelay = TimeSpan.FromMilliseconds(20),
        RetryInterval = TimeSpan.FromMilliseconds(50),
        ShutdownTimeout = TimeSpan.FromSeconds(5),
    };

    /// <summary>Disposed with the test.</summary>
    protected SqlMessageLog StartLog(MessageLogOptions? options = null, AmavisDatabase? database = null) =>
        Keep(SqlMessageLog.Start([database ?? Database], options ?? Options, Counters, TimeProvider.System, Log));

    /// <summary>Disposed with the test, its file deleted.</summary>
    protected AmavisDatabase Open(SqlDsn dsn)
    {
        var database = Keep(new AmavisDatabase(dsn));
        if (database.SqlitePath is { } path)
            _files.Add(Path.GetDirectoryName(path)!);
        return database;
    }

    protected T Keep<T>(T disposable)
        where T : IAsyncDisposable
    {
        _disposables.Add(disposable);
        return disposable;
    }

    protected async Task<AmavisDbContext> ContextAsync() => Keep(await Database.CreateContextAsync(Cancellation));

    /// <summary>Rows as lines, columns divided by bars; octets as text, NULL as <c>NULL</c>.</summary>
    protected async Task<string[]> RowsAsync(string query)
    {
        await using var connection = await Database.OpenAsync(Cancellation);
        await using var command = connection.CreateCommand();
        command.CommandText = query;
        await using var reader = await command.ExecuteReaderAsync(Cancellation);
        var lines = new List<string>();
        while (await reader.ReadAsync(Cancellation))
            lines.Add(string.Join('|', Enumerable.Range(0, reader.FieldCount).Select(i => Cell(reader, i))));
        return [.. lines];
    }

    protected async Task<long> NumberAsync(string query) => long.Parse((await RowsAsync(query)).Single(), CultureInfo.InvariantCulture);

    protected async Task ExecuteAsync(string script)
    {
        await using var connection = await Database.OpenAsync(Cancellation);
        await using var command = connection.CreateCommand();
        command.CommandText = script;
        await command.ExecuteNonQueryAsync(Cancellation);
    }

    /// <summary>Waits for something another task does.</summary>
    protected async Task UntilAsync(Func<bool> condition)
    {
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(5));
        while (!condition())
            await timer.WaitForNextTickAsync(Cancellation);
    }

    private static string Cell(DbDataReader reader, int column) => reader.GetValue(column) switch
    {
        DBNull => "NULL",
        byte[] octets => OctetText.FromOctets(octets),
        float number => number.ToString("0.####", CultureInfo.InvariantCulture),
        double number => number.ToString("0.####", CultureInfo.InvariantCulture),
        DateTime time => time.ToUniversalTime().ToString("yyyyMMdd'T'HHmmss'Z'", CultureInfo.InvariantCulture),
        var value => Convert.ToString(value, CultureInfo.InvariantCulture)!,
    };
}
