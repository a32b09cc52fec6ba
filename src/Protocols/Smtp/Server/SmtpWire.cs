using System.IO.Pipelines;

namespace Amavis.Protocols.Smtp.Server;

/// <summary>
/// The two pipes of a session, with waits that end. The one timer is made at the first wait and only ever set again: it wakes
/// the waiting read or flush, which then looks at the clock; waking for nothing does no harm.
/// </summary>
internal sealed class SmtpWire(IDuplexPipe transport, TimeProvider clock) : IAsyncDisposable
{
    private ITimer? _timer;

    public PipeReader Input => transport.Input;

    public SmtpReplyWriter Replies { get; } = new(transport.Output);

    public TimeSpan Since(long timestamp) => clock.GetElapsedTime(timestamp);

    public long Now => clock.GetTimestamp();

    /// <summary>Ends a wait early; any thread.</summary>
    public void Wake() => transport.Input.CancelPendingRead();

    /// <summary>
    /// What is there to be read, after at most the given time. The caller can't tell from the result whether time is up and has
    /// to ask the clock.
    /// </summary>
    public ValueTask<ReadResult> ReadAsync(TimeSpan limit)
    {
        var pending = transport.Input.ReadAsync(CancellationToken.None);
        if (!pending.IsCompleted)
            SetTimer(limit);
        return pending;
    }

    /// <summary>Sends the replies written so far. False: the client takes nothing any more.</summary>
    public async ValueTask<bool> FlushAsync(TimeSpan limit)
    {
        if (Replies.PendingOctets == 0)
            return true;
        Replies.Flushed();
        var started = clock.GetTimestamp();
        while (true)
        {
            var pending = transport.Output.FlushAsync(CancellationToken.None);
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
        await transport.Input.CompleteAsync();
        await transport.Output.CompleteAsync();
    }

    private void SetTimer(TimeSpan due)
    {
        // A timer may be a little early; the next wait is then for what is missing.
        if (due < TimeSpan.FromMilliseconds(1))
            due = TimeSpan.FromMilliseconds(1);
        if (_timer is null)
            _timer = clock.CreateTimer(static wire => ((SmtpWire)wire!).TimeIsUp(), this, due, Timeout.InfiniteTimeSpan);
        else
            _timer.Change(due, Timeout.InfiniteTimeSpan);
    }

    private void TimeIsUp()
    {
        transport.Input.CancelPendingRead();
        transport.Output.CancelPendingFlush();
    }
}
