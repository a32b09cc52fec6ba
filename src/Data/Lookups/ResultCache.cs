using System.Collections.Concurrent;

namespace Amavis.Data.Lookups;

/// <summary>
/// Results by key, bounded in number and age. Two generations take turns: a full young one becomes the old one and that is dropped,
/// so that what is used goes on living and no list has to be kept in order of use. Thread-safe.
/// </summary>
internal sealed class ResultCache<TKey, TValue>(TimeProvider time)
    where TKey : notnull
{
    private ConcurrentDictionary<TKey, Entry> _young = new();
    private ConcurrentDictionary<TKey, Entry> _old = new();
    private int _added;

    /// <summary>Entries in both generations, about.</summary>
    public int Count => _young.Count + _old.Count;

    /// <param name="version">Of the database as it is now; results of another version are out of date.</param>
    public bool TryGet(TKey key, long version, TimeSpan oldest, out TValue value)
    {
        value = default!;
        var isYoung = _young.TryGetValue(key, out var entry);
        if (!isYoung && !_old.TryGetValue(key, out entry))
            return false;
        if (entry.Version != version || time.GetElapsedTime(entry.Stored) > oldest)
            return false;
        if (!isYoung)
            Put(key, entry);
        value = entry.Value;
        return true;
    }

    /// <param name="version">Of the database before it was asked.</param>
    /// <param name="capacity">Entries at most, in both generations together.</param>
    public void Set(TKey key, TValue value, long version, int capacity)
    {
        if (capacity <= 0)
            return;
        if (Interlocked.Increment(ref _added) > Math.Max(1, capacity / 2))
        {
            Interlocked.Exchange(ref _added, 0);
            _old = Interlocked.Exchange(ref _young, new ConcurrentDictionary<TKey, Entry>());
        }
        _young[key] = new Entry(value, version, time.GetTimestamp());
    }

    private void Put(TKey key, Entry entry)
    {
        Interlocked.Increment(ref _added);
        _young[key] = entry;
    }

    private readonly record struct Entry(TValue Value, long Version, long Stored);
}
