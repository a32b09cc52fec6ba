using Amavis.Dns.Messages;

namespace Amavis.Dns.Resolving;

/// <summary>
/// Answers until their time is over, the least recently used ones leaving first when it gets full. Times are monotonic: a clock that
/// jumps neither keeps nor drops anything.
/// </summary>
internal sealed class AnswerCache(TimeProvider clock)
{
    private const int EntryOctets = 200;

    private readonly Lock _lock = new();
    private readonly Dictionary<DnsQuestion, LinkedListNode<Entry>> _entries = [];
    private readonly LinkedList<Entry> _byUse = [];
    private long _octets;

    public int Count
    {
        get
        {
            lock (_lock)
                return _entries.Count;
        }
    }

    public DnsAnswer? Find(DnsQuestion question)
    {
        lock (_lock)
        {
            if (!_entries.TryGetValue(question, out var node))
                return null;
            if (clock.GetElapsedTime(node.Value.Since) >= node.Value.Life)
            {
                Remove(node);
                return null;
            }
            _byUse.Remove(node);
            _byUse.AddFirst(node);
            return node.Value.Answer;
        }
    }

    public void Keep(DnsQuestion question, DnsAnswer answer, TimeSpan life, ResolverOptions options)
    {
        if (life <= TimeSpan.Zero || options.CacheEntries == 0)
            return;
        var entry = new Entry(question, answer, clock.GetTimestamp(), life, Size(question, answer));
        lock (_lock)
        {
            if (_entries.TryGetValue(question, out var old))
                Remove(old);
            if (entry.Octets > options.CacheOctets)
                return;
            while (_entries.Count >= options.CacheEntries || _octets + entry.Octets > options.CacheOctets)
                Remove(_byUse.Last!); // There is one: the limits are above nothing.
            _entries.Add(question, _byUse.AddFirst(entry));
            _octets += entry.Octets;
        }
    }

    public void Clear()
    {
        lock (_lock)
        {
            _entries.Clear();
            _byUse.Clear();
            _octets = 0;
        }
    }

    private void Remove(LinkedListNode<Entry> node)
    {
        _byUse.Remove(node);
        _entries.Remove(node.Value.Question);
        _octets -= node.Value.Octets;
    }

    private static long Size(DnsQuestion question, DnsAnswer answer)
    {
        long octets = EntryOctets + question.Name.Length;
        foreach (var record in answer.Records)
        {
            octets += EntryOctets + record switch
            {
                DnsRecord.Text text => text.Strings.Sum(s => s.Length + 64L),
                DnsRecord.Other other => other.Data.Length,
                _ => 0,
            };
        }
        return octets;
    }

    private sealed record Entry(DnsQuestion Question, DnsAnswer Answer, long Since, TimeSpan Life, long Octets);
}
