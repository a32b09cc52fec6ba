using System.IO.Pipelines;
using System.Net;
using System.Net.Sockets;
using Amavis.Core.Messages;
using Amavis.Protocols.AmPdp;
using Amavis.Testing;

namespace Amavis.Protocols.Tests.AmPdp;

/// <summary>Server session and client.</summary>
public sealed class AmPdpSessionTests
{
    private static readonly TimeSpan Long = TimeSpan.FromSeconds(30);

    [Fact]
    public async Task Release_of_the_original_command_is_answered_as_it_expects()
    {
        // What amavisd-release 2.002 sends for: bquJ11cLO35w t33Ls83jUkpj other@example.com
        const string Request = "request=release\r\nmail_id=bquJ11cLO35w\r\nsecret_id=t33Ls83jUkpj\r\nmail_file=bquJ11cLO35w\r\nrecipient=other@example.com\r\n\r\n";
        var handler = new Handler(_ => AmPdpReply.Release([new SmtpReply(250, "2.0.0 from MTA(smtp:[127.0.0.1]:10025): 250 2.0.0 Ok")]));

        var answer = await ExchangeAsync(handler, Request);

        answer.ShouldBe("setreply=250 2.0.0 from%20MTA(smtp:[127.0.0.1]:10025):%20250%202.0.0%20Ok\r\n\r\n");
        ReleaseRequest.TryFrom(handler.Requests[0], out var request, out _).ShouldBeTrue();
        request!.MailId.ShouldBe("bquJ11cLO35w");
        request.SecretId.ShouldBe("t33Ls83jUkpj");
        request.Recipients.Select(r => r.Smtp).ShouldBe(["other@example.com"]);
    }

    [Fact]
    public async Task Panel_that_ends_lines_with_LF_finds_the_success_in_one_write()
    {
        var handler = new Handler(_ => AmPdpReply.Release([new SmtpReply(250, "2.6.0 Ok, delivered")]));
        var (client, server) = Pipes();
        var session = new AmPdpServerSession(server, handler, TimeProvider.System, Long).RunAsync(CancellationToken.None);

        await client.Output.WriteAsync("request=release\nmail_id=aX3C4f6btXgX\nsecret_id=s\nquar_type=Q\nrecipient=u@example.com\n\n"u8.ToArray());
        var read = await client.Input.ReadAsync();

        Uri.UnescapeDataString(Octets.Text(read.Buffer.FirstSpan)).ShouldContain("250 2.6.0 Ok");
        read.Buffer.IsSingleSegment.ShouldBeTrue();
        await client.Output.CompleteAsync();
        await session;
    }

    [Fact]
    public async Task Any_number_of_requests_are_answered_in_order()
    {
        var handler = new Handler(m => new AmPdpReply().Add("n", m.Value("n")!));

        (await ExchangeAsync(handler, string.Concat(Enumerable.Range(0, 50).Select(i => $"n={i}\r\n\r\n"))))
            .ShouldBe(string.Concat(Enumerable.Range(0, 50).Select(i => $"n={i}\r\n\r\n")));
    }

    [Fact]
    public async Task Requests_that_come_in_one_packet_are_all_answered_while_the_connection_stays()
    {
        var handler = new Handler(m => new AmPdpReply().Add("n", m.Value("n")!));
        var (client, server) = Pipes();
        var session = new AmPdpServerSession(server, handler, TimeProvider.System, Long).RunAsync(CancellationToken.None);

        await client.Output.WriteAsync("n=1\n\nn=2\n\n"u8.ToArray());
        var answers = "";
        while (!answers.Contains("n=2", StringComparison.Ordinal))
        {
            var read = await client.Input.ReadAsync().AsTask().WaitAsync(Long);
            answers += Octets.Text(System.Buffers.BuffersExtensions.ToArray(read.Buffer));
            client.Input.AdvanceTo(read.Buffer.End);
        }

        answers.ShouldBe("n=1\r\n\r\nn=2\r\n\r\n");
        await client.Output.CompleteAsync();
        await session;
    }

    [Fact]
    public async Task Request_at_hand_is_answered_when_the_host_stops()
    {
        using var stop = new CancellationTokenSource();
        var work = new TaskCompletionSource<AmPdpReply>(TaskCreationOptions.RunContinuationsAsynchronously);
        var (client, server) = Pipes();
        var session = new AmPdpServerSession(server, new Waiting(work.Task), TimeProvider.System, Long).RunAsync(stop.Token);

        await client.Output.WriteAsync("request=AM.PDP\n\n"u8.ToArray());
        await stop.CancelAsync();
        work.SetResult(new AmPdpReply().Add("done"));

        Octets.Text((await client.Input.ReadAsync().AsTask().WaitAsync(Long)).Buffer.FirstSpan).ShouldBe("done=\r\n\r\n");
        await Should.ThrowAsync<OperationCanceledException>(() => session);
    }

