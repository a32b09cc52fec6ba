using System.IO.Pipelines;
using Amavis.Core.Counters;
using Amavis.Core.Logging;
using Amavis.Core.Messages;
using Amavis.Core.Policy;
using Amavis.Engine.Releasing;
using Amavis.Engine.Requests;
using Amavis.Engine.Spooling;
using Amavis.Protocols.AmPdp;
using Amavis.Protocols.Smtp.Client;
using Amavis.Scanning;
using Amavis.Scanning.Sockets;
using Amavis.Testing;

namespace Amavis.Engine.Tests.Requests;

/// <summary>The real engine without scanners behind a session of AM.PDP on two pipes; TEMPBASE is a directory of the test.</summary>
internal sealed class RequestLab : IAsyncDisposable
{
    private readonly TestDirectory _directory = new();
    private readonly SmtpClientPool _nextHops;
    private readonly ScannerRegistry _scanners = new(TimeProvider.System, ScannerLimits.Default);

    public RequestLab(Func<Settings, Settings>? change = null, Core.Lookups.Databases.IAddressDirectory? directory = null)
    {
        _nextHops = new SmtpClientPool(TimeProvider.System, Counters, new SmtpClientOptions());
        System.IO.Directory.CreateDirectory(Path.Combine(TempBase, "work"));
        var settings = new Settings
        {
            MyHostname = "filter.example.net",
            MyDomain = "example.com",
            TempBaseOrNull = TempBase,
            MyHome = TempBase,
            QuarantineDir = Path.Combine(TempBase, "quarantine"),
            BadHeaderQuarantineMethod = null,
            ForwardMethod = null,
            NotifyMethod = null,
            LogLevel = 5,
            LocalDomainsMaps = new Core.Lookups.LookupMaps([new Core.Lookups.AclTable([".example.com"])]),
        };
        Policy = PolicyState.Base(change is null ? settings : change(settings));
        Services = new EngineServices
        {
            Clock = TimeProvider.System,
            Counters = Counters,
            Log = Log,
            Spools = new SpoolFactory(Path.Combine(TempBase, "work"), new SpoolLimits(), Counters),
            NextHops = _nextHops,
            Scanners = _scanners,
            Directory = directory,
            WorkDirectory = Path.Combine(TempBase, "work"),
        };
    }

    public string TempBase => _directory.Path;

    public CounterSet Counters { get; } = new();

    public KeptLines Log { get; } = new();

    public PolicyState Policy { get; }

    public EngineServices Services { get; }

    /// <summary>A client's directory with a message in it.</summary>
    public string Put(string name, byte[] message, string file = "email.txt")
    {
        var path = Path.Combine(TempBase, name);
        Directory.CreateDirectory(path);
        File.WriteAllBytes(Path.Combine(path, file), message);
        return path;
    }

    /// <summary>Requests as text, all in one connection; the answers without CR, percent codes undone.</summary>
    public async Task<string> AskAsync(string requests)
    {
        var (up, down) = (new Pipe(), new Pipe());
        var handler = new AmPdpHandler(
            new CheckService(Services, new MessageProcessor(Services, new ServerSlots(2, TimeProvider.System))), new ReleaseService(Services), Services, Policy,
            new ConnectionFacts { UnixPath = "/run/amavis/in.sock" });
        var session = new AmPdpServerSession(new Duplex(up.Reader, down.Writer), handler, TimeProvider.System, TimeSpan.FromSeconds(30)).RunAsync(CancellationToken.None);
        await up.Writer.WriteAsync(Octets.Of(requests));
        await up.Writer.CompleteAsync();
        await session;
        await down.Writer.CompleteAsync();
        using var answer = new MemoryStream();
        await down.Reader.CopyToAsync(answer);
        return Uri.UnescapeDataString(Octets.Text(answer.ToArray()).Replace("\r", "", StringComparison.Ordinal));
    }

    public async ValueTask DisposeAsync()
    {
        _scanners.Dispose();
        await _nextHops.DisposeAsync();
        _directory.Dispose();
    }

    private sealed record Duplex(PipeReader Input, PipeWriter Output) : IDuplexPipe;

    internal sealed class KeptLines : IMailLog
    {
        private readonly Lock _lock = new();
        private readonly List<string> _lines = [];

        public IReadOnlyList<string> Lines
        {
            get
            {
                lock (_lock)
                    return [.. _lines];
            }
        }

        public void Line(int level, string? logId, string text)
        {
            lock (_lock)
                _lines.Add($"{level} {logId} {text}");
        }

        public bool IsEnabled(int level) => true;
    }
}
