using System.Threading.Channels;
using Amavis.Core.Counters;
using Amavis.Core.Logging;

namespace Amavis.Daemon.Logging;

/// <summary>
/// The mail log: counts entries by level and hands lines to a sink on a thread of its own. When the sink can't keep up, lines are
/// dropped and counted; mail never waits for the log.
/// </summary>
public sealed class MailLog : IMailLog, IAsyncDisposable
{
    private const int MaxWaitingLines = 20_000;

    private readonly Channel<LogEntry> _lines = Channel.CreateBounded<LogEntry>(new BoundedChannelOptions(MaxWaitingLines) { SingleReader = true });
    private readonly CounterSet _counters;
    private readonly TimeProvider _clock;
    private readonly Task _writer;
    private volatile int _level;
    private long _dropped;

    public MailLog(ILogSink sink, int level, CounterSet counters, TimeProvider clock)
    {
        _counters = counters;
        _clock = clock;
        _level = level;
        _writer = WriteAllAsync(sink);
    }

    /// <summary>Changed by a reload.</summary>
    public int Level
    {
        get => _level;
        set => _level = value;
    }

    public bool IsEnabled(int level) => level <= _level;

    public void Line(int level, string? logId, string text)
    {
        if (IsEnabled(level))
            Always(level, logId, text);
        else
            Count(level);
    }

    public void Always(int level, string? logId, string text)
    {
        Count(level);
        var mark = level <= -2 ? "(!!)" : level == -1 ? "(!)" : "";
        var id = logId is null ? "" : $"({logId}) ";
        if (!_lines.Writer.TryWrite(new LogEntry(_clock.GetLocalNow(), level, id + mark + LogText.Sanitize(text), id + mark)))
            Interlocked.Increment(ref _dropped);
    }

    public async ValueTask DisposeAsync()
    {
        _lines.Writer.TryComplete();
        await _writer;
    }

    private void Count(int level)
    {
        _counters.Add("LogEntries");
        _counters.Add("LogEntriesDebug");
        if (level <= 1)
            _counters.Add("LogEntriesInfo");
        if (level <= 0)
            _counters.Add("LogEntriesNotice");
        if (level <= -1)
            _counters.Add("LogEntriesWarning");
        if (level <= -2)
            _counters.Add("LogEntriesErr");
        if (level <= -3)
            _counters.Add("LogEntriesCrit");
        _counters.Add("LogEntriesLevel" + Math.Clamp(level, 0, 5));
    }

    private async Task WriteAllAsync(ILogSink sink)
    {
        await using var owned = sink;
        while (await _lines.Reader.WaitToReadAsync())
        {
            while (_lines.Reader.TryRead(out var entry))
            {
                _counters.Add("LogLines");
                sink.Write(entry);
            }
            var dropped = Interlocked.Exchange(ref _dropped, 0);
            if (dropped > 0)
                sink.Write(new LogEntry(_clock.GetLocalNow(), -1, $"(!)the log could not keep up, {dropped} lines were dropped", "(!)"));
            sink.Flush();
        }
    }
}

/// <param name="Prefix">Log id and mark, repeated on every piece of a split line.</param>
public readonly record struct LogEntry(DateTimeOffset Time, int Level, string Text, string Prefix);

/// <summary>Where lines go. Faults are swallowed: a full disk or a missing syslog never fails mail.</summary>
public interface ILogSink : IAsyncDisposable
{
    void Write(LogEntry entry);

    void Flush();
}
