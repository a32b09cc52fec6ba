using Amavis.Testing;

namespace Amavis.Scanning.Tests;

/// <summary>One clamd for all tests that leave it running.</summary>
public sealed class ClamdFixture : IAsyncLifetime
{
    public ClamdProcess Clamd { get; private set; } = null!; // Set by the runner before any test uses it.

    public async Task InitializeAsync() => Clamd = await ClamdProcess.StartAsync(CancellationToken.None);

    public Task DisposeAsync()
    {
        Clamd.Dispose();
        return Task.CompletedTask;
    }
}

/// <summary>One spamd for all tests that leave it running; its report has the points in full.</summary>
public sealed class SpamdFixture : IAsyncLifetime
{
    public SpamdProcess Spamd { get; private set; } = null!; // Set by the runner before any test uses it.

    public async Task InitializeAsync() =>
        Spamd = await SpamdProcess.StartAsync(["report tests=_TESTSSCORES(,)_ autolearn=_AUTOLEARN_ version=_VERSION_"], CancellationToken.None);

    public Task DisposeAsync()
    {
        Spamd.Dispose();
        return Task.CompletedTask;
    }
}

/// <summary>One rspamd for all tests that leave it running.</summary>
public sealed class RspamdFixture : IAsyncLifetime
{
    public RspamdProcess Rspamd { get; private set; } = null!; // Set by the runner before any test uses it.

    public async Task InitializeAsync() => Rspamd = await RspamdProcess.StartAsync(CancellationToken.None);

    public Task DisposeAsync()
    {
        Rspamd.Dispose();
        return Task.CompletedTask;
    }
}

/// <summary>Tests that share the one rspamd: it takes its time to start.</summary>
[CollectionDefinition(nameof(RspamdTestGroup))]
public sealed class RspamdTestGroup : ICollectionFixture<RspamdFixture>;
