using Amavis.Core.Policy;

namespace Amavis.Daemon.Logging;

internal static class LogSinks
{
    /// <summary>Syslog, a file or standard error, as configured.</summary>
    public static ILogSink For(Settings settings)
    {
        if (settings.DoSyslog)
            return new SyslogSink(settings.SyslogIdent, settings.SyslogFacility, settings.LoglineMaxlen);
        return new TextLogSink(settings.LogFile, settings.MyHostname, "amavisd");
    }
}
