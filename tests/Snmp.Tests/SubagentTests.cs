using System.Net;
using System.Net.Sockets;
using System.Threading.Channels;
using Amavis.Core.Policy;
using Amavis.Snmp.AgentX;
using Amavis.Testing;
using Microsoft.Extensions.Time.Testing;

namespace Amavis.Snmp.Tests;

/// <summary>Sessions that come about, end and come again. Time is moved by the tests.</summary>
public sealed class SubagentTests : IAsyncLifetime, IDisposable
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);

    private readonly FakeTimeProvider _clock = new();
    private readonly LinesLog _log = new();
    private readonly CancellationTokenSource _stop = new();
    private readonly Channel<(Socket Socket, CancellationToken Ending, TaskCompletionSource Over)> _sessions = Channel.CreateUnbounded<(Socket, CancellationToken, TaskCompletionSource)>();
    private FakeServer? _server;
    private Task _running = Task.CompletedTask;

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync()
    {
        await _stop.CancelAsync();
        await _running.WaitAsync(Limit);
        if (_server is not null)
            await _server.DisposeAsync();
    }

    public void Dispose() => _stop.Dispose();

    private void Start()
    {
        _server = new FakeServer(async (socket, ending) =>
        {
            var over = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            await _sessions.Writer.WriteAsync((socket, ending, over), ending);
            await over.Task.WaitAsync(ending);
        });
        Start(_server.Address);
    }

    private void Start(string address)
    {
        AgentXAddress.TryParse(address, out var parsed).ShouldBeTrue();
        _running = new AgentXSubagent(parsed, TestMib.View, "amavis-1", _clock, _log).RunAsync(_stop.Token);
    }

    /// <summary>The next connection, while time goes on.</summary>
    private async Task<(MasterDouble Master, Action Hangup)> NextAsync()
    {
        var next = _sessions.Reader.ReadAsync().AsTask();
        await MoveTimeUntilAsync(() => next.IsCompleted);
        var (socket, ending, over) = await next;
        return (new MasterDouble(socket, ending), () => over.TrySetResult());
    }

    private Task MoveTimeUntilAsync(Func<bool> condition) => Waiting.UntilAsync(_ =>
    {
        if (condition())
            return Task.FromResult(true);
        _clock.Advance(TimeSpan.FromSeconds(1));
        return Task.FromResult(false);
    }, Limit, CancellationToken.None);

    private Task LoggedAsync(string line) =>
        Waiting.UntilAsync(_ => Task.FromResult(_log.Lines.Any(l => l.Contains(line, StringComparison.Ordinal))), Limit, CancellationToken.None);

    [Fact]
    public async Task A_session_is_opened_the_objects_are_registered_and_the_end_is_told()
    {
        Start();
        var (master, _) = await NextAsync();
        (await master.WelcomeAsync()).ShouldBe(
        [
            "Open 0 1.3.6.1.4.1.15312.2 amavis-1",
            "Register 1.3.6.1.4.1.15312.2.1.1 priority 127 timeout 0",
            "Register 1.3.6.1.4.1.15312.2.1.2 priority 127 timeout 0",
        ]);
        await LoggedAsync("0 SNMP: registered at the AgentX master");
        await _stop.CancelAsync();
        var farewell = (await master.ReceiveAsync())!;
        (PduText.Of(farewell), farewell.SessionId).ShouldBe(("Close Shutdown", MasterDouble.Session));
        (await master.ReceiveAsync()).ShouldBeNull();
    }

    [Fact]
    public async Task An_answer_has_the_numbers_of_its_request()
    {
        Start();
        var (master, _) = await NextAsync();
        await master.WelcomeAsync();
        var packet = await master.SayAsync("Get 1.3.6.1.4.1.15312.2.1.1.2.1.0");
        var answer = (await master.ReceiveAsync())!;
        (answer.SessionId, answer.TransactionId, answer.PacketId).ShouldBe((MasterDouble.Session, 900 + packet, packet));
    }

    /// <summary>RFC 2741 §7.2.2: requests may come before everything is registered.</summary>
    [Fact]
    public async Task A_request_between_registrations_is_answered()
    {
        Start();
        var (master, _) = await NextAsync();
        await master.AnswerAsync((await master.ReceiveAsync())!);
        var (first, second) = ((await master.ReceiveAsync())!, (await master.ReceiveAsync())!);
        await master.AnswerAsync(first);
        await master.SayAsync("Get 1.3.6.1.4.1.15312.2.1.1.2.1.0");
        PduText.Of((await master.ReceiveAsync())!).ShouldContain("Counter32 5");
        await master.AnswerAsync(second);
        await LoggedAsync("SNMP: registered");
    }

    [Fact]
    public async Task A_request_of_another_session_is_refused()
    {
        Start();
        var (master, _) = await NextAsync();
        await master.WelcomeAsync();
        await master.SayAsync("CleanupSet", session: 8);
        await master.SayAsync("Get 1.3.6.1.4.1.15312.2.1.1.2.1.0", session: 8);
        PduText.Of((await master.ReceiveAsync())!).ShouldBe("Response NotOpen 0");
    }

    [Fact]
    public async Task A_request_that_can_not_be_read_is_answered_so()
    {
        Start();
        var (master, _) = await NextAsync();
        await master.WelcomeAsync();
        await master.SendAsync(Convert.FromHexString("0105100000000007000000630000006400000004FFFFFFFF"));
        var answer = (await master.ReceiveAsync())!;
        (PduText.Of(answer), answer.TransactionId, answer.PacketId).ShouldBe(("Response ParseError 0", 0x63u, 0x64u));
        await master.SayAsync("Ping");
        PduText.Of((await master.ReceiveAsync())!).ShouldBe("Response None 0");
    }

    [Fact]
    public async Task A_quiet_master_is_asked_for_a_sign_of_life_and_left_when_it_gives_none()
    {
        Start();
        var (master, _) = await NextAsync();
        await master.WelcomeAsync();
        await LoggedAsync("SNMP: registered");
        var ping = await NextPduAsync(master);
        PduText.Of(ping).ShouldBe("Ping");
        await master.AnswerAsync(ping);
        PduText.Of(await NextPduAsync(master)).ShouldBe("Ping");
        // No answer this time.
        var (again, _) = await NextAsync();
        (await again.WelcomeAsync()).Count.ShouldBe(3);
        await LoggedAsync("-1 SNMP: the AgentX master is lost");
        _log.Lines.ShouldContain(l => l.Contains("the master does not answer", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_lost_master_is_logged_once_and_tried_until_it_is_back()
    {
        Start();
        var (master, hangup) = await NextAsync();
        await master.WelcomeAsync();
        await LoggedAsync("SNMP: registered");
        hangup();
        for (var i = 0; i < 5; i++)
            (await NextAsync()).Hangup();
        var (back, _) = await NextAsync();
        await back.WelcomeAsync();
        await Waiting.UntilAsync(_ => Task.FromResult(_log.Lines.Count == 3), Limit, CancellationToken.None);
        _log.Lines[0].ShouldStartWith("0 SNMP: registered");
        _log.Lines[1].ShouldStartWith("-1 SNMP: the AgentX master is lost");
        _log.Lines[2].ShouldStartWith("0 SNMP: registered");
    }

    [Theory]
    [InlineData("Close Shutdown", "closed the session: Shutdown")]
    [InlineData("Close ParseError", "closed the session: ParseError")]
    public async Task A_session_the_master_closes_is_opened_again(string line, string logged)
    {
        Start();
        var (master, _) = await NextAsync();
        await master.WelcomeAsync();
        await LoggedAsync("SNMP: registered");
        await master.SayAsync(line);
        (await (await NextAsync()).Master.WelcomeAsync()).Count.ShouldBe(3);
        _log.Lines[1].ShouldContain(logged);
    }

    [Fact]
    public async Task A_master_that_forgot_the_session_gets_a_new_one()
    {
        Start();
        var (master, _) = await NextAsync();
        await master.WelcomeAsync();
        await LoggedAsync("SNMP: registered");
        await master.AnswerAsync(await NextPduAsync(master), ResponseError.NotOpen);
        (await (await NextAsync()).Master.WelcomeAsync()).Count.ShouldBe(3);
    }

    /// <summary>Somebody else, perhaps the original's own subagent, is there already.</summary>
    [Fact]
    public async Task What_is_registered_twice_is_logged_and_the_session_goes_on()
    {
        Start();
        var (master, _) = await NextAsync();
        await master.AnswerAsync((await master.ReceiveAsync())!);
        await master.AnswerAsync((await master.ReceiveAsync())!, ResponseError.DuplicateRegistration);
        await master.AnswerAsync((await master.ReceiveAsync())!);
        await LoggedAsync("-1 SNMP: 1.3.6.1.4.1.15312.2.1.1 is registered by somebody else");
        await master.SayAsync("Get 1.3.6.1.4.1.15312.2.1.2.1.2.0");
        PduText.Of((await master.ReceiveAsync())!).ShouldContain("Gauge32 0");
    }

    [Fact]
    public async Task A_master_that_refuses_the_session_is_asked_again()
    {
        Start();
        var (master, _) = await NextAsync();
        await master.AnswerAsync((await master.ReceiveAsync())!, ResponseError.OpenFailed);
        await LoggedAsync("the master refused the session: OpenFailed (256)");
        (await (await NextAsync()).Master.WelcomeAsync()).Count.ShouldBe(3);
    }

    [Theory]
    [InlineData("220 mx.example.com ESMTP ready, this is no master\r\n")]
    [InlineData("")]
    public async Task What_is_no_master_is_left_alone_and_asked_again(string greeting)
    {
        Start();
        var (other, _) = await NextAsync();
        await other.SendAsync(Octets.Of(greeting));
        (await (await NextAsync()).Master.WelcomeAsync()).Count.ShouldBe(3);
        _log.Lines[0].ShouldStartWith("-1 SNMP: there is no AgentX master");
    }

    [Fact]
    public async Task Without_a_master_one_line_is_logged_and_the_end_comes_at_once()
    {
        using var directory = new TestDirectory();
        Start(directory.FilePath("master"));
        await LoggedAsync("-1 SNMP: there is no AgentX master, ");
        for (var i = 0; i < 10; i++)
            _clock.Advance(TimeSpan.FromMinutes(1));
        await _stop.CancelAsync();
        await _running.WaitAsync(Limit);
        _log.Lines.Count.ShouldBe(1);
    }

    [Fact]
    public async Task A_unix_socket_leads_to_a_master()
    {
        using var directory = new TestDirectory();
        using var listener = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        listener.Bind(new UnixDomainSocketEndPoint(directory.FilePath("master")));
        listener.Listen();
        Start(directory.FilePath("master"));
        using var limit = new CancellationTokenSource(Limit);
        using var socket = await listener.AcceptAsync(limit.Token);
        (await new MasterDouble(socket, limit.Token).WelcomeAsync()).Count.ShouldBe(3);
    }

    [Fact]
    public async Task A_name_with_several_addresses_has_all_of_them_tried()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        Start($"tcp:localhost:{((IPEndPoint)listener.LocalEndpoint).Port}");
        using var limit = new CancellationTokenSource(Limit);
        using var socket = await listener.AcceptSocketAsync(limit.Token);
        (await new MasterDouble(socket, limit.Token).WelcomeAsync()).Count.ShouldBe(3);
    }

    private async Task<AgentXPdu> NextPduAsync(MasterDouble master)
    {
        var next = master.ReceiveAsync();
        await MoveTimeUntilAsync(() => next.IsCompleted);
        return (await next)!;
    }
}
