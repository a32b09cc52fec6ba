using Amavis.Core.Policy;
using Amavis.Data;
using Amavis.Testing;

namespace Amavis.EndToEnd.Tests;

/// <summary>The real components the filter works with, started once for all tests.</summary>
public sealed class Lab : IAsyncLifetime
{
    private int _databases;

    public ClamdProcess Clamd { get; private set; } = null!;

    public SpamdProcess Spamd { get; private set; } = null!;

    public PostgresServer Postgres { get; private set; } = null!;

    /// <summary>YAML lines that ask both scanners.</summary>
    public string Scanners => $$"""
        av_scanners: [{name: ClamAV-clamd, protocol: clamd, address: "{{Clamd.UnixAddress}}"}]
        spam_scanners: [{name: SpamAssassin, protocol: spamd, address: {{Spamd.Address}}}]
        """;

    /// <summary>YAML lines that ask none.</summary>
    public const string NoScanners = "av_scanners: []\nspam_scanners: []";

    public async Task InitializeAsync()
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromMinutes(3));
        Clamd = await ClamdProcess.StartAsync(limit.Token);
        Spamd = await SpamdProcess.StartAsync(["report tests=_TESTSSCORES(,)_ autolearn=_AUTOLEARN_ version=_VERSION_"], limit.Token);
        Postgres = await PostgresServer.StartNewAsync();
    }

    public async Task DisposeAsync()
    {
        Clamd.Dispose();
        Spamd.Dispose();
        await Postgres.DisposeAsync();
    }

    /// <summary>A new, empty database of a kind, as it stands in the configuration.</summary>
    /// <param name="provider">postgres or sqlite.</param>
    public async Task<string> NewDatabaseAsync(string provider, string directory)
    {
        if (provider == "sqlite")
            return "sqlite:" + Path.Combine(directory, "amavis.db");
        var name = $"e2e_{Interlocked.Increment(ref _databases)}_{Environment.ProcessId}";
        await Postgres.CreateDatabaseAsync(name);
        return "postgres:" + Postgres.ConnectionString(name);
    }

    /// <summary>A context over a database given as in the configuration.</summary>
    public static AmavisDatabase Open(string dsn)
    {
        var colon = dsn.IndexOf(':');
        return dsn[..colon] == "sqlite"
            ? new AmavisDatabase(new SqlDsn(SqlProvider.Sqlite, dsn[(colon + 1)..]))
            : new AmavisDatabase(new SqlDsn(SqlProvider.Postgres, dsn[(colon + 1)..]));
    }
}

[CollectionDefinition(nameof(Lab))]
public sealed class LabCollection : ICollectionFixture<Lab>;
