using System.Collections.Concurrent;
using System.Diagnostics;

namespace Amavis.Core.Counters;

/// <summary>The values of all counters of <see cref="CounterCatalog"/>, and latency histograms by stage. Lock-free; any thread.</summary>
public sealed class CounterSet
{
    /// <summary>Names that come up in mail are kept up to this number; what comes after is counted as one.</summary>
    private const int MaxNamed = 2000;

    private const string OtherNames = "other";

    private readonly ConcurrentDictionary<string, long> _named = new(StringComparer.Ordinal);
    private readonly long[] _values = new long[CounterCatalog.All.Count];
    private readonly LatencyHistogram[] _stages = [.. Enum.GetValues<Stage>().Select(_ => new LatencyHistogram())];

    public void Add(int index, long amount = 1) => Interlocked.Add(ref _values[index], amount);

    /// <summary>By name; an unknown name is a fault of ours and is ignored in release builds.</summary>
    public void Add(string name, long amount = 1)
    {
        var index = CounterCatalog.IndexOf(name);
        Debug.Assert(index >= 0, name);
        if (index >= 0)
            Add(index, amount);
    }

    public void Set(string name, long value) => Volatile.Write(ref _values[CounterCatalog.IndexOf(name)], value);

    public long Get(int index) => Volatile.Read(ref _values[index]);

    public long Get(string name) => Get(CounterCatalog.IndexOf(name));

    public void Observe(Stage stage, TimeSpan elapsed) => _stages[(int)stage].Observe(elapsed);

    public LatencyHistogram Latency(Stage stage) => _stages[(int)stage];

    /// <summary>Counts whose names come up in mail, such as <c>virus.byname.</c> and the name; not in the MIB.</summary>
    public IReadOnlyDictionary<string, long> Named => _named;

    public void AddNamed(string name, long amount = 1)
    {
        ArgumentNullException.ThrowIfNull(name);
        var known = _named.ContainsKey(name) || _named.Count < MaxNamed;
        _named.AddOrUpdate(known ? name : OtherNames, amount, (_, sum) => sum + amount);
    }

    /// <summary>Applies what one message gathered: its counters become visible together, at its end.</summary>
    public void Apply(CounterBatch batch)
    {
        ArgumentNullException.ThrowIfNull(batch);
        foreach (var (index, amount) in batch.Amounts)
            Add(index, amount);
        foreach (var (name, amount) in batch.Named)
            AddNamed(name, amount);
    }
}

/// <summary>Counters of one message, gathered while it is handled; one thread at a time.</summary>
public sealed class CounterBatch
{
    private readonly Dictionary<int, long> _amounts = [];
    private Dictionary<string, long>? _named;

    public IEnumerable<KeyValuePair<int, long>> Amounts => _amounts;

    public IEnumerable<KeyValuePair<string, long>> Named => _named ?? [];

    /// <summary>See <see cref="CounterSet.Named"/>.</summary>
    public void AddNamed(string name, long amount = 1)
    {
        _named ??= new Dictionary<string, long>(StringComparer.Ordinal);
        _named[name] = _named.GetValueOrDefault(name) + amount;
    }

    public void Add(string name, long amount = 1)
    {
        var index = CounterCatalog.IndexOf(name);
        Debug.Assert(index >= 0, name);
        if (index >= 0)
            _amounts[index] = _amounts.GetValueOrDefault(index) + amount;
    }
}

/// <summary>Stages whose latency is kept.</summary>
public enum Stage
{
    Receive,
    Decode,
    VirusScan,
    SpamScan,
    PenPals,
    Quarantine,
    Forward,
    Notify,
    Log,
    Total,
    Signatures,
}

/// <summary>Counts in fixed buckets, as Prometheus wants them.</summary>
public sealed class LatencyHistogram
{
    /// <summary>Upper bounds in seconds.</summary>
    public static readonly double[] Bounds = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60];

    private readonly long[] _counts = new long[Bounds.Length + 1];
    private long _sumTicks;

    public void Observe(TimeSpan elapsed)
    {
        var index = Array.BinarySearch(Bounds, elapsed.TotalSeconds);
        Interlocked.Increment(ref _counts[index < 0 ? ~index : index]);
        Interlocked.Add(ref _sumTicks, elapsed.Ticks);
    }

    /// <summary>Not cumulative; the last one is above all bounds.</summary>
    public long Count(int bucket) => Volatile.Read(ref _counts[bucket]);

    public double SumSeconds => TimeSpan.FromTicks(Interlocked.Read(ref _sumTicks)).TotalSeconds;
}
