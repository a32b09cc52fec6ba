using System.Collections.Concurrent;
using System.Net;
using Amavis.Core.Addresses;
using Amavis.Core.Counters;
using Amavis.Core.Logging;
using Amavis.Core.Lookups;
using Amavis.Core.Messages;
using Amavis.Core.Policy;
using Amavis.Engine.Hooks;
using Amavis.Engine.Spooling;
using Amavis.Protocols.Smtp.Client;
using Amavis.Scanning;
using Amavis.Scanning.Sockets;
using Amavis.Testing;

namespace Amavis.Engine.Tests.Flow;

/// <summary>The whole way of messages inside of the test's process: scanner doubles on one side, a next hop that keeps mail on the other.</summary>
internal sealed class FlowHarness : IAsyncDisposable, IMailLog
{
    public const string LogId = "00421-07";

    private readonly TestDirectory _directory = new();
    private readonly FakeServer _clamd = ScannerDoubles.Clamd();
    private readonly FakeServer _spamd = ScannerDoubles.Spamd();
    private readonly ConcurrentQueue<(int Level, string Text)> _lines = [];
    private readonly SmtpClientPool _pool;
    private readonly ScannerRegistry _scanners = new(TimeProvider.System, ScannerLimits.Default);

    /// <param name="records">The SQL log and quarantine; null: there is none.</param>
    /// <param name="keepConnections">To the next hop, from message to message.</param>
    /// <param name="change">Databases and the like beside what every test has.</param>
    public FlowHarness(Matrix.KeptRecords? records = null, bool keepConnections = false, Func<EngineServices, EngineServices>? change = null)
    {
        Directory.CreateDirectory(Quarantine);
        var work = _directory.FilePath("work");
        Directory.CreateDirectory(work);
        _pool = new SmtpClientPool(TimeProvider.System, Counters, new SmtpClientOptions { KeepConnections = keepConnections });
        Services = new EngineServices
        {
            Clock = TimeProvider.System,
            Counters = Counters,
            Log = this,
            Spools = new SpoolFactory(work, new SpoolLimits(), Counters),
            NextHops = _pool,
            Scanners = _scanners,
            WorkDirectory = work,
            MessageLog = records,
            SqlQuarantine = records,
        };
        Services = change is null ? Services : change(Services);
        Processor = new MessageProcessor(Services, new ServerSlots(8, TimeProvider.System));
        Settings = new Settings
        {
            MyHostname = "filter.example.net",
            MyDomain = "example.com",
            QuarantineDir = Quarantine,
            ForwardMethod = DeliveryMethod.Parse($"smtp:[127.0.0.1]:{Sink.Port}"),
            NotifyMethod = DeliveryMethod.Parse($"smtp:[127.0.0.1]:{Sink.Port}"),
            LocalDomainsMaps = new LookupMaps([new AclTable([".example.com"])]),
            AvScanners = [new VirusScannerSettings("clamd", "clamd", [_clamd.Address])],
            SpamScanners = [new SpamScannerSettings("spamd", "spamd", [_spamd.Address])],
            SpamTagLevelMaps = LookupMaps.Constant(2),
            SpamTag2LevelMaps = LookupMaps.Constant(6),
            SpamKillLevelMaps = LookupMaps.Constant(9),
            ChildTimeout = TimeSpan.FromSeconds(60),
        };
    }

    public Settings Settings { get; set; }

    public MailSink Sink { get; } = new();

    public MessageProcessor Processor { get; }

    public CounterSet Counters { get; } = new();

    public EngineServices Services { get; }

    public HookRegistry Hooks => Services.Hooks;

    public string Quarantine => _directory.FilePath("quarantine");

    public string Path => _directory.Path;

    /// <summary>Lines of a level and below, without their levels.</summary>
    public IReadOnlyList<string> Lines(int level = 0) => [.. _lines.Where(l => l.Level <= level).Select(l => l.Text)];

    public Task<MessageReplies> SendAsync(string message, params string[] recipients) => SendAsync(message, new FlowEnvelope { Recipients = recipients });

    public Task<MessageReplies> SendAsync(string message, FlowEnvelope envelope)
    {
        var octets = Octets.Crlf(message);
        return Processor.ProcessAsync(
            new ReceivedMessage
            {
                LogId = LogId,
                Envelope = new Envelope
                {
                    Sender = MailAddress.FromUnquoted(envelope.Sender),
                    Recipients = [.. envelope.Recipients.Select((r, i) => new EnvelopeRecipient(MailAddress.FromUnquoted(r), i + 1, envelope.Notify, envelope.OriginalRecipient))],
                    DsnEnvelopeId = envelope.EnvelopeId,
                    DsnReturn = envelope.Return,
                    Body = envelope.Body,
                },
                Connection = new ConnectionFacts
                {
                    Peer = new IPEndPoint(IPAddress.Loopback, 45000),
                    Local = new IPEndPoint(IPAddress.Loopback, Sink.Port - 1),
                    Helo = "mta.example.net",
                    Protocol = envelope.Lmtp ? "LMTP" : "ESMTP",
                    RepliesPerRecipient = envelope.Lmtp,
                },
                Client = new ClientFacts { Address = IPAddress.Parse("192.0.2.10"), Port = 45678 },
                Spool = new MemorySpool(octets),
                Policy = PolicyState.Base(Settings with { Originating = envelope.Originating }),
                ReceivedAt = TimeProvider.System.GetUtcNow(),
                StartedTimestamp = TimeProvider.System.GetTimestamp(),
                DataEndedTimestamp = TimeProvider.System.GetTimestamp(),
            },
            CancellationToken.None);
    }

    void IMailLog.Line(int level, string? logId, string text) => _lines.Enqueue((level, text));

    bool IMailLog.IsEnabled(int level) => true;

    /// <summary>Forgets what was logged and received.</summary>
    public void Clear()
    {
        _lines.Clear();
        Sink.Clear();
    }

    public async ValueTask DisposeAsync()
    {
        await _pool.DisposeAsync();
        _scanners.Dispose();
        await _clamd.DisposeAsync();
        await _spamd.DisposeAsync();
        await Sink.DisposeAsync();
        _directory.Dispose();
    }
}

internal sealed record FlowEnvelope
{
    public string Sender { get; init; } = "sender@example.org";
    public IReadOnlyList<string> Recipients { get; init; } = ["user1@example.com"];
    public DsnNotify Notify { get; init; }
    public string? OriginalRecipient { get; init; }
    public string? EnvelopeId { get; init; }
    public string? Return { get; init; }
    public BodyType Body { get; init; }
    public bool Lmtp { get; init; }
    public bool Originating { get; init; }
}
