using System.Diagnostics;
using System.Globalization;
using System.Text.Json.Nodes;
using Amavis.Testing;

namespace Amavis.EndToEnd.Tests;

/// <summary>The daemon below a real snmpd, and the two commands that show its state.</summary>
[Collection(nameof(Lab))]
[Trait("Needs", "Server")]
public sealed class MonitoringTests
{
    private const string Root = "1.3.6.1.4.1.15312.2.1";

    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);

    private static async Task<FilterProcess> StartAsync(MailSink sink, SnmpdProcess snmpd)
    {
        var filter = await FilterProcess.StartAsync(
            sink.Port, $"{Lab.NoScanners}\nlocal_domains_maps: [[.example.com]]\nagentx_socket: {snmpd.AgentX}\nsnmp_contact: postmaster@example.com\nsmtp_connection_cache_on_demand: false");
        await filter.StopAsync();
        WriteQueues(Path.Combine(filter.Directory, "postfix"));
        filter.Variables["MAIL_CONFIG"] = Path.Combine(filter.Directory, "postfix");
        File.Delete(filter.LogPath);
        await filter.StartAgainAsync();
        await filter.WaitForLogAsync("SNMP: registered");
        return filter;
    }

    /// <summary>A configuration of Postfix, and queues: one message, none, two, and four in parts and with a directory that is not one.</summary>
    private static void WriteQueues(string directory)
    {
        Directory.CreateDirectory(directory);
        File.WriteAllText(Path.Combine(directory, "main.cf"), $"compatibility_level = 3.6\nqueue_directory = {directory}/queue\n");
        foreach (var name in (string[])["maildrop/1", "active/2", "active/3", "deferred/A/4", "deferred/B/5", "deferred/B/C/6", "deferred/other/7"])
        {
            var path = Path.Combine(directory, "queue", name);
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            File.WriteAllText(path, "");
        }
        Directory.CreateDirectory(Path.Combine(directory, "queue", "incoming"));
    }

    /// <summary>The values of a walk, by their numbers below the root.</summary>
    private static async Task<Dictionary<string, string>> ValuesAsync(SnmpdProcess snmpd) =>
        (await snmpd.WalkAsync(Root)).Select(l => l.Split(" = ", 2)).ToDictionary(p => p[0][(Root.Length + 1)..], p => p[1]);

    private static async Task<string> SendAsync(FilterProcess filter, byte[] message)
    {
        await using var client = await SmtpProbe.ConnectAsync(filter.SmtpPort);
        await client.SayAsync("EHLO mta.example.net");
        return await client.DeliverAsync("ann@example.org", ["user1@example.com"], message);
    }

    private static async Task<string> CommandAsync(FilterProcess filter, params string[] arguments)
    {
        var start = new ProcessStartInfo("dotnet", [FilterProcess.Assembly("Cli", "amavis"), .. arguments, "--config", filter.ConfigurationPath])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        using var process = Process.Start(start)!;
        var error = process.StandardError.ReadToEndAsync();
        var output = await process.StandardOutput.ReadToEndAsync();
        using var limit = new CancellationTokenSource(Limit);
        await process.WaitForExitAsync(limit.Token);
        process.ExitCode.ShouldBe(0, await error);
        return output;
    }

    /// <summary>How often snmpd is killed; more with AMAVIS_TEST_SNMP_KILLS.</summary>
    private static int MasterKills =>
        int.TryParse(Environment.GetEnvironmentVariable("AMAVIS_TEST_SNMP_KILLS"), NumberStyles.None, CultureInfo.InvariantCulture, out var kills) ? kills : 2;

    [Fact]
    public async Task Every_object_is_served_and_one_message_moves_the_counters_it_should()
    {
        await using var sink = new MailSink();
        using var snmpd = await SnmpdProcess.StartAsync(unix: true, CancellationToken.None);
        await using var filter = await StartAsync(sink, snmpd);
        var before = await ValuesAsync(snmpd);
        before.Count.ShouldBe(331);
        before.Where(v => v.Value.StartsWith("Counter32", StringComparison.Ordinal)).ShouldAllBe(v => v.Value == "Counter32: 0");
        before["1.1.1.0"].ShouldMatch("""^STRING: "amavis-\d+\.\d+\.\d+ \(20\d{6}\)"$""");
        (before["1.1.4.0"], before["1.1.5.0"], before["1.1.7.0"]).ShouldBe(("STRING: \"postmaster@example.com\"", "STRING: \"filter.example.net\"", "INTEGER: 64"));
        (before["2.1.2.0"], before["2.1.3.0"], before["2.1.4.0"]).ShouldBe(("Gauge32: 8", "Gauge32: 8", "Gauge32: 0"));
        Enumerable.Range(1, 4).Select(i => before[$"3.1.{i}.0"]).ShouldBe(["Gauge32: 1", "Gauge32: 0", "Gauge32: 2", "Gauge32: 4"]);

        var message = Mail.Clean();
        (await SendAsync(filter, message)).ShouldStartWith("250 2.0.0");
        await filter.WaitForLogAsync("Passed CLEAN");
        var after = await ValuesAsync(snmpd);
        // Messages, recipients, category, status, transactions and deliveries, each of all and of its direction or kind.
        string[] once =
        [
            "1.2.1", "1.2.2", "1.4.1", "1.4.2", "1.4.7", "1.10.1.1", "1.10.1.2", "1.2.8", "1.20.1", "1.20.2", "1.6.1", "1.6.2", "1.6.12", "1.6.13", "1.6.27",
            "1.11.6", "1.11.8", "1.12.1",
        ];
        after.Where(v => v.Value.StartsWith("Counter32", StringComparison.Ordinal) && v.Value != "Counter32: 0").Select(v => v.Key)
            .ShouldBe(once.Select(o => o + ".0"), ignoreOrder: true);
        once.ShouldAllBe(o => after[o + ".0"] == "Counter32: 1");
        (after["1.3.1.0"], after["1.3.2.0"], after["1.3.3.0"]).ShouldBe(($"Counter64: {message.Length}", $"Counter64: {message.Length}", "Counter64: 0"));

        var (status, text) = await snmpd.CheckAsync(Root + ".1.2.1.0", "-c", "0:5");
        (status, text).ShouldSatisfyAllConditions(c => c.status.ShouldBe(0, c.text), c => c.text.ShouldStartWith("SNMP OK - 1 "));
        (await snmpd.CheckAsync(Root + ".1.2.1.0", "-c", "2:5")).Status.ShouldBe(2);

        await filter.SignalAsync("HUP");
        await filter.WaitForLogAsync("configuration reloaded");
        var reloaded = await ValuesAsync(snmpd);
        (reloaded["1.2.1.0"], reloaded["1.10.1.1.0"]).ShouldBe(("Counter32: 1", "Counter32: 1"));
        Ticks(reloaded).ShouldBeGreaterThan(Ticks(after));
    }

    [Fact]
    public async Task A_message_in_hand_is_seen_by_snmp_and_by_the_commands()
    {
        using var gate = new SemaphoreSlim(0);
        var atDot = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var sink = new MailSink
        {
            Answer = (verb, _) =>
            {
                if (verb == ".")
                {
                    atDot.TrySetResult();
                    gate.Wait(TimeSpan.FromSeconds(25));
                }
                return "";
            },
        };
        using var snmpd = await SnmpdProcess.StartAsync(unix: false, CancellationToken.None);
        await using var filter = await StartAsync(sink, snmpd);
        await using var idle = await SmtpProbe.ConnectAsync(filter.SmtpPort);
        var delivery = SendAsync(filter, Mail.Clean());
        await atDot.Task.WaitAsync(Limit);

        var values = await ValuesAsync(snmpd);
        // All, idle, busy, transfer; older than nothing.
        (values["2.1.2.0"], values["2.1.3.0"], values["2.1.4.0"], values["2.1.5.0"], values["2.2.1.0"])
            .ShouldBe(("Gauge32: 8", "Gauge32: 7", "Gauge32: 1", "Gauge32: 1", "Gauge32: 1"));
        values["1.2.1.0"].ShouldBe("Counter32: 0");

        var rows = (await CommandAsync(filter, "nanny", "--sessions")).Split('\n');
        rows.ShouldContain(r => r.StartsWith($"PID 00001: {filter.ProcessId:00000}-", StringComparison.Ordinal) && r.EndsWith('F'));
        rows.Count(r => r.StartsWith("PID ", StringComparison.Ordinal)).ShouldBe(8);
        rows.ShouldContain(r => r.StartsWith("sessions: 2 open, 1 in a transaction;", StringComparison.Ordinal));
        var nanny = JsonNode.Parse(await CommandAsync(filter, "nanny", "--json"))!;
        ((string)nanny["slots"]![0]!["state"]!).ShouldBe("F");
        nanny["sessions"]!.AsArray().Select(s => (string)s!["state"]!).Order(StringComparer.Ordinal).ShouldBe(["=", "A"]);

        gate.Release();
        (await delivery).ShouldStartWith("250 2.0.0");
        await filter.WaitForLogAsync("Passed CLEAN");
        (await ValuesAsync(snmpd))["2.1.4.0"].ShouldBe("Gauge32: 0");
        (await CommandAsync(filter, "agent")).Split('\n').ShouldContain(l => l.StartsWith("ContentCleanMsgsInbound                  1 ", StringComparison.Ordinal));
        var agent = JsonNode.Parse(await CommandAsync(filter, "agent", "--json"))!["counters"]!.AsArray();
        ((long)agent.Single(c => (string)c!["name"]! == "InMsgsInbound")!["value"]!).ShouldBe(1);
        ((long)agent.Single(c => (string)c!["name"]! == "OpsDecType-asc")!["value"]!).ShouldBe(1);
    }

    [Fact]
    public async Task A_master_that_dies_costs_no_mail_and_gets_the_objects_back()
    {
        await using var sink = new MailSink();
        using var snmpd = await SnmpdProcess.StartAsync(unix: false, CancellationToken.None);
        await using var filter = await StartAsync(sink, snmpd);
        var sent = 0;
        for (var kill = 0; kill < MasterKills; kill++)
        {
            var registered = Registrations(filter);
            snmpd.Kill();
            for (var i = 0; i < 10; i++)
                (await SendAsync(filter, Mail.Clean($"dead.{sent++}"))).ShouldStartWith("250 2.0.0");
            await snmpd.StartAgainAsync(CancellationToken.None);
            await Waiting.UntilAsync(_ => Task.FromResult(Registrations(filter) > registered), Limit, CancellationToken.None);
            (await SendAsync(filter, Mail.Clean($"back.{sent++}"))).ShouldStartWith("250 2.0.0");
            await Waiting.UntilAsync(
                async _ => (await snmpd.AskAsync("snmpget", "monitor", Root + ".1.2.1.0")).Text.EndsWith($"Counter32: {sent}\n", StringComparison.Ordinal),
                Limit, CancellationToken.None);
        }
        sink.Count.ShouldBe(sent);
        filter.Log.Split('\n').Count(l => l.Contains("AgentX master is lost", StringComparison.Ordinal)).ShouldBe(MasterKills);
    }

    [Fact]
    public async Task A_daemon_that_stops_takes_leave_and_without_a_master_it_starts_all_the_same()
    {
        await using var sink = new MailSink();
        using var snmpd = await SnmpdProcess.StartAsync(unix: true, CancellationToken.None);
        await using var filter = await StartAsync(sink, snmpd);
        await filter.StopAsync();
        (await snmpd.AskAsync("snmpget", "monitor", Root + ".1.2.1.0")).Text.ShouldContain("No Such Object");
        snmpd.Kill();
        await filter.StartAgainAsync();
        (await filter.WaitForLogAsync("there is no AgentX master")).ShouldContain("has snmpd.conf \"master agentx\"");
        (await SendAsync(filter, Mail.Clean())).ShouldStartWith("250 2.0.0");
    }

    private static int Registrations(FilterProcess filter) =>
        filter.Log.Split('\n').Count(l => l.Contains("SNMP: registered", StringComparison.Ordinal));

    private static long Ticks(Dictionary<string, string> values) => long.Parse(values["1.1.3.0"].Split('(', ')')[1]);
}
