using System.Diagnostics;

namespace Amavis.Cli.Tests;

public sealed class ReloadCommandTests : AmavisProcess
{
    private string Config(string more = "") => Write("a.yaml", $"myhostname: mx.example.com\npid_file: {Root}/pid\n{more}");

    /// <summary>Stands in for the daemon: says when it is ready, and ends with the status 7 on SIGHUP.</summary>
    private static Process StandIn(string name)
    {
        var start = new ProcessStartInfo("/bin/sh", ["-c", "trap 'kill $!; exit 7' HUP; sleep 60 & echo ready; wait", name]) { RedirectStandardOutput = true };
        var process = Process.Start(start)!;
        process.StandardOutput.ReadLine().ShouldBe("ready");
        return process;
    }

    private static async Task<int> EndOf(Process process)
    {
        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        await process.WaitForExitAsync(deadline.Token);
        return process.ExitCode;
    }

    [Fact]
    public async Task The_process_of_the_pid_file_gets_a_hangup()
    {
        using var daemon = StandIn("amavisd");
        Write("pid", $"{daemon.Id}\n");
        var run = await RunAsync("reload", "--json", "--config", Config());
        run.ExitCode.ShouldBe(0);
        ((int)run.Json["pid"]!).ShouldBe(daemon.Id);
        (await EndOf(daemon)).ShouldBe(7);
    }

    [Fact]
    public async Task A_faulty_file_is_refused_with_its_mistakes_and_the_daemon_asked_all_the_same()
    {
        using var daemon = StandIn("amavisd");
        Write("pid", $"{daemon.Id}\n");
        var run = await RunAsync("reload", "--config", Config("max_servers: many\n"));
        run.ExitCode.ShouldBe(1);
        run.Error.ShouldContain("a.yaml:3:14: max_servers: ");
        run.Error.ShouldContain("keeps the configuration it has");
        (await EndOf(daemon)).ShouldBe(7);
    }

    [Fact]
    public async Task A_process_that_is_not_the_daemon_is_left_alone()
    {
        using var other = StandIn("other");
        Write("pid", $"{other.Id}\n");
        var run = await RunAsync("reload", "--config", Config());
        run.ExitCode.ShouldBe(1);
        run.Error.ShouldContain($"names process {other.Id}, which is not amavisd");
        other.HasExited.ShouldBeFalse();
        other.Kill(entireProcessTree: true);
    }

    [Theory]
    [InlineData("", "holds no process id")]
    [InlineData("many\n", "holds no process id")]
    [InlineData("1\n", "holds no process id")]
    [InlineData("99999999\n", "the daemon is not running")]
    [InlineData(null, "the daemon is not running")]
    public async Task Without_a_daemon_the_command_fails(string? pid, string reason)
    {
        if (pid is not null)
            Write("pid", pid);
        var run = await RunAsync("reload", "--config", Config());
        run.ExitCode.ShouldBe(1);
        run.Error.ShouldContain(reason);
    }
}
