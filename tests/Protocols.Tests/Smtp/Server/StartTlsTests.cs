using System.IO.Pipelines;
using System.Net;
using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Amavis.Core.Messages;
using Amavis.Core.Policy;
using Amavis.Protocols.Smtp.Server;
using Amavis.Testing;

namespace Amavis.Protocols.Tests.Smtp.Server;

/// <summary>STARTTLS with a real handshake, over two pipes.</summary>
public sealed class StartTlsTests : IDisposable
{
    private static readonly TimeSpan Long = TimeSpan.FromSeconds(30);

    private readonly X509Certificate2 _certificate = Certificate();

    public void Dispose() => _certificate.Dispose();

    [Fact]
    public async Task Message_comes_under_TLS_and_says_so()
    {
        await using var client = new Client(_certificate, new Settings { TlsSecurityLevelIn = TlsLevel.Encrypt, AuthMechAvail = ["PLAIN"], AuthRequiredInp = true });
        (await client.SayAsync("EHLO mta.example.net")).ShouldContain("250-STARTTLS\r\n250 XFORWARD");
        await client.StartTlsAsync();

        var extensions = await client.SayAsync("EHLO mta.example.net");
        extensions.ShouldNotContain("STARTTLS");
        extensions.ShouldContain("250-AUTH PLAIN\r\n");
        (await client.SayAsync("STARTTLS")).ShouldStartWith("554 5.5.1 Error: TLS already active");
        (await client.SayAsync("AUTH PLAIN AGFubgBzZWNyZXQ=")).ShouldStartWith("235 ");
        (await client.SayAsync("MAIL FROM:<ann@example.org> AUTH=ann@example.org")).ShouldStartWith("250 ");
        (await client.SayAsync("RCPT TO:<user1@example.com>")).ShouldStartWith("250 ");
        (await client.SayAsync("DATA")).ShouldStartWith("354 ");
        var body = string.Concat(Enumerable.Range(0, 20_000).Select(i => $"line {i}\r\n"));
        (await client.SayAsync("Subject: hi\r\n\r\n" + body + ".")).ShouldStartWith("250 2.0.0 from MTA(");
        (await client.SayAsync("QUIT")).ShouldStartWith("221 ");
        await client.EndAsync();

        var taken = client.Processor.Messages.Single();
        taken.Text.ShouldBe("Subject: hi\r\n\r\n" + body);
        (taken.Message.Connection.Protocol, taken.Message.Connection.TlsCipher!.StartsWith("TLS_", StringComparison.Ordinal)).ShouldBe(("ESMTPSA", true));
        taken.Message.Login.ShouldBe(new LoginCredentials("ann", "secret"));
        taken.Message.Login!.ToString().ShouldNotContain("secret");
        taken.Message.Envelope.Submitter.ShouldBe("ann@example.org");
    }

    [Fact]
    public async Task What_was_said_before_TLS_does_not_count()
    {
        await using var client = new Client(_certificate, new Settings { TlsSecurityLevelIn = TlsLevel.May, AuthMechAvail = ["PLAIN"], AuthRequiredInp = true });
        await client.SayAsync("EHLO mta.example.net");
        (await client.SayAsync("AUTH PLAIN AGFubgBzZWNyZXQ=")).ShouldStartWith("235 ");
        (await client.SayAsync("XFORWARD IDENT=EVIL")).ShouldStartWith("250 ");
        await client.StartTlsAsync();

        (await client.SayAsync("AUTH PLAIN AGFubgBzZWNyZXQ=")).ShouldStartWith("503 5.5.1 Error: send EHLO first");
        (await client.SayAsync("MAIL FROM:<ann@example.org>")).ShouldStartWith("530 5.7.0 Authentication required");
    }

