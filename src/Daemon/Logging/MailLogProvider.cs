using Amavis.Core.Logging;

namespace Amavis.Daemon.Logging;

/// <summary>Brings what libraries log with <see cref="ILogger"/> into the mail log, at the level that fits.</summary>
internal sealed class MailLogProvider(IMailLog log) : ILoggerProvider
{
    public ILogger CreateLogger(string categoryName) => new Logger(log, categoryName.StartsWith("Amavis.", StringComparison.Ordinal));

    public void Dispose()
    {
    }

    private sealed class Logger(IMailLog log, bool ours) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => log.IsEnabled(Level(logLevel));

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            if (!IsEnabled(logLevel))
                return;
            var text = formatter(state, exception);
            log.Line(Level(logLevel), null, exception is null ? text : $"{text}: {exception.Message}");
        }

        /// <summary>Libraries chatter at Information; ours say there what a postmaster wants to see.</summary>
        private int Level(LogLevel level) => level switch
        {
            LogLevel.Critical => -3,
            LogLevel.Error => -2,
            LogLevel.Warning => -1,
            LogLevel.Information => ours ? 0 : 3,
            _ => 5,
        };
    }
}
