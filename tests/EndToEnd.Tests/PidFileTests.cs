using System.Globalization;
using Amavis.Testing;

namespace Amavis.EndToEnd.Tests;

/// <summary>The pid file of a daemon that starts, stops, is killed and is succeeded.</summary>
[Trait("Needs", "Server")]
public sealed class PidFileTests
{
    [Fact]
    public async Task The_file_is_there_while_the_daemon_is_and_a_stale_one_keeps_nobody_from_starting()
    {
        await using var sink = new MailSink();
        await using var filter = await FilterProcess.StartAsync(sink.Port, Lab.NoScanners);
        var path = Path.Combine(filter.Directory, "amavisd.pid");
        (await File.ReadAllTextAsync(path)).ShouldBe(Line(filter.ProcessId));
        await filter.StopAsync();
        File.Exists(path).ShouldBeFalse();

        // Killed, it leaves its file; the number may be anybody's by then, as that of this process.
        await filter.StartAgainAsync();
        await filter.KillAsync();
        File.Exists(path).ShouldBeTrue();
        foreach (var stale in (string[])[Line(Environment.ProcessId), "", "1\n2\n", "nonsense"])
        {
            await File.WriteAllTextAsync(path, stale);
            await filter.StartAgainAsync();
            (await File.ReadAllTextAsync(path)).ShouldBe(Line(filter.ProcessId));
            await filter.StopAsync();
            File.Exists(path).ShouldBeFalse();
        }
    }

    [Fact]
    public async Task A_daemon_that_stops_leaves_the_file_of_its_successor()
    {
        await using var sink = new MailSink();
        await using var filter = await FilterProcess.StartAsync(sink.Port, Lab.NoScanners);
        var path = Path.Combine(filter.Directory, "amavisd.pid");
        await File.WriteAllTextAsync(path, Line(Environment.ProcessId));
        await filter.StopAsync();
        (await File.ReadAllTextAsync(path)).ShouldBe(Line(Environment.ProcessId));
    }

    [Fact]
    public async Task Without_a_name_there_is_no_file()
    {
        await using var sink = new MailSink();
        await using var filter = await FilterProcess.StartAsync(sink.Port, Lab.NoScanners + "\npid_file: ''");
        Directory.GetFiles(filter.Directory, "*.pid").ShouldBeEmpty();
        await filter.StopAsync();
    }

    private static string Line(int pid) => pid.ToString(CultureInfo.InvariantCulture) + "\n";
}
