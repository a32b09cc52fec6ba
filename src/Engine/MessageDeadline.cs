namespace Amavis.Engine;

/// <summary>
/// The one deadline of a message: the end of its data plus <c>child_timeout</c>. Stages take a share of what is left and leave a
/// reserve for saying so when time runs out.
/// </summary>
public sealed class MessageDeadline
{
    private static readonly TimeSpan Reserve = TimeSpan.FromSeconds(4);
    private static readonly TimeSpan SmallestShare = TimeSpan.FromSeconds(6);
    private static readonly TimeSpan ComfortableShare = TimeSpan.FromSeconds(8);

    private readonly TimeProvider _clock;
    private readonly long _dataEnded;
    private readonly TimeSpan _limit;

    public MessageDeadline(TimeProvider clock, long dataEndedTimestamp, TimeSpan limit)
    {
        _clock = clock;
        _dataEnded = dataEndedTimestamp;
        _limit = limit;
    }

    public TimeSpan Remaining => _limit - _clock.GetElapsedTime(_dataEnded);

    /// <summary>Monotonic timestamp at which the message's time is over.</summary>
    public long Timestamp => _dataEnded + (long)(_limit.TotalSeconds * _clock.TimestampFrequency);

    /// <summary>Time for a stage: a share of what remains, not into the reserve, but never less than a few seconds while there are any.</summary>
    public TimeSpan Share(double share = 0.6, TimeSpan? cap = null)
    {
        var remaining = Remaining;
        var interval = remaining * share;
        if (interval > remaining - Reserve)
            interval = remaining - Reserve;
        if (interval < ComfortableShare)
            interval = TimeSpan.FromTicks(Math.Max(SmallestShare.Ticks, Math.Min(ComfortableShare.Ticks, remaining.Ticks)));
        interval = TimeSpan.FromSeconds(Math.Ceiling(interval.TotalSeconds));
        return cap is { } c && interval > c ? c : interval;
    }
}
