using System.Globalization;
using Amavis.Core.Addresses;
using Amavis.Core.Lookups;
using Amavis.Core.Policy;
using Amavis.Data;
using Amavis.Data.Lookups;
using Amavis.Data.Migrating;
using Amavis.Testing;
using BenchmarkDotNet.Attributes;
using Microsoft.Extensions.Logging.Abstractions;

namespace Amavis.Benchmarks;

/// <summary>
/// Policies of recipients and lists of senders, looked up in a PostgreSQL of a million users, each with an entry on a list: asked anew
/// every time, and out of the cache.
/// </summary>
public class LookupBenchmarks
{
    private const int Users = 1_000_000;

    private PostgresServer _server = null!; // set before the first benchmark runs
    private AddressDirectory _directory = null!; // set before the first benchmark runs
    private Settings _kept = null!; // set before the first benchmark runs
    private Settings _asked = null!; // set before the first benchmark runs
    private AddressKeys _known = null!; // set before the first benchmark runs
    private AddressKeys _sender = null!; // set before the first benchmark runs
    private uint _number;

    // The in-process runner does not wait for a set-up that is a task.
    [GlobalSetup]
    public void Start() => StartAsync().GetAwaiter().GetResult();

    [GlobalCleanup]
    public void Stop() => StopAsync().GetAwaiter().GetResult();

    private async Task StartAsync()
    {
        _server = await PostgresServer.StartNewAsync();
        await _server.CreateDatabaseAsync("lookups");
        var source = new SqlDsn(SqlProvider.Postgres, _server.ConnectionString("lookups"));
        await using (var database = new AmavisDatabase(source))
            await new DatabaseMigrator(NullLogger<DatabaseMigrator>.Instance).MigrateAsync(database, CancellationToken.None);
        foreach (var script in (string[])
            [
                "INSERT INTO policy (policy_name, spam_kill_level, spam_tag2_level) SELECT 'policy ' || i, 6.9, 5 FROM generate_series(1, 100) AS i",
                $"INSERT INTO users (email, priority, policy_id) SELECT convert_to('user' || i || '@domain' || i % 5000 || '.example', 'UTF8'), 8, 1 + i % 100 FROM generate_series(1, {Users}) AS i",
                "INSERT INTO users (email, priority, policy_id) SELECT convert_to('@domain' || i || '.example', 'UTF8'), 5, 1 + i % 100 FROM generate_series(0, 4999) AS i",
                "INSERT INTO mailaddr (email, priority) SELECT convert_to('sender' || i || '@far.example', 'UTF8'), 8 FROM generate_series(1, 10000) AS i",
                $"INSERT INTO wblist (rid, sid, wb) SELECT i, 1 + i % 10000, 'W' FROM generate_series(1, {Users}) AS i",
                "ANALYZE",
            ])
            await _server.ExecuteAsync("lookups", script);
        _kept = new Settings { LookupSqlDsn = [source] };
        _asked = _kept with { LookupCacheTtl = TimeSpan.Zero, LookupCacheEntries = 0 };
        _directory = new AddressDirectory(TimeProvider.System, NullLoggerFactory.Instance);
        _known = await _directory.LookUpAsync(Keys("user4711@domain4711.example"), _kept, CancellationToken.None);
        _sender = Keys("sender4711@far.example");
        // Results are kept only once the server tells of its changes.
        for (var i = 0; i < 100 && !ReferenceEquals((await LookUpCached()).Records!.Sql, (await LookUpCached()).Records!.Sql); i++)
            await Task.Delay(100);
    }

    private async Task StopAsync()
    {
        await _directory.DisposeAsync();
        await _server.DisposeAsync();
    }

    /// <summary>Another recipient each time.</summary>
    [Benchmark]
    public async Task<AddressKeys> LookUpAsked()
    {
        _number = (_number + 7919) % Users;
        return await _directory.LookUpAsync(Keys(string.Create(CultureInfo.InvariantCulture, $"user{_number + 1}@domain{(_number + 1) % 5000}.example")), _asked, CancellationToken.None);
    }

    [Benchmark]
    public async Task<AddressKeys> LookUpCached() => await _directory.LookUpAsync(_known, _kept, CancellationToken.None);

    /// <summary>What a recipient's lists have on a sender: two statements.</summary>
    [Benchmark]
    public async Task<int> FindListedAsked() => (await _directory.FindListedAsync(_sender, [_known], _asked, CancellationToken.None)).Count;

    private static AddressKeys Keys(string address) => AddressKeys.For(MailAddress.FromUnquoted(address), AddressRules.Default);
}