    [Fact]
    public async Task Plain_text_behind_STARTTLS_is_dropped()
    {
        await using var client = new Client(_certificate, new Settings { TlsSecurityLevelIn = TlsLevel.May });
        await client.SayAsync("EHLO mta.example.net");
        await client.StartTlsAsync("STARTTLS\r\nMAIL FROM:<evil@example.org>\r\n");

        (await client.SayAsync("RCPT TO:<user1@example.com>")).ShouldStartWith("503 5.5.1 Need MAIL command before RCPT");
        client.Log.Lines.ShouldContain(l => l.Text.Contains("plain text behind STARTTLS is dropped", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("\u0016\u0003\u0001\u0000\u0005this is no handshake\r\n")]
    [InlineData("")]
    public async Task Failed_handshake_ends_the_connection(string instead)
    {
        await using var client = new Client(_certificate, new Settings { TlsSecurityLevelIn = TlsLevel.May });
        await client.SayAsync("EHLO mta.example.net");
        (await client.SayAsync("STARTTLS")).ShouldStartWith("220 ");
        await client.SendAsync(instead);
        await client.EndAsync();

        client.Log.Lines.ShouldContain(l => l.Text.StartsWith("TLS handshake failed", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Stop_of_the_server_ends_a_session_under_TLS_with_words()
    {
        await using var client = new Client(_certificate, new Settings { TlsSecurityLevelIn = TlsLevel.May });
        await client.SayAsync("EHLO mta.example.net");
        await client.StartTlsAsync();
        (await client.SayAsync("NOOP")).ShouldStartWith("250 ");

        await client.StopAsync();

        (await client.ReadAsync()).ShouldStartWith("421 4.3.2 Service shutting down, closing channel");
        await client.EndAsync();
    }

    [Fact]
    public async Task Older_version_than_allowed_gets_no_connection()
    {
        await using var client = new Client(_certificate, new Settings { TlsSecurityLevelIn = TlsLevel.May });
        await client.SayAsync("EHLO mta.example.net");

        await Should.ThrowAsync<Exception>(() => client.StartTlsAsync(versions: SslProtocols.Tls12));
        await client.EndAsync();
    }

    private static X509Certificate2 Certificate()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=filter.test", key, HashAlgorithmName.SHA256);
        using var made = request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
        return X509CertificateLoader.LoadPkcs12(made.Export(X509ContentType.Pfx), null);
    }

    /// <summary>The client's side of a session, in the clear first.</summary>
    private sealed class Client : IDuplexPipe, IAsyncDisposable
    {
        private readonly Pipe _up = new();
        private readonly Pipe _down = new();
        private readonly CancellationTokenSource _stopping = new();
        private readonly Task _session;
        private readonly Stream _plain;
        private Stream _stream;
        private SslStream? _tls;

        public Client(X509Certificate2 certificate, Settings settings)
        {
            _plain = new DuplexStream(_down.Reader.AsStream(), _up.Writer.AsStream());
            _stream = _plain;
            _session = new SmtpServerSession(this, new SmtpSessionContext
            {
                Connection = new ConnectionFacts { Peer = new(IPAddress.Loopback, 54321), Local = new(IPAddress.Loopback, 10024) },
                Policy = PolicyState.Base(settings with { LogLevel = 5 }),
                SessionId = "00421-07",
                Spools = new MemorySpoolFactory(),
                Processor = Processor,
                Clock = TimeProvider.System,
                Log = Log,
                Tls = () => new SslServerAuthenticationOptions { ServerCertificate = certificate, EnabledSslProtocols = SslProtocols.Tls13 },
            }).RunAsync(_stopping.Token);
        }

        PipeReader IDuplexPipe.Input => _up.Reader;

        PipeWriter IDuplexPipe.Output => _down.Writer;

        public RecordingProcessor Processor { get; } = new();

        public RecordingLog Log { get; } = new();

        public async Task<string> SayAsync(string line)
        {
            if (_tls is null && line.StartsWith("EHLO", StringComparison.Ordinal))
                (await ReadAsync()).ShouldStartWith("220 ");
            await SendAsync(line + "\r\n");
            return await ReadAsync();
        }

        public async Task SendAsync(string text)
        {
            if (text.Length == 0)
                await _up.Writer.CompleteAsync();
            else
                await _stream.WriteAsync(Encoding.Latin1.GetBytes(text));
        }

        /// <summary>One whole reply.</summary>
        public async Task<string> ReadAsync()
        {
            using var limit = new CancellationTokenSource(Long);
            var text = new StringBuilder();
            var buffer = new byte[1];
            while (await _stream.ReadAsync(buffer, limit.Token) > 0)
            {
                text.Append((char)buffer[0]);
                if (buffer[0] == '\n' && text.ToString()[..^2].Split("\r\n")[^1][3] == ' ')
                    break;
            }
            return text.ToString();
        }

        public async Task StartTlsAsync(string command = "STARTTLS\r\n", SslProtocols versions = SslProtocols.Tls13)
        {
            await SendAsync(command);
            (await ReadAsync()).ShouldStartWith("220 2.0.0 Ready to start TLS");
            _tls = new SslStream(_plain, leaveInnerStreamOpen: true);
            _stream = _tls;
#pragma warning disable CA5359 // The certificate is made for the test.
            var options = new SslClientAuthenticationOptions { TargetHost = "filter.test", EnabledSslProtocols = versions, RemoteCertificateValidationCallback = (_, _, _, _) => true };
#pragma warning restore CA5359
            using var limit = new CancellationTokenSource(Long);
            await _tls.AuthenticateAsClientAsync(options, limit.Token);
        }

        public Task StopAsync() => _stopping.CancelAsync();

        public Task EndAsync() => _session.WaitAsync(Long);

        public async ValueTask DisposeAsync()
        {
            await _up.Writer.CompleteAsync();
            await _down.Reader.CompleteAsync();
            await _session.WaitAsync(Long);
            if (_tls is not null)
                await _tls.DisposeAsync();
            _stopping.Dispose();
        }
    }

    /// <summary>Two streams as one.</summary>
    private sealed class DuplexStream(Stream input, Stream output) : Stream
    {
        public override bool CanRead => true;

        public override bool CanWrite => true;

        public override bool CanSeek => false;

        public override long Length => throw new NotSupportedException();

        public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) => input.ReadAsync(buffer, cancellationToken);

        public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
        {
            await output.WriteAsync(buffer, cancellationToken);
            await output.FlushAsync(cancellationToken);
        }

        public override void Flush()
        {
        }

        public override int Read(byte[] buffer, int offset, int count) => input.Read(buffer, offset, count);

        public override void Write(byte[] buffer, int offset, int count) => output.Write(buffer, offset, count);

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();
    }
}
