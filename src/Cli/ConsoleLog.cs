using Amavis.Core.Logging;

namespace Amavis.Cli;

/// <summary>The mail log of commands that run for long, on standard error.</summary>
internal sealed class ConsoleLog(TextWriter output, int level) : IMailLog
{
    private readonly Lock _lock = new();

    public void Line(int level, string? logId, string text)
    {
        if (!IsEnabled(level))
            return;
        lock (_lock)
            output.WriteLine(logId is { Length: > 0 } ? $"({logId}) {LogText.Sanitize(text)}" : LogText.Sanitize(text));
    }

    public bool IsEnabled(int lineLevel) => lineLevel <= level;
}
