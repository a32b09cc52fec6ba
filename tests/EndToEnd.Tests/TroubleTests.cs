using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Amavis.Testing;

namespace Amavis.EndToEnd.Tests;

/// <summary>What helps whoever looks for a fault: the full log of some mail, kept messages; and the account the daemon runs under.</summary>
[Collection(nameof(Lab))]
[Trait("Needs", "Server")]
public sealed class TroubleTests(Lab lab)
{
    private const string Message = "From: <a@far.example>\r\nTo: <b@example.com>\r\nSubject: trouble\r\nDate: Sun, 22 Nov 2026 10:00:00 +0000\r\n\r\nhello\r\n";

    private static string Quiet(string scanners) => $"""
        local_domains_maps: [[.example.com]]
        spam_scanners: []
        av_scanners: {scanners}
        log_level: 0
        """;

    private string Clamd => $"[{{name: ClamAV-clamd, protocol: clamd, address: \"{lab.Clamd.UnixAddress}\"}}]";

    [Fact]
    public async Task Mail_of_a_debugged_sender_or_recipient_is_logged_in_full()
    {
        await using var sink = new MailSink();
        await using var filter = await FilterProcess.StartAsync(sink.Port, Quiet(Clamd) + "\ndebug_sender_maps: [[odd@far.example]]\ndebug_recipient_maps: [[odd@example.com]]");
        await SendAsync(filter, "plain@far.example", "b@example.com");
        await filter.WaitForLogAsync("plain@far.example");
        var before = filter.Log;
        before.ShouldNotContain("TIMING");

        await SendAsync(filter, "odd@far.example", "b@example.com");
        await filter.WaitForLogAsync("TIMING");
        var first = filter.Log.Split("TIMING").Length;
        await SendAsync(filter, "plain@far.example", "odd@example.com");
        await filter.WaitForLogAsync("odd@example.com");
        while (filter.Log.Split("TIMING").Length == first)
            await Task.Delay(20);
    }

    [Fact]
    public async Task The_captured_log_of_a_message_is_written_when_that_is_asked_for()
    {
        await using var sink = new MailSink();
        await using var filter = await FilterProcess.StartAsync(sink.Port, Quiet(Clamd) + "\nenable_log_capture: true");
        await SendAsync(filter, "a@far.example", "b@example.com");
        await filter.WaitForLogAsync("Passed CLEAN");
        filter.Log.ShouldNotContain("TIMING");
        await File.AppendAllTextAsync(filter.ConfigurationPath, "enable_log_capture_dump: true\n");
        await filter.SignalAsync("HUP");
        await filter.WaitForLogAsync("configuration reloaded");
        await SendAsync(filter, "a@far.example", "b@example.com");
        await filter.WaitForLogAsync("TIMING");
    }

    [Fact]
    public async Task A_message_whose_time_runs_out_is_kept_as_evidence_and_stays_with_the_client()
    {
        using var silent = new TcpListener(IPAddress.Loopback, 0);
        silent.Start();
        await using var sink = new MailSink();
        await using var filter = await FilterProcess.StartAsync(sink.Port,
            Quiet($"[{{name: Silent, protocol: clamd, address: \"127.0.0.1:{((IPEndPoint)silent.LocalEndpoint).Port}\"}}]"));
        await File.WriteAllTextAsync(filter.ConfigurationPath, (await File.ReadAllTextAsync(filter.ConfigurationPath)).Replace("child_timeout: 30", "child_timeout: 3", StringComparison.Ordinal));
        await filter.SignalAsync("HUP");
        await filter.WaitForLogAsync("configuration reloaded");

        (await SendAsync(filter, "a@far.example", "b@example.com")).ShouldStartWith("451 4.5.0 ");
        sink.Messages.ShouldBeEmpty();
        Evidence(filter).ShouldBe(Message);
    }

    [Fact]
    public async Task A_debugged_message_is_kept_and_others_that_nobody_takes_are_not()
    {
        await using var filter = await FilterProcess.StartAsync(1, Quiet(Clamd) + "\ndebug_sender_maps: [[odd@far.example]]");
        (await SendAsync(filter, "a@far.example", "b@example.com")).ShouldStartWith("451 ");
        filter.Log.ShouldNotContain("PRESERVING EVIDENCE");
        (await SendAsync(filter, "odd@far.example", "b@example.com")).ShouldStartWith("451 ");
        await filter.WaitForLogAsync("PRESERVING EVIDENCE in ");
        Evidence(filter).ShouldBe(Message);
    }

    [Fact]
    public async Task The_daemon_gives_up_the_rights_of_root()
    {
        await using var sink = new MailSink();
        await using var filter = await FilterProcess.StartAsync(sink.Port, Quiet(Clamd));
        await filter.StopAsync();
        await File.AppendAllTextAsync(filter.ConfigurationPath, "daemon_user: nobody\ndaemon_group: nogroup\n");
        using (var chown = Process.Start("chown", ["-R", "nobody:nogroup", filter.Directory]))
            await chown.WaitForExitAsync();
        await filter.StartAgainAsync();

        var status = await File.ReadAllLinesAsync($"/proc/{filter.ProcessId}/status");
        status.Single(l => l.StartsWith("Uid:", StringComparison.Ordinal)).Split('\t')[1..].ShouldAllBe(id => id == "65534");
        status.Single(l => l.StartsWith("Gid:", StringComparison.Ordinal)).Split('\t')[1..].ShouldAllBe(id => id == "65534");
        status.Single(l => l.StartsWith("Groups:", StringComparison.Ordinal)).Split('\t')[1].Trim().ShouldBe("65534");
        (await SendAsync(filter, "a@far.example", "b@example.com")).ShouldStartWith("250 ");
        sink.Messages.Count.ShouldBe(1);
    }

    private static string Evidence(FilterProcess filter)
    {
        var directory = Directory.EnumerateDirectories(Path.Combine(filter.Directory, "tmp"), "amavis-2*").ShouldHaveSingleItem();
        filter.Log.ShouldContain(string.Create(CultureInfo.InvariantCulture, $"PRESERVING EVIDENCE in {directory}"));
        return File.ReadAllText(Path.Combine(directory, "email.txt"));
    }

    private static async Task<string> SendAsync(FilterProcess filter, string sender, string recipient)
    {
        await using var client = await SmtpProbe.ConnectAsync(filter.SmtpPort);
        await client.SayAsync("EHLO mta.example.net");
        return await client.DeliverAsync(sender, [recipient], Octets.Of(Message));
    }
}
