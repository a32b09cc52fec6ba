using Amavis.Core.Status;

namespace Amavis.Cli.Monitoring;

/// <summary>
/// Counts seen in the last minutes, and what they make in an hour: over the window once it is long enough, before that since the start
/// of the daemon.
/// </summary>
internal sealed class RateWindow
{
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(300);
    private static readonly TimeSpan Shortest = TimeSpan.FromSeconds(150);

    private readonly List<CountersDocument> _samples = [];

    public CountersDocument Last => _samples[^1];

    /// <summary>Takes a sample; one of another process begins a new window.</summary>
    public void Add(CountersDocument sample)
    {
        if (_samples.Count > 0 && (Last.Daemon.Pid != sample.Daemon.Pid || Last.Daemon.Up > sample.Daemon.Up))
            _samples.Clear();
        _samples.Add(sample);
        _samples.RemoveAll(s => sample.Daemon.Up - s.Daemon.Up > Longest);
    }

    public long Value(string name) => Value(Last, name);

    public double PerHour(string name)
    {
        var (change, time) = (Change(name), Time.TotalHours);
        return time > 0 ? change / time : 0;
    }

    /// <summary>By how much a count grew in the window.</summary>
    public long Change(string name) => Value(Last, name) - (First is { } first ? Value(first, name) : 0);

    private TimeSpan Time => Last.Daemon.Up - (First?.Daemon.Up ?? TimeSpan.Zero);

    /// <summary>Null: the window is not long enough, and counts since the start stand for it.</summary>
    private CountersDocument? First => Last.Daemon.Up - _samples[0].Daemon.Up >= Shortest ? _samples[0] : null;

    private static long Value(CountersDocument sample, string name) =>
        sample.Counters.TryGetValue(name, out var value) ? value : sample.Named.GetValueOrDefault(name);
}
