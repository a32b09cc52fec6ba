namespace Amavis.Protocols.Smtp.Client;

/// <summary>
/// The time limits of one delivery: each stage has its own, none reaches beyond the delivery's end. One stage at a time.
/// The end is the caller's deadline, or the least time of a delivery after its start where that is later: granting the
/// least time to each stage anew, as amavisd-new does, would let a slow next hop outlast the client before us.
/// </summary>
internal sealed class StageClock : IDisposable
{
    private readonly TimeProvider _time;
    private readonly long? _end;
    private readonly CancellationToken _outer;
    private CancellationTokenSource _source;
    private CancellationTokenRegistration _registration;

    public StageClock(TimeProvider time, long? deadline, TimeSpan leastTime, CancellationToken outer)
    {
        _time = time;
        _outer = outer;
        if (deadline is { } end)
            _end = Math.Max(end, time.GetTimestamp() + (long)(leastTime.TotalSeconds * time.TimestampFrequency));
        _source = NewSource();
    }

    /// <summary>No time is left for another stage.</summary>
    public bool Expired => _end is { } end && _time.GetTimestamp() >= end;

    /// <summary>Begins a stage; the token is cancelled at its limit or when the caller gives up.</summary>
    public CancellationToken Start(TimeSpan limit)
    {
        if (_end is { } end)
        {
            var left = _time.GetElapsedTime(_time.GetTimestamp(), end);
            limit = left < limit ? left : limit;
        }
        if (_source.IsCancellationRequested)
        {
            Discard();
            _source = NewSource();
        }
        if (limit <= TimeSpan.Zero)
            _source.Cancel();
        else
            _source.CancelAfter(limit);
        return _source.Token;
    }

    /// <summary>Throws when it was the caller who gave up, not the time limit.</summary>
    public void ThrowIfAbandoned() => _outer.ThrowIfCancellationRequested();

    public void Dispose() => Discard();

    private CancellationTokenSource NewSource()
    {
        var source = new CancellationTokenSource(Timeout.InfiniteTimeSpan, _time);
        _registration = _outer.UnsafeRegister(static state => ((CancellationTokenSource)state!).Cancel(), source);
        return source;
    }

    private void Discard()
    {
        _registration.Dispose();
        _source.Dispose();
    }
}
