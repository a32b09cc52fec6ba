using Amavis.Core.Counters;
using Amavis.Core.Logging;
using Amavis.Core.Policy;
using Amavis.Core.Storage;
using Amavis.Data;
using Amavis.Data.Lookups;
using Amavis.Data.PenPals;
using Amavis.Data.Writing;
using Amavis.Dns.Resolving;
using Amavis.Engine;
using Amavis.Engine.Authentication;
using Amavis.Engine.Hooks;
using Amavis.Engine.Notices;
using Amavis.Engine.Spooling;
using Amavis.Protocols.Smtp.Client;
using Amavis.Scanning;
using Amavis.Scanning.Sockets;
using Microsoft.Extensions.Logging.Abstractions;

namespace Amavis.Cli.Scan;

/// <summary>The engine as the daemon sets it up, for one message that is only tried out; leaves nothing behind.</summary>
internal sealed class ScanServices : IAsyncDisposable
{
    private readonly string _work;
    private readonly DnsResolver _resolver;
    private readonly SmtpClientPool _nextHops;
    private readonly ScannerRegistry _scanners;
    private readonly AddressDirectory _directory;
    private readonly List<AmavisDatabase> _databases;

    /// <exception cref="IOException">No directory for the message can be made.</exception>
    /// <exception cref="HookLoadException">A hook can't be loaded.</exception>
    public ScanServices(Settings settings, Action<string> warn)
    {
        var hooks = new HookRegistry();
        hooks.Load(settings);
        var (clock, counters) = (TimeProvider.System, new CounterSet());
        _work = MakeWorkDirectory(settings.TempBase);
        _resolver = new DnsResolver(Resolvers.Options(settings), clock);
        _nextHops = new SmtpClientPool(clock, counters, new SmtpClientOptions { KeepConnections = false });
        _scanners = new ScannerRegistry(clock, ScannerLimits.Default);
        _directory = new AddressDirectory(clock, NullLoggerFactory.Instance);
        _databases = [.. settings.StorageSqlDsn.Select(dsn => new AmavisDatabase(dsn)).Where(Exists)];
        Engine = new EngineServices
        {
            Clock = clock,
            Counters = counters,
            Log = new Silence(),
            Spools = new SpoolFactory(_work, new SpoolLimits(), counters),
            NextHops = _nextHops,
            Scanners = _scanners,
            SeenViruses = new SeenViruses(Path.Combine(settings.MyHome, "viruses-seen.txt"), warn, isReadOnly: true),
            PenPals = _databases.Count == 0 ? null : PenPalsOf(settings),
            Directory = _directory,
            Resolver = _resolver,
            WorkDirectory = _work,
            Hooks = hooks,
        };
    }

    public EngineServices Engine { get; }

    public async ValueTask DisposeAsync()
    {
        await _directory.DisposeAsync();
        _scanners.Dispose();
        await _nextHops.DisposeAsync();
        await _resolver.DisposeAsync();
        foreach (var database in _databases)
            await database.DisposeAsync();
        Directory.Delete(_work, recursive: true);
    }

    /// <summary>Reading a SQLite file that is not there would make it.</summary>
    private static bool Exists(AmavisDatabase database) => database.SqlitePath is not { } path || File.Exists(path);

    private SqlPenPals PenPalsOf(Settings settings) => new(_databases, new MessageLogOptions
    {
        JournalDirectory = _work,
        AutoMigrate = false,
        CaseSensitiveLocalPart = settings.LocalpartIsCaseSensitive,
        Allow8bitAddress = settings.SqlAllow8bitAddress,
    });

    /// <summary>Where the daemon has its own, so that scanners reach it; elsewhere for somebody who may not write there.</summary>
    private static string MakeWorkDirectory(string tempBase)
    {
        var name = "amavis-scan-" + Guid.NewGuid().ToString("N");
        foreach (var parent in (string[])[tempBase, Path.GetTempPath()])
        {
            try
            {
                var path = Path.Combine(parent, name);
                if (Directory.Exists(parent))
                    return Directory.CreateDirectory(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute).FullName;
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                // The next one.
            }
        }
        throw new IOException($"neither in {tempBase} (TEMPBASE) nor in {Path.GetTempPath()} a directory can be made");
    }

    private sealed class Silence : IMailLog
    {
        public void Line(int level, string? logId, string text)
        {
        }

        public bool IsEnabled(int level) => false;
    }
}
