using Amavis.Core.Storage;
using Microsoft.Extensions.Logging;

namespace Amavis.Data.Writing;

/// <summary>
/// The writer's connection through bad times: made when needed, dropped at a fault, and a word in the log when the database goes
/// away and comes back. One thread, but for <see cref="IsAvailable"/>.
/// </summary>
internal sealed class StoreSession(StoreConnector connector, TimeProvider time, ILogger logger) : IAsyncDisposable
{
    private IMessageStore? _store;
    private long? _awaySince;
    private volatile bool _available;

    /// <summary>The last attempt to use the database succeeded.</summary>
    public bool IsAvailable => _available;

    /// <summary>When the database last came back, as a timestamp of the clock: what was handed over before had to wait.</summary>
    public long BackAt { get; private set; } = long.MinValue;

    /// <returns>Records that collide with other messages.</returns>
    public async Task<IReadOnlyList<FinalRow>> StoreAsync(IReadOnlyList<ArrivalRow> arrivals, IReadOnlyList<FinalRow> finals, CancellationToken stop)
    {
        _store ??= await connector.ConnectAsync(stop);
        // Not cancelled half-way: the outcome would be unknown and the work done twice.
        var collisions = await _store.StoreAsync(arrivals, finals, CancellationToken.None);
        Back();
        return collisions;
    }

    /// <summary>Is it the database that failed, rather than the values?</summary>
    public bool IsAwayBecauseOf(Exception fault) =>
        fault is not OperationCanceledException && !StorageFault.IsOfTheRow(fault) && (StorageFault.IsExpected(fault) || _store is not { IsOpen: true });

    /// <summary>Drops the connection after a fault.</summary>
    public async Task FailAsync(Exception fault)
    {
        if (_store is not { } store)
            return;
        _store = null;
        try
        {
            await store.DisposeAsync();
        }
        catch (Exception second) when (StorageFault.IsExpected(second))
        {
            // Closing what is broken may fail; the first fault is the one that counts.
        }
        connector.Failed(fault);
    }

    /// <summary>Finds out whether the database can be used.</summary>
    public async Task ProbeAsync(CancellationToken stop)
    {
        try
        {
            if (_store is not null)
                await _store.PingAsync(stop);
            else
                _store = await connector.ConnectAsync(stop);
            Back();
        }
        catch (Exception fault) when (IsAwayBecauseOf(fault))
        {
            await FailAsync(fault);
            Away(fault);
        }
    }

    public void Away(Exception fault)
    {
        _available = false;
        if (_awaySince is not null)
            return;
        _awaySince = time.GetTimestamp();
        DataLog.DatabaseAway(logger, connector.Label, StorageFault.Reason(fault));
    }

    public async ValueTask DisposeAsync()
    {
        _available = false;
        if (_store is not null)
            await _store.DisposeAsync();
    }

    private void Back()
    {
        _available = true;
        if (_awaySince is not { } since)
            return;
        _awaySince = null;
        BackAt = time.GetTimestamp();
        DataLog.DatabaseBack(logger, connector.Label, time.GetElapsedTime(since).TotalSeconds);
    }
}
