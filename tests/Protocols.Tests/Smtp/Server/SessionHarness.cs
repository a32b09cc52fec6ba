using System.Buffers;
using System.IO.Pipelines;
using System.Net;
using System.Text;
using Amavis.Core.Messages;
using Amavis.Core.Policy;
using Amavis.Protocols.Smtp.Server;

namespace Amavis.Protocols.Tests.Smtp.Server;

/// <summary>
/// A session on two pipes in memory, and its client. Both sides run on the calling thread: what is sent is handled when
/// <see cref="Send"/> returns, so that nothing has to be waited for.
/// </summary>
internal sealed class SessionHarness : IDuplexPipe, IDisposable
{
    private static readonly PipeOptions Inline = new(
        readerScheduler: PipeScheduler.Inline, writerScheduler: PipeScheduler.Inline,
        pauseWriterThreshold: 0, useSynchronizationContext: false);

    private readonly Pipe _toServer = new(Inline);
    private readonly Pipe _toClient;
    private readonly CountingWriter _output;
    private readonly CancellationTokenSource _stopping = new();
    private readonly CancellationTokenSource _processing = new();

    public SessionHarness(Settings? settings = null, bool lmtp = false, bool unix = false, long clientWindow = 0)
        : this(PolicyState.Base(settings ?? new Settings()), lmtp, unix, clientWindow)
    {
    }

    /// <param name="policy">In force when the session begins.</param>
    /// <param name="lmtp">The listener's protocol is LMTP.</param>
    /// <param name="unix">The listener is a Unix socket.</param>
    /// <param name="clientWindow">Octets of replies that may lie unread; 0: any number.</param>
    public SessionHarness(PolicyState policy, bool lmtp = false, bool unix = false, long clientWindow = 0)
    {
        _toClient = new Pipe(new PipeOptions(
            readerScheduler: PipeScheduler.Inline, writerScheduler: PipeScheduler.Inline,
            pauseWriterThreshold: clientWindow, resumeWriterThreshold: clientWindow / 2, useSynchronizationContext: false));
        _output = new CountingWriter(_toClient.Writer);
        Context = new SmtpSessionContext
        {
            Connection = unix
                ? new ConnectionFacts { UnixPath = "/run/amavis/smtp.sock" }
                : new ConnectionFacts { Peer = new(IPAddress.Loopback, 54321), Local = new(IPAddress.Loopback, 10024) },
            Policy = policy,
            SessionId = "00421-07",
            StartAsLmtp = lmtp,
            Spools = Spools,
            Processor = Processor,
            Clock = Clock,
            Log = Log,
            // A certificate that can't be read at this moment; handshakes have tests of their own.
            Tls = () => null,
            Processing = _processing.Token,
        };
    }

    public SmtpSessionContext Context { get; set; }

    public ManualClock Clock { get; } = new();

    public RecordingProcessor Processor { get; } = new();

    public RecordingSpools Spools { get; } = new();

    public RecordingLog Log { get; } = new();

    public Task Session { get; private set; } = Task.CompletedTask;

    public bool IsOver => Session.IsCompleted;

    PipeReader IDuplexPipe.Input => _toServer.Reader;

    /// <summary>How often replies were sent.</summary>
    public int Flushes => _output.Flushes;

    PipeWriter IDuplexPipe.Output => _output;

    /// <summary>Starts the session; the greeting waits to be read.</summary>
    public SessionHarness Start()
    {
        // The runner's context would have the session go on in another thread.
        SynchronizationContext.SetSynchronizationContext(null);
        Session = new SmtpServerSession(this, Context).RunAsync(_stopping.Token);
        return this;
    }

    public void Send(ReadOnlySpan<byte> octets)
    {
        _toServer.Writer.Write(octets);
        _toServer.Writer.FlushAsync().AsTask().IsCompletedSuccessfully.ShouldBeTrue();
    }

    /// <summary>Sends text as UTF-8, line ends as written.</summary>
    public void Send(string text) => Send(Encoding.UTF8.GetBytes(text));

    public void Vanish() => _toServer.Writer.Complete();

    /// <summary>The connection was reset.</summary>
    public void Break() => _toServer.Writer.Complete(new IOException("connection reset by peer"));

    public void Stop() => _stopping.Cancel();

    public void StopProcessing() => _processing.Cancel();

    public void Dispose()
    {
        _stopping.Dispose();
        _processing.Dispose();
    }

    /// <summary>All replies sent since the last call.</summary>
    public string Replies()
    {
        if (!_toClient.Reader.TryRead(out var result))
            return "";
        var text = Encoding.UTF8.GetString(result.Buffer);
        _toClient.Reader.AdvanceTo(result.Buffer.End);
        return text;
    }

    /// <summary>Sends a line and gives the replies to it.</summary>
    public string Ask(string line)
    {
        Send(line + "\r\n");
        return Replies();
    }

    /// <summary>Starts, and goes as far as the 354.</summary>
    public SessionHarness BeginData(string hello = "EHLO mta.example.net", params string[] recipients)
    {
        Start();
        Ask(hello);
        Ask("MAIL FROM:<sender@example.org>").ShouldStartWith("250 ");
        foreach (var recipient in recipients.DefaultIfEmpty("user1@example.com"))
            Ask($"RCPT TO:<{recipient}>").ShouldStartWith("250 ");
        Ask("DATA").ShouldBe("354 End data with <CR><LF>.<CR><LF>\r\n");
        return this;
    }

    private sealed class CountingWriter(PipeWriter inner) : PipeWriter
    {
        public int Flushes { get; private set; }

        public override void Advance(int bytes) => inner.Advance(bytes);

        public override void CancelPendingFlush() => inner.CancelPendingFlush();

        public override void Complete(Exception? exception = null) => inner.Complete(exception);

        public override ValueTask<FlushResult> FlushAsync(CancellationToken cancellationToken = default)
        {
            Flushes++;
            return inner.FlushAsync(cancellationToken);
        }

        public override Memory<byte> GetMemory(int sizeHint = 0) => inner.GetMemory(sizeHint);

        public override Span<byte> GetSpan(int sizeHint = 0) => inner.GetSpan(sizeHint);
    }
}
