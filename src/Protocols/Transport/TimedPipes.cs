using System.IO.Pipelines;

namespace Amavis.Protocols.Transport;

/// <summary>
/// The two pipes of a session, with waits that end. The one timer is made at the first wait and only ever set again: it wakes
/// the waiting read or flush, which then looks at the clock; waking for nothing does no harm.
/// </summary>
internal sealed class TimedPipes(IDuplexPipe transport, TimeProvider clock) : IAsyncDisposable
{
    private ITimer? _timer;
    private TlsTransport? _tls;

    public IDuplexPipe Transport { get; private set; } = transport;

    public PipeReader Input => Transport.Input;

    public PipeWriter Output => Transport.Output;

    public long Now => clock.GetTimestamp();

    public TimeSpan Since(long timestamp) => clock.GetElapsedTime(timestamp);

    /// <summary>Goes on under TLS over these pipes; it belongs to the session from then on, and ends them at its end.</summary>
    public void Become(TlsTransport other) => Transport = _tls = other;

    /// <summary>Ends a wait early; any thread.</summary>
    public void Wake() => Transport.Input.CancelPendingRead();

    /// <summary>
    /// What is there to be read, after at most the given time. The caller can't tell from the result whether time is up and has
    /// to ask the clock.
    /// </summary>
    public ValueTask<ReadResult> ReadAsync(TimeSpan limit)
    {
        var pending = Input.ReadAsync(CancellationToken.None);
        if (!pending.IsCompleted)
            SetTimer(limit);
        return pending;
    }

    /// <summary>Sends what was written so far. False: the client takes nothing any more.</summary>
    public async ValueTask<bool> FlushAsync(TimeSpan limit)
    {
        var started = clock.GetTimestamp();
        while (true)
        {
            var pending = Output.FlushAsync(CancellationToken.None);
            if (!pending.IsCompleted)
                SetTimer(limit - Since(started));
            var result = await pending;
            if (result.IsCompleted)
                return false;
            if (!result.IsCanceled)
                return true;
            if (Since(started) >= limit)
                return false;
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (_timer is not null)
            await _timer.DisposeAsync();
        if (_tls is not null)
        {
            await _tls.DisposeAsync();
            return;
        }
        await Input.CompleteAsync();
        await Output.CompleteAsync();
    }

    private void SetTimer(TimeSpan due)
    {
        // A timer may be a little early; the next wait is then for what is missing.
        if (due < TimeSpan.FromMilliseconds(1))
            due = TimeSpan.FromMilliseconds(1);
        if (_timer is null)
            _timer = clock.CreateTimer(static pipes => ((TimedPipes)pipes!).TimeIsUp(), this, due, Timeout.InfiniteTimeSpan);
        else
            _timer.Change(due, Timeout.InfiniteTimeSpan);
    }

    private void TimeIsUp()
    {
        Input.CancelPendingRead();
        Output.CancelPendingFlush();
    }
}
