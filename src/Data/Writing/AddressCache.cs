namespace Amavis.Data.Writing;

/// <summary>
/// Ids of addresses used lately, so that a message among known correspondents needs no query. One connection's, one thread at a
/// time. An id is trusted for a limited time after a message that refers to it was stored: as long as that row lives, and
/// maintenance jobs keep rows longer than this, nobody deletes the address.
/// </summary>
internal sealed class AddressCache(TimeProvider time, int capacity = AddressCache.DefaultCapacity)
{
    /// <summary>About 5 MB.</summary>
    private const int DefaultCapacity = 32_768;

    private static readonly TimeSpan Trusted = TimeSpan.FromMinutes(30);

    private readonly Dictionary<(int Tag, string Email), Entry> _entries = [];

    public int Count => _entries.Count;

    public bool TryGet(int partitionTag, string email, out int id)
    {
        id = 0;
        if (!_entries.TryGetValue((partitionTag, email), out var entry))
            return false;
        if (time.GetElapsedTime(entry.Used) > Trusted)
        {
            _entries.Remove((partitionTag, email));
            return false;
        }
        id = entry.Id;
        return true;
    }

    /// <summary>After the commit of a row that refers to the address.</summary>
    public void Set(int partitionTag, string email, int id)
    {
        if (_entries.Count >= capacity)
            MakeRoom();
        _entries[(partitionTag, email)] = new Entry(id, time.GetTimestamp());
    }

    public void Clear() => _entries.Clear();

    /// <summary>Drops the older half: rare, so its cost does not count, and no list has to be kept in order of use.</summary>
    private void MakeRoom()
    {
        var oldest = _entries.Values.Select(e => e.Used).Order().ElementAt(_entries.Count / 2);
        foreach (var (key, entry) in _entries)
            if (entry.Used <= oldest)
                _entries.Remove(key);
    }

    private readonly record struct Entry(int Id, long Used);
}
