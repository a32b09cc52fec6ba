using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Net.Sockets;
using Amavis.Testing;

namespace Amavis.EndToEnd.Tests;

/// <summary>The configuration is read again and again while mail flows: nobody notices but by the new settings.</summary>
[Trait("Needs", "Server")]
public sealed class ReloadTests
{
    private const int MessagesPerSecond = 50;
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(800);

    /// <summary>How often the file is read again; more with AMAVIS_TEST_RELOADS.</summary>
    private static int Reloads =>
        int.TryParse(Environment.GetEnvironmentVariable("AMAVIS_TEST_RELOADS"), NumberStyles.None, CultureInfo.InvariantCulture, out var reloads) ? reloads : 20;

    [Fact]
    public async Task Reloads_under_load_refuse_no_connection_and_fail_no_message()
    {
        await using var sink = new MailSink();
        await using var filter = await FilterProcess.StartAsync(sink.Port, Lab.NoScanners + "\nX_HEADER_LINE: settings 0\n");
        var good = await File.ReadAllTextAsync(filter.ConfigurationPath);
        var faults = new ConcurrentBag<string>();
        using var stop = new CancellationTokenSource();
        var sending = SendAsync(filter.SmtpPort, faults, stop.Token);
        var faulty = 0;
        for (var i = 1; i <= Reloads; i++)
        {
            if (i % 5 == 0)
            {
                faulty++;
                var line = good.Split('\n').Length;
                await File.WriteAllTextAsync(filter.ConfigurationPath, good.Replace("settings 0", "settings never", StringComparison.Ordinal) + $"max_servers_{i}: 1\n");
                await filter.SignalAsync("HUP");
                await filter.WaitForLogAsync($"amavis.yaml:{line}:1: max_servers_{i}");
                Count(filter.Log, "reload refused").ShouldBe(faulty);
            }
            else
            {
                await File.WriteAllTextAsync(filter.ConfigurationPath, good.Replace("settings 0", $"settings {i}", StringComparison.Ordinal));
                await filter.SignalAsync("HUP");
                var expected = i - faulty;
                await Waiting.UntilAsync(_ => Task.FromResult(Count(filter.Log, "configuration reloaded") == expected), TimeSpan.FromSeconds(20), CancellationToken.None);
                await using var client = await SmtpProbe.ConnectAsync(filter.SmtpPort);
                await client.SayAsync("EHLO mta.example.net");
                (await client.DeliverAsync("ann@example.org", ["user1@example.com"], Mail.Clean($"after.{i}"))).ShouldStartWith("250 2.0.0 from MTA");
                sink.Messages.Last(m => m.Text.Contains($"<after.{i}@", StringComparison.Ordinal)).Text.ShouldContain($"X-Virus-Scanned: settings {i}\r\n");
            }
            await Task.Delay(Pause, CancellationToken.None);
        }
        await stop.CancelAsync();
        var sent = await sending;

        faults.ShouldBeEmpty();
        sent.ShouldBeGreaterThan(Reloads * MessagesPerSecond / 2);
        sink.Count.ShouldBe(sent + Reloads - faulty);
        sink.Messages.ShouldAllBe(m => !m.Text.Contains("settings never", StringComparison.Ordinal));
    }

    /// <summary>Starts a session for each message at its time, however long the others take; gives their number.</summary>
    private static async Task<int> SendAsync(int port, ConcurrentBag<string> faults, CancellationToken stop)
    {
        var sessions = new List<Task>();
        var started = Stopwatch.StartNew();
        while (!stop.IsCancellationRequested)
        {
            while (sessions.Count < started.Elapsed.TotalSeconds * MessagesPerSecond)
                sessions.Add(SendOneAsync(port, sessions.Count, faults));
            await Task.Delay(5, CancellationToken.None);
        }
        await Task.WhenAll(sessions);
        return sessions.Count;
    }

    private static async Task SendOneAsync(int port, int number, ConcurrentBag<string> faults)
    {
        try
        {
            await using var client = await SmtpProbe.ConnectAsync(port);
            await client.SayAsync("EHLO mta.example.net");
            var reply = await client.DeliverAsync("ann@example.org", ["user1@example.com"], Mail.Clean($"load.{number}"));
            if (!reply.StartsWith("250 2.0.0 from MTA", StringComparison.Ordinal))
                faults.Add($"{number}: {reply}");
        }
        catch (Exception e) when (e is SocketException or IOException or OperationCanceledException)
        {
            faults.Add($"{number}: {e.Message}");
        }
    }

    private static int Count(string text, string part) => text.Split(part).Length - 1;
}
