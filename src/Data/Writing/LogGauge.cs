using Amavis.Core.Counters;

namespace Amavis.Data.Writing;

/// <summary>How much is waiting, for the bounds on memory and for the counters. Any thread.</summary>
internal sealed class LogGauge(CounterSet counters)
{
    private int _arrivals;
    private int _records;
    private long _octets;
    private long _pending;

    public bool TryReserveArrival(int max)
    {
        if (Interlocked.Increment(ref _arrivals) <= max)
            return true;
        Interlocked.Decrement(ref _arrivals);
        return false;
    }

    public void ReleaseArrival() => Interlocked.Decrement(ref _arrivals);

    public bool TryReserve(int octets, int maxRecords, long maxOctets)
    {
        if (Interlocked.Increment(ref _records) <= maxRecords & Interlocked.Add(ref _octets, octets) <= maxOctets)
            return true;
        Release(octets);
        return false;
    }

    public void Release(int octets)
    {
        Interlocked.Decrement(ref _records);
        Interlocked.Add(ref _octets, -octets);
    }

    /// <summary>Records not yet in the database, changed by so many.</summary>
    public void Pending(int change) => counters.Set("LogRowsPending", Math.Max(0, Interlocked.Add(ref _pending, change)));

    public void Replayed(int records)
    {
        if (records > 0)
            counters.Add("LogRowsReplayed", records);
    }
}
