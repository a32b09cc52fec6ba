using System.Buffers;
using System.Buffers.Binary;
using System.IO.Pipelines;
using System.Net;
using Amavis.Core.Logging;
using Amavis.Core.Messages;
using Amavis.Core.Policy;
using Amavis.Protocols.Milter.Server;
using Amavis.Protocols.Tests.Smtp.Server;
using Amavis.Testing;

namespace Amavis.Protocols.Tests.Milter;

/// <summary>A milter session on two pipes in memory, and the MTA before it; what is sent is handled when <see cref="Send(byte[])"/> returns.</summary>
internal sealed class MilterHarness : IDuplexPipe, IDisposable
{
    /// <summary>All actions and steps of version 6.</summary>
    public const uint AllActions = 0x1ff;
    public const uint AllSteps = 0x1fffff;

    private static readonly PipeOptions Inline = new(
        readerScheduler: PipeScheduler.Inline, writerScheduler: PipeScheduler.Inline, pauseWriterThreshold: 0, useSynchronizationContext: false);

    private readonly Pipe _toFilter = new(Inline);
    private readonly Pipe _toMta = new(Inline);
    private readonly CancellationTokenSource _stopping = new();
    private readonly CancellationTokenSource _processing = new();

    public MilterHarness(Settings? settings = null)
        : this(PolicyState.Base(settings ?? new Settings { LogLevel = 5 }))
    {
    }

    public MilterHarness(PolicyState policy)
    {
        SynchronizationContext.SetSynchronizationContext(null);
        Session = new MilterServerSession(this, new MilterSessionContext
        {
            Connection = new ConnectionFacts { Peer = new(IPAddress.Loopback, 54321), Local = new(IPAddress.Loopback, 10025) },
            Policy = policy,
            SessionId = "00421-07",
            Spools = Spools,
            Processor = Processor,
            Clock = Clock,
            Log = Log,
            Processing = _processing.Token,
        }).RunAsync(_stopping.Token);
    }

    public ManualClock Clock { get; } = new();

    public RecordingProcessor Processor { get; } = new() { Answer = Give(new HandedBack { Verdict = ClientVerdict.Continue }) };

    public RecordingSpools Spools { get; } = new();

    public LinesOfLog Log { get; } = new();

    public Task Session { get; }

    PipeReader IDuplexPipe.Input => _toFilter.Reader;

    PipeWriter IDuplexPipe.Output => _toMta.Writer;

    public static Func<ReceivedMessage, CancellationToken, Task<MessageReplies>> Give(HandedBack verdict, int code = 250, string text = "2.5.0 Ok, id=x, continue delivery") =>
        (_, _) => Task.FromResult(new MessageReplies(new SmtpReply(code, text), []) { HandedBack = verdict });

    public void Send(byte[] octets)
    {
        _toFilter.Writer.Write(octets);
        _toFilter.Writer.FlushAsync().AsTask().IsCompletedSuccessfully.ShouldBeTrue();
    }

    /// <param name="payload">Latin-1; <c>|</c> stands for NUL.</param>
    public void Send(char command, string payload = "") => Send(MilterCodecTests.Packet(command, Octets.Of(payload.Replace('|', '\0'))));

    /// <summary>Sends a packet and gives the answers to it.</summary>
    public string Ask(char command, string payload = "")
    {
        Send(command, payload);
        return Replies();
    }

    /// <summary>All packets sent since the last call, separated by blanks; NUL as <c>|</c>, LF as <c>\n</c>.</summary>
    public string Replies() => string.Join(' ', Packets());

    /// <summary>The same, each by itself.</summary>
    public List<string> Packets()
    {
        if (!_toMta.Reader.TryRead(out var result))
            return [];
        var octets = result.Buffer.ToArray();
        _toMta.Reader.AdvanceTo(result.Buffer.End);
        var packets = new List<string>();
        for (var at = 0; at < octets.Length;)
        {
            var length = BinaryPrimitives.ReadInt32BigEndian(octets.AsSpan(at));
            packets.Add(Octets.Text(octets.AsSpan(at + 4, length)).Replace('\0', '|').Replace("\n", "\\n", StringComparison.Ordinal).Replace("\r", "\\r", StringComparison.Ordinal));
            at += 4 + length;
        }
        return packets;
    }

    public void Vanish() => _toFilter.Writer.Complete();

    public void Stop() => _stopping.Cancel();

    public void StopProcessing() => _processing.Cancel();

    public void Dispose()
    {
        _stopping.Dispose();
        _processing.Dispose();
    }

    /// <summary>Agrees on the options; the answer is taken.</summary>
    public MilterHarness Negotiate(uint version = 6, uint actions = AllActions, uint steps = AllSteps)
    {
        Send(MilterCodecTests.Packet('O', OptionPayload(version, actions, steps)));
        Replies().ShouldStartWith("O");
        return this;
    }

    /// <summary>CONNECT and HELO, which are not answered.</summary>
    public MilterHarness Connect(string name = "mail.example.org", string address = "192.0.2.10", string macros = "j|mx.example.com|{daemon_name}|smtpd|")
    {
        Send('D', "C" + macros);
        // Port 45678.
        Ask('C', $"{name}|{(address.Contains(':') ? '6' : '4')}\u00b2\u006e{address}|").ShouldBe("");
        Ask('H', "mail.example.org|").ShouldBe("");
        return this;
    }

    /// <summary>Options, client and envelope, each recipient accepted.</summary>
    public MilterHarness Envelope(params string[] recipients)
    {
        Negotiate();
        Connect();
        return Transaction(recipients);
    }

    public MilterHarness Transaction(params string[] recipients)
    {
        Send('D', "Mi|4QABCD|");
        Ask('M', "<ann@example.org>|").ShouldBe("c");
        foreach (var recipient in recipients.DefaultIfEmpty("user1@example.com"))
            Ask('R', $"<{recipient}>|").ShouldBe("c");
        return this;
    }

    /// <summary>A small message up to its end; the answer.</summary>
    public string Finish()
    {
        Ask('L', "Subject| hi|").ShouldBe("");
        Ask('N').ShouldBe("");
        Ask('B', "hello\r\n").ShouldBe("c");
        return Ask('E');
    }

    public static byte[] OptionPayload(uint version, uint actions, uint steps)
    {
        var payload = new byte[12];
        BinaryPrimitives.WriteUInt32BigEndian(payload, version);
        BinaryPrimitives.WriteUInt32BigEndian(payload.AsSpan(4), actions);
        BinaryPrimitives.WriteUInt32BigEndian(payload.AsSpan(8), steps);
        return payload;
    }

    /// <summary>Keeps the lines of the log.</summary>
    internal sealed class LinesOfLog : IMailLog
    {
        public List<string> Lines { get; } = [];

        public void Line(int level, string? logId, string text) => Lines.Add($"{level} {logId} {text}");

        public bool IsEnabled(int level) => true;
    }
}
