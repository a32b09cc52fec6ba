using Amavis.Core.Logging;

namespace Amavis.Engine.Rehearsing;

/// <summary>Keeps the log of a message that is only tried out.</summary>
internal sealed class RehearsalLog(int level) : IMailLog
{
    private readonly Lock _lock = new();
    private readonly List<RehearsedLine> _lines = [];

    public IReadOnlyList<RehearsedLine> Lines
    {
        get
        {
            lock (_lock)
                return [.. _lines];
        }
    }

    public void Line(int level, string? logId, string text)
    {
        if (!IsEnabled(level))
            return;
        lock (_lock)
            _lines.Add(new RehearsedLine(level, LogText.Sanitize(text)));
    }

    public bool IsEnabled(int lineLevel) => lineLevel <= level;
}
