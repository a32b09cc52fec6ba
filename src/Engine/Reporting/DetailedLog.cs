using Amavis.Core.Logging;

namespace Amavis.Engine.Reporting;

/// <summary>The log of one message that is looked at closely: lines of all levels are written.</summary>
internal sealed class DetailedLog(IMailLog log) : IMailLog
{
    private const int MostDetailed = 5;

    public void Line(int level, string? logId, string text) => log.Always(level, logId, text);

    public bool IsEnabled(int level) => level <= MostDetailed;
}

/// <summary>The log of one message, of which the lines that are too detailed for the log are kept and may be written later.</summary>
internal sealed class CapturingLog(IMailLog log) : IMailLog
{
    /// <summary>What follows after so many lines is not kept.</summary>
    private const int MaxLines = 2000;

    private readonly Lock _lock = new();
    private readonly List<(int Level, string? LogId, string Text)> _kept = [];

    public void Line(int level, string? logId, string text)
    {
        log.Line(level, logId, text);
        if (log.IsEnabled(level))
            return;
        lock (_lock)
            if (_kept.Count < MaxLines)
                _kept.Add((level, logId, text));
    }

    /// <summary>Long lines are composed too, as they may be wanted later.</summary>
    public bool IsEnabled(int level) => level <= 5;

    /// <summary>Writes what was kept so far.</summary>
    public void Dump()
    {
        lock (_lock)
        {
            foreach (var (level, logId, text) in _kept)
                log.Always(level, logId, text);
            _kept.Clear();
        }
    }
}
