using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using Amavis.Core.Status;
using Amavis.Testing;

namespace Amavis.Cli.Tests;

/// <summary>The commands against a daemon played by a double.</summary>
public sealed class MonitoringCommandTests : AmavisProcess
{
    private static readonly DaemonFacts Facts = new("amavis-0.1.0 (20261122)", "mx.example.com", "", "", 4711, TimeSpan.FromSeconds(100));

    private static readonly CountersDocument Counters = new(Facts, new Dictionary<string, long> { ["InMsgs"] = 5 }, new Dictionary<string, long>());

    private static readonly ProcessesDocument Processes = new(
        Facts,
        [
            new SlotStatus { Slot = 1, Task = "04711-02", Age = TimeSpan.FromSeconds(2), Course = [new StateChange('V', TimeSpan.Zero)] },
            new SlotStatus { Slot = 2, Age = TimeSpan.FromSeconds(3) },
        ],
        0,
        [new SessionStatus("04711-02", "SMTP", "192.0.2.1:4711", '=', TimeSpan.FromSeconds(2), TimeSpan.FromSeconds(4))]);

    private string Config(string address) => Write("a.yaml", $"myhostname: mx.example.com\nmetrics_listen: {address}\n");

    /// <summary>Answers as the daemon does.</summary>
    private static FakeServer Daemon() => new(async (socket, ending) =>
    {
        var request = await RequestAsync(socket, ending);
        var document = request.Contains(StatusJson.CountersPath, StringComparison.Ordinal)
            ? JsonSerializer.Serialize(Counters, StatusJson.Options)
            : JsonSerializer.Serialize(Processes, StatusJson.Options);
        await AnswerAsync(socket, "200 OK", document, ending);
    });

    private static FakeServer Other(string status, string body) => new(async (socket, ending) =>
    {
        await RequestAsync(socket, ending);
        await AnswerAsync(socket, status, body, ending);
    });

    private static async Task<string> RequestAsync(Socket socket, CancellationToken ending)
    {
        var buffer = new byte[4096];
        var request = "";
        while (!request.Contains("\r\n\r\n", StringComparison.Ordinal))
            request += Encoding.Latin1.GetString(buffer, 0, await socket.ReceiveAsync(buffer, SocketFlags.None, ending));
        return request;
    }

    private static async Task AnswerAsync(Socket socket, string status, string body, CancellationToken ending)
    {
        var octets = Encoding.UTF8.GetBytes(body);
        var head = $"HTTP/1.1 {status}\r\nContent-Type: application/json; charset=utf-8\r\nContent-Length: {octets.Length}\r\nConnection: close\r\n\r\n";
        await socket.SendAsync(Encoding.Latin1.GetBytes(head), SocketFlags.None, ending);
        await socket.SendAsync(octets, SocketFlags.None, ending);
    }

    [Fact]
    public async Task The_agent_shows_the_counters_once_when_nobody_watches()
    {
        await using var daemon = Daemon();
        var run = await RunAsync("agent", "--config", Config(daemon.Address));
        run.ExitCode.ShouldBe(0, run.Error);
        run.Output.ShouldStartWith("\n\nsysContact ");
        run.Lines.ShouldContain("InMsgs                                   5    180/h   100.0 % (InMsgs)");
        run.Lines.Count(l => l.StartsWith("sysUpTime", StringComparison.Ordinal)).ShouldBe(1);
    }

    [Fact]
    public async Task The_nanny_shows_what_is_in_hand_as_often_as_asked()
    {
        await using var daemon = Daemon();
        var run = await RunAsync("nanny", "-c", "3", "-w", "0.1", "--sessions", "--config", Config(daemon.Address));
        run.ExitCode.ShouldBe(0, run.Error);
        run.Lines[0].ShouldBe("process-id task-id     elapsed in    elapsed-bar (dots indicate idle)");
        run.Lines.Count(l => l == "PID 00001: 04711-02      0:00:02 VV").ShouldBe(3);
        run.Lines.Count(l => l == "PID 00002:               0:00:03 ...").ShouldBe(3);
        run.Lines.Count(l => l.StartsWith("04711-02       SMTP     192.0.2.1:4711", StringComparison.Ordinal)).ShouldBe(3);
    }

    [Fact]
    public async Task Each_gives_one_document()
    {
        await using var daemon = Daemon();
        var agent = (await RunAsync("agent", "--json", "-c", "5", "--config", Config(daemon.Address))).Json;
        ((int)agent["pid"]!, (double)agent["upSeconds"]!).ShouldBe((4711, 100));
        agent["counters"]!.AsArray().ShouldContain(c => (string)c!["name"]! == "InMsgs" && (long)c["value"]! == 5 && (double)c["perHour"]! == 180);
        var nanny = (await RunAsync("nanny", "--json", "--config", Config(daemon.Address))).Json;
        nanny["slots"]!.AsArray().Select(s => $"{s!["slot"]} {s["task"]} {s["state"]} {s["age"]}").ShouldBe(["1 04711-02 V 2", "2    3"]);
        ((string)nanny["sessions"]![0]!["id"]!).ShouldBe("04711-02");
    }

    [Theory]
    [InlineData("agent")]
    [InlineData("nanny")]
    public async Task Without_a_daemon_they_say_where_they_looked(string command)
    {
        var address = $"127.0.0.1:{FreePorts.Next()}";
        var run = await RunAsync(command, "--config", Config(address));
        run.ExitCode.ShouldBe(1);
        run.Error.ShouldStartWith($"amavis: the daemon does not answer at http://{address}/: ");
        run = await RunAsync(command, "--json", "--config", Config(address));
        (run.ExitCode, (bool)run.Json["ok"]!).ShouldBe((1, false));
    }

    [Fact]
    public async Task Without_metrics_listen_they_say_what_to_set()
    {
        var run = await RunAsync("nanny", "--config", Config("null"));
        run.ExitCode.ShouldBe(1);
        run.Error.ShouldStartWith("amavis: metrics_listen is not set");
    }

    [Theory]
    [InlineData("404 Not Found", "")]
    [InlineData("200 OK", "<html>")]
    [InlineData("200 OK", "null")]
    public async Task What_is_not_the_daemon_is_told(string status, string body)
    {
        await using var other = Other(status, body);
        var run = await RunAsync("agent", "--config", Config(other.Address));
        run.ExitCode.ShouldBe(1);
        run.Error.ShouldContain("is not amavisd");
    }

    [Theory]
    [InlineData("agent", "-c", "0")]
    [InlineData("agent", "-c", "x")]
    [InlineData("nanny", "-w", "0")]
    [InlineData("nanny", "-w", "-1")]
    [InlineData("nanny", "--verbose", "1")]
    public async Task Wrong_usage_is_2(params string[] arguments) => (await RunAsync(arguments)).ExitCode.ShouldBe(2);
}
