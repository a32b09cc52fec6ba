using Amavis.Configuration;
using Amavis.Core.Counters;
using Amavis.Core.Policy;
using Amavis.Daemon.Hosting;
using Amavis.Daemon.Logging;
using Amavis.Daemon.Monitoring;
using Amavis.Data.Lookups;
using Amavis.Dns.Resolving;
using Amavis.Engine;
using Amavis.Engine.Authentication;
using Amavis.Engine.Checks;
using Amavis.Engine.Notices;
using Amavis.Engine.Releasing;
using Amavis.Engine.Requests;
using Amavis.Engine.Spooling;
using Amavis.Protocols.Smtp.Client;
using Amavis.Scanning;
using Amavis.Scanning.Sockets;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;

const int faultyConfiguration = 2;

// Options.
if (args is not ["--config", var path])
{
    Console.Error.WriteLine("usage: amavisd --config FILE");
    return faultyConfiguration;
}
var configuration = ConfigurationLoader.Load(path, SigningEnvironment.Value);
foreach (var mistake in configuration.Mistakes)
    Console.Error.WriteLine(mistake);
if (configuration.Settings is not { } settings)
    return faultyConfiguration;
try
{
    Privileges.Drop(settings);
}
catch (InvalidOperationException e)
{
    Console.Error.WriteLine("amavisd: can't start: " + e.Message);
    return 1;
}

// What everything uses.
var clock = TimeProvider.System;
var started = clock.GetTimestamp();
var counters = new CounterSet();
await using var log = new MailLog(LogSinks.For(settings), settings.LogLevel, counters, clock);
foreach (var notice in configuration.Notices)
    log.Line(0, null, notice.ToString()!);
using var loggers = LoggerFactory.Create(b => b.AddProvider(new MailLogProvider(log)));
var current = new CurrentSettings(settings);
using var state = new ServerState();

try
{
    return await RunAsync();
}
catch (Exception e) when (e is IOException or UnauthorizedAccessException or InvalidOperationException or System.Net.Sockets.SocketException)
{
    log.Line(-3, null, "can't start: " + e.Message);
    Console.Error.WriteLine("amavisd: can't start: " + e.Message);
    return 1;
}

async Task<int> RunAsync()
{
    // Data.
    var work = WorkDirectory.Prepare(settings.TempBase, "amavisd-work");
    await using var storage = await Storage.OpenAsync(settings, counters, clock, loggers);
    await Storage.PrepareLookupsAsync(settings, loggers);
    await using var resolver = new DnsResolver(Resolvers.Options(settings), clock);
    await using var directory = new AddressDirectory(clock, loggers, storage?.Open);

    // Engine.
    await using var nextHops = new SmtpClientPool(clock, counters, new SmtpClientOptions
    {
        KeepConnections = settings.SmtpConnectionCacheEnable,
        KeepOnDemand = settings.SmtpConnectionCacheOnDemand,
    });
    using var scanners = new ScannerRegistry(clock, ScannerLimits.Default);
    using var attempts = new DecodingAttempts(Path.Combine(settings.TempBase, "amavisd-decoding"), text => log.Line(-1, null, text));
    var services = new EngineServices
    {
        Clock = clock,
        Counters = counters,
        Log = log,
        Spools = new SpoolFactory(work, new SpoolLimits(), counters),
        NextHops = nextHops,
        Scanners = scanners,
        SeenViruses = new SeenViruses(Path.Combine(settings.MyHome, "viruses-seen.txt"), text => log.Line(-1, null, text)),
        MessageLog = storage?.Log,
        SqlQuarantine = storage?.Quarantine,
        PenPals = storage?.PenPals,
        Directory = directory,
        Resolver = resolver,
        WorkDirectory = work,
        DecodingAttempts = attempts,
    };
    services.Hooks.Load(settings);
    ScannerInventory.Log(settings, scanners, work, log);
    var slots = new ServerSlots(settings.MaxServers, clock);
    var sessions = new SessionTable(clock);
    var monitoring = new DaemonState(current, counters, slots, sessions, clock, started);
    var reloader = new Reloader(path, current, slots, services, resolver, log, log);
    using var signals = new Signals(reloader.Reload);

    // Listeners.
    var sockets = Listeners.Sockets(settings, log);
    if (sockets.Count == 0)
        throw new InvalidOperationException("no usable socket in listen_sockets");
    if (ServerCertificates.FaultOf(settings) is { } fault)
        throw new InvalidOperationException(fault);
    await using var app = Build(services, slots, sessions, monitoring, sockets);
    await app.StartAsync();
    Listeners.SetModes(settings, sockets);
    log.Line(0, null, $"amavisd {ProductVersion.Text} at {settings.MyHostname}, listening on {string.Join(", ", sockets)}");
    using var pid = PidFile.Write(settings.PidFile);
    log.Line(0, null, "ready");
    SystemdNotifier.Send($"READY=1\nMAINPID={Environment.ProcessId}");
    await using var snmp = SnmpService.Start(settings.AgentxSocket, monitoring, clock, log);

    // Run.
    await signals.Stop;
    SystemdNotifier.Send("STOPPING=1");
    log.Line(0, null, "stopping: what is in hand is finished");
    await state.StopAsync();
    using var patience = new CancellationTokenSource(settings.ChildTimeout);
    var stopped = app.StopAsync(patience.Token);
    if (await Task.WhenAny(stopped, signals.Abort) != stopped || patience.IsCancellationRequested)
    {
        log.Line(-1, null, "what is in hand is given up");
        await state.AbortAsync();
        await patience.CancelAsync();
    }
    await stopped;
    log.Line(0, null, "stopped");
    return 0;
}

WebApplication Build(EngineServices services, ServerSlots slots, SessionTable sessions, DaemonState monitoring, IReadOnlyList<ListenSocket> sockets)
{
    var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
    builder.Logging.AddProvider(new MailLogProvider(log)).SetMinimumLevel(LogLevel.Warning);
    builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel => Listeners.Configure(kestrel, settings, sockets));
    builder.Services.Configure<SocketTransportOptions>(options => options.Backlog = settings.ListenQueueSize ?? 511);
    builder.Services.Configure<HostOptions>(options => options.ShutdownTimeout = settings.ChildTimeout + TimeSpan.FromSeconds(5));
    builder.Services.AddRoutingCore();
    builder.Services.AddSingleton(current);
    builder.Services.AddSingleton(services);
    builder.Services.AddSingleton(state);
    builder.Services.AddSingleton<SessionNumbers>();
    builder.Services.AddSingleton(sessions);
    builder.Services.AddSingleton(new ServerCertificates(log));
    var processor = new MessageProcessor(services, slots);
    builder.Services.AddSingleton(processor);
    builder.Services.AddSingleton(new ReleaseService(services));
    builder.Services.AddSingleton(new CheckService(services, processor));
    builder.Services.AddSingleton<MailConnectionHandler>();
    var app = builder.Build();
    app.UseRouting();
    app.MapStatus(monitoring);
    return app;
}