    private sealed class Waiting(Task<AmPdpReply> answer) : IAmPdpHandler
    {
        public Task<AmPdpReply> HandleAsync(AmPdpMessage request, CancellationToken cancellationToken) => answer.WaitAsync(cancellationToken);

        public void OnFailure(AmPdpMessage request, Exception exception)
        {
            // The test looks at the answer.
        }
    }

    [Fact]
    public async Task Exception_becomes_a_temporary_failure_and_the_session_goes_on()
    {
        var handler = new Handler(m => m.Request == "bad" ? throw new InvalidOperationException("it is\r\nbroken") : new AmPdpReply().Add("ok"));

        (await ExchangeAsync(handler, "request=bad\n\nrequest=good\n\n")).ShouldBe(
            "setreply=450 4.5.0 Failure:%20it%20is%0d%0abroken\r\nreturn_value=tempfail\r\nexit_code=75\r\n\r\nok=\r\n\r\n");
        handler.Failures.ShouldHaveSingleItem().Message.ShouldStartWith("it is");
    }

    [Fact]
    public async Task Request_beyond_the_limits_is_refused_and_the_session_ends()
    {
        var handler = new Handler(_ => new AmPdpReply());

        (await ExchangeAsync(handler, new string('x', AmPdpReader.MaxLineOctets + 10))).ShouldBe(
            "setreply=450 4.5.0 Failure:%20request%20too%20large\r\nreturn_value=tempfail\r\nexit_code=75\r\n\r\n");
        handler.Requests.ShouldBeEmpty();
    }

    [Fact]
    public async Task Request_without_its_end_is_not_served()
    {
        var handler = new Handler(_ => new AmPdpReply());

        (await ExchangeAsync(handler, "request=release\r\nmail_id=aX3C4f6btXgX\r\n")).ShouldBe("");
        handler.Requests.ShouldBeEmpty();
    }

    [Fact]
    public async Task Silent_client_is_let_go()
    {
        var time = new Smtp.Client.ManualTime();
        var (_, server) = Pipes();
        var session = new AmPdpServerSession(server, new Handler(_ => new AmPdpReply()), time, Long).RunAsync(CancellationToken.None);
        session.IsCompleted.ShouldBeFalse();

        time.Advance(Long);

        await session.WaitAsync(Long);
    }

