using System.Collections.Concurrent;
using Amavis.Core.Logging;

namespace Amavis.Snmp.Tests;

/// <summary>A mail log that keeps lines of level 0 and below.</summary>
internal sealed class LinesLog : IMailLog
{
    private readonly ConcurrentQueue<string> _lines = [];

    public IReadOnlyList<string> Lines => [.. _lines];

    public void Line(int level, string? logId, string text)
    {
        if (IsEnabled(level))
            _lines.Enqueue($"{level} {text}");
    }

    public bool IsEnabled(int level) => level <= 0;
}
