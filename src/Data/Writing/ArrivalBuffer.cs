namespace Amavis.Data.Writing;

/// <summary>First rows that wait a moment, so that those of messages done meanwhile are never written on their own. One thread.</summary>
internal sealed class ArrivalBuffer(TimeSpan delay, TimeProvider time)
{
    private readonly Dictionary<MessageKey, LogEntry.Arrival> _waiting = [];
    private readonly Queue<LogEntry.Arrival> _order = new();

    public int Count => _waiting.Count;

    /// <summary>Time until the oldest is due, not below 1 ms; null when none waits.</summary>
    public TimeSpan? NextDue
    {
        get
        {
            DropRemoved();
            if (!_order.TryPeek(out var first))
                return null;
            var left = delay - time.GetElapsedTime(first.Stamp);
            return left > TimeSpan.FromMilliseconds(1) ? left : TimeSpan.FromMilliseconds(1);
        }
    }

    public void Add(LogEntry.Arrival arrival)
    {
        // While the database is away nothing is taken out; what does not fit is written with the final record.
        if (_waiting.Count >= SqlMessageLog.MaxArrivals)
            return;
        _waiting[arrival.Row.Key] = arrival;
        _order.Enqueue(arrival);
    }

    public void Remove(MessageKey key) => _waiting.Remove(key);

    /// <summary>The rows whose time has come, or all.</summary>
    public IReadOnlyList<ArrivalRow> TakeDue(bool all)
    {
        if (_order.Count == 0)
            return [];
        var due = new List<ArrivalRow>();
        while (_order.TryPeek(out var first) && (all || time.GetElapsedTime(first.Stamp) >= delay))
        {
            _order.Dequeue();
            if (_waiting.TryGetValue(first.Row.Key, out var waiting) && ReferenceEquals(waiting, first))
            {
                _waiting.Remove(first.Row.Key);
                due.Add(first.Row);
            }
        }
        return due;
    }

    private void DropRemoved()
    {
        while (_order.TryPeek(out var first) && !(_waiting.TryGetValue(first.Row.Key, out var waiting) && ReferenceEquals(waiting, first)))
            _order.Dequeue();
    }
}
