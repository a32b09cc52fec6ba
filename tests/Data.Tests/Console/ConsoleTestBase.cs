using Amavis.Data.Console;
using Amavis.Testing.Console;
using Microsoft.Extensions.Time.Testing;

namespace Amavis.Data.Tests.Console;

/// <summary>An empty database for each test, and a clock that stands at noon.</summary>
public abstract class ConsoleTestBase : IAsyncLifetime
{
    private protected static readonly DateTimeOffset Noon = new(2026, 11, 22, 12, 0, 0, TimeSpan.Zero);

    private protected static readonly ConsoleViewer Owner = new("owner", ConsoleRole.Owner);

    private protected static readonly ConsoleViewer Auditor = new("auditor", ConsoleRole.Auditor);

    private protected ConsoleSeed Seed { get; private set; } = default!;

    private protected FakeTimeProvider Clock { get; } = new(Noon);

    public async Task InitializeAsync() => Seed = await OpenAsync();

    public async Task DisposeAsync() => await Seed.DisposeAsync();

    private protected virtual Task<ConsoleSeed> OpenAsync() => ConsoleSeed.SqliteAsync();
}