    [Fact]
    public async Task Host_that_stops_ends_the_session()
    {
        using var stop = new CancellationTokenSource();
        var (_, server) = Pipes();
        var session = new AmPdpServerSession(server, new Handler(_ => new AmPdpReply()), TimeProvider.System, Long).RunAsync(stop.Token);

        await stop.CancelAsync();

        await Should.ThrowAsync<OperationCanceledException>(() => session);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Client_releases_over_TCP_and_Unix_sockets(bool unix)
    {
        var handler = new Handler(m => m.Value("mail_id") == "refused12345"
            ? throw new InvalidOperationException("no such message")
            : AmPdpReply.Release([new SmtpReply(250, "2.0.0 from MTA(x): 250 2.0.0 Ok"), new SmtpReply(550, "5.1.1 no such user")]));
        await using var server = new Server(handler, unix);
        await using var client = await AmPdpClient.ConnectAsync(server.Endpoint, Long, TimeProvider.System, CancellationToken.None);

        var good = await client.ReleaseAsync(new ReleaseRequest { MailId = "aX3C4f6btXgX", SecretId = "s3cret" }, CancellationToken.None);
        var bad = await client.ReleaseAsync(new ReleaseRequest { MailId = "refused12345" }, CancellationToken.None);

        good.Replies.ShouldBe([new SmtpReply(250, "2.0.0 from MTA(x): 250 2.0.0 Ok"), new SmtpReply(550, "5.1.1 no such user")]);
        bad.Replies.ShouldBe([new SmtpReply(450, "4.5.0 Failure: no such message")]);
        bad.Message.Value("exit_code").ShouldBe("75");
    }

    [Fact]
    public async Task Client_says_when_nobody_listens_or_answers()
    {
        AmPdpEndpoint gone;
        await using (var server = new Server(new Handler(_ => new AmPdpReply()), unix: true))
            gone = server.Endpoint;
        (await Should.ThrowAsync<IOException>(() => AmPdpClient.ConnectAsync(gone, Long, TimeProvider.System, CancellationToken.None)))
            .Message.ShouldStartWith($"can't connect to {gone}");

        var time = new Smtp.Client.ManualTime();
        await using var silent = new Server(new Handler(_ => new AmPdpReply()) { Delay = Timeout.InfiniteTimeSpan }, unix: false);
        await using var client = await AmPdpClient.ConnectAsync(silent.Endpoint, Long, time, CancellationToken.None);
        var asking = client.ReleaseAsync(new ReleaseRequest { MailId = "aX3C4f6btXgX" }, CancellationToken.None);
        time.Advance(Long);
        (await Should.ThrowAsync<IOException>(() => asking.WaitAsync(Long)))
            .Message.ShouldEndWith("gave no answer in time");
    }

    [Fact]
    public async Task Answer_without_a_reply_is_a_fault()
    {
        await using var server = new Server(new Handler(_ => new AmPdpReply().Add("log_id", "x")), unix: false);
        await using var client = await AmPdpClient.ConnectAsync(server.Endpoint, Long, TimeProvider.System, CancellationToken.None);

        await Should.ThrowAsync<IOException>(() => client.ReleaseAsync(new ReleaseRequest { MailId = "aX3C4f6btXgX" }, CancellationToken.None));
    }

    [Theory]
    [InlineData("/run/amavis/pdp.sock", "/run/amavis/pdp.sock")]
    [InlineData("unix:/run/amavis/pdp.sock", "/run/amavis/pdp.sock")]
    [InlineData("127.0.0.1:9998", "127.0.0.1:9998")]
    [InlineData("[::1]:9998", "[::1]:9998")]
    [InlineData("[localhost]:9998", "localhost:9998")]
    [InlineData("::1:9998", null)]
    [InlineData("localhost", null)]
    [InlineData("localhost:0", null)]
    [InlineData("localhost:99999", null)]
    [InlineData(":9998", null)]
    [InlineData("[]:9998", null)]
    public void Endpoints_are_paths_or_hosts_with_ports(string text, string? expected)
    {
        AmPdpEndpoint.TryParse(text, out var endpoint).ShouldBe(expected is not null);
        endpoint?.ToString().ShouldBe(expected);
    }

    private static async Task<string> ExchangeAsync(Handler handler, string request)
    {
        var (client, server) = Pipes();
        var session = RunAsync();
        await client.Output.WriteAsync(Octets.Of(request));
        await client.Output.CompleteAsync();
        using var answer = new MemoryStream();
        await client.Input.CopyToAsync(answer);
        await session;
        return Octets.Text(answer.ToArray());

        async Task RunAsync()
        {
            await new AmPdpServerSession(server, handler, TimeProvider.System, Long).RunAsync(CancellationToken.None);
            await server.Output.CompleteAsync();
            await server.Input.CompleteAsync();
        }
    }

    private static (IDuplexPipe Client, IDuplexPipe Server) Pipes()
    {
        var (up, down) = (new Pipe(), new Pipe());
        return (new Duplex(down.Reader, up.Writer), new Duplex(up.Reader, down.Writer));
    }

    private sealed record Duplex(PipeReader Input, PipeWriter Output) : IDuplexPipe;

    private sealed class Handler(Func<AmPdpMessage, AmPdpReply> answer) : IAmPdpHandler
    {
        public List<AmPdpMessage> Requests { get; } = [];
        public List<Exception> Failures { get; } = [];
        public TimeSpan Delay { get; init; }

        public async Task<AmPdpReply> HandleAsync(AmPdpMessage request, CancellationToken cancellationToken)
        {
            Requests.Add(request);
            await Task.Delay(Delay, cancellationToken);
            return answer(request);
        }

        public void OnFailure(AmPdpMessage request, Exception exception) => Failures.Add(exception);
    }

    /// <summary>A listener that serves one connection after another.</summary>
    private sealed class Server : IAsyncDisposable
    {
        private readonly Socket _listener;
        private readonly CancellationTokenSource _stop = new();
        private readonly Task _serving;

        public Server(IAmPdpHandler handler, bool unix)
        {
            var path = Path.Combine(Path.GetTempPath(), $"pdp-{Guid.NewGuid():N}.sock");
            _listener = new Socket(unix ? AddressFamily.Unix : AddressFamily.InterNetwork, SocketType.Stream, unix ? ProtocolType.Unspecified : ProtocolType.Tcp);
            _listener.Bind(unix ? new UnixDomainSocketEndPoint(path) : new IPEndPoint(IPAddress.Loopback, 0));
            _listener.Listen();
            Endpoint = unix ? new AmPdpEndpoint(path, null, 0) : new AmPdpEndpoint(null, "127.0.0.1", ((IPEndPoint)_listener.LocalEndPoint!).Port);
            _serving = ServeAsync(handler);
        }

        public AmPdpEndpoint Endpoint { get; }

        public async ValueTask DisposeAsync()
        {
            await _stop.CancelAsync();
            await _serving;
            _listener.Dispose();
            _stop.Dispose();
            if (Endpoint.Path is not null)
                File.Delete(Endpoint.Path);
        }

        private async Task ServeAsync(IAmPdpHandler handler)
        {
            try
            {
                while (true)
                {
                    await using var stream = new NetworkStream(await _listener.AcceptAsync(_stop.Token), ownsSocket: true);
                    var transport = new Duplex(PipeReader.Create(stream), PipeWriter.Create(stream));
                    await new AmPdpServerSession(transport, handler, TimeProvider.System, Long) { Processing = _stop.Token }.RunAsync(_stop.Token);
                }
            }
            catch (OperationCanceledException)
            {
                // The test is over.
            }
        }
    }
}
