using Amavis.Configuration;
using Amavis.Core.Logging;
using Amavis.Core.Policy;
using Amavis.Daemon.Logging;
using Amavis.Dns.Resolving;
using Amavis.Engine;
using Amavis.Engine.Authentication;
using Amavis.Engine.Checks;
using Amavis.Engine.Hooks;

namespace Amavis.Daemon.Hosting;

/// <summary>Reads the configuration again on demand; a faulty file changes nothing.</summary>
internal sealed class Reloader(string path, CurrentSettings current, ServerSlots slots, EngineServices services, DnsResolver resolver, MailLog log, IMailLog lines)
{
    private readonly Lock _lock = new();

    public void Reload()
    {
        lock (_lock)
        {
            SystemdNotifier.Send("RELOADING=1");
            var result = ConfigurationLoader.Load(path, SigningEnvironment.Value);
            if (result.Settings is { } settings && ServerCertificates.FaultOf(settings) is { } fault)
                lines.Line(-1, null, "reload refused: " + fault);
            else if (result.Settings is { } good)
                Take(good);
            foreach (var mistake in result.Mistakes)
                lines.Line(-1, null, $"reload refused: {mistake}");
            SystemdNotifier.Send("READY=1");
        }
    }

    private void Take(Settings settings)
    {
        try
        {
            services.Hooks.Load(settings);
        }
        catch (HookLoadException e)
        {
            lines.Line(-1, null, "reload refused: " + e.Message);
            return;
        }
        var before = current.Value;
        current.Value = settings;
        resolver.Use(Resolvers.Options(settings));
        slots.Resize(settings.MaxServers);
        log.Level = settings.LogLevel;
        ScannerInventory.Log(settings, services.Scanners, services.WorkDirectory, lines);
        if (!before.ListenSockets.SequenceEqual(settings.ListenSockets))
            lines.Line(-1, null, "listen_sockets has changed; sockets are opened and closed at a restart only");
        if (!before.StorageSqlDsn.SequenceEqual(settings.StorageSqlDsn))
            lines.Line(-1, null, "storage_sql_dsn has changed; it is used after a restart only");
        if (before.AgentxSocket != settings.AgentxSocket)
            lines.Line(-1, null, "agentx_socket has changed; it is used after a restart only");
        lines.Line(0, null, "configuration reloaded");
    }
}
