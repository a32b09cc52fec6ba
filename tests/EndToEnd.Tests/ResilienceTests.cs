using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using Amavis.Testing;
using Microsoft.EntityFrameworkCore;

namespace Amavis.EndToEnd.Tests;

/// <summary>Killed processes, a database that goes away, thousands of idle clients: no message is lost.</summary>
[Collection(nameof(Lab))]
[Trait("Needs", "Server")]
public sealed class ResilienceTests(Lab lab)
{
    private const string DiscardViruses = """
        local_domains_maps: [[.example.com]]
        virus_quarantine_method: "sql:"
        spam_scanners: []

        """;

    /// <summary>How often the daemon is killed; more with AMAVIS_TEST_KILLS.</summary>
    private static int Kills =>
        int.TryParse(Environment.GetEnvironmentVariable("AMAVIS_TEST_KILLS"), NumberStyles.None, CultureInfo.InvariantCulture, out var kills) ? kills : 15;

    /// <summary>F1: the daemon is killed at random moments under load; whatever it had answered with 2xx is at the next hop or in the quarantine.</summary>
    [Fact]
    public async Task F1_a_killed_daemon_has_lost_nothing_that_it_had_accepted()
    {
        await using var sink = new MailSink();
        using var directory = new TestDirectory();
        var dsn = await lab.NewDatabaseAsync("sqlite", directory.Path);
        await using var filter = await FilterProcess.StartAsync(sink.Port,
            $"{DiscardViruses}\nav_scanners: [{{name: ClamAV-clamd, protocol: clamd, address: \"{lab.Clamd.UnixAddress}\"}}]\nstorage_sql_dsn: [\"{dsn}\"]");
        var accepted = new ConcurrentDictionary<string, bool>();
        var random = new Random(1);
        using var stop = new CancellationTokenSource();
        var senders = Enumerable.Range(0, 6).Select(n => SendUntilAsync(filter, n, accepted, stop.Token)).ToArray();
        for (var i = 0; i < Kills; i++)
        {
            var before = accepted.Count;
            var waited = Stopwatch.StartNew();
            while (accepted.Count == before)
            {
                if (waited.Elapsed > TimeSpan.FromSeconds(60) || senders.Any(s => s.IsFaulted))
                    throw new InvalidOperationException($"nothing is accepted after kill {i}: {senders.FirstOrDefault(s => s.IsFaulted)?.Exception}\n{filter.Log[^Math.Min(filter.Log.Length, 4000)..]}");
                await Task.Delay(5, CancellationToken.None);
            }
            await Task.Delay(random.Next(0, 300), CancellationToken.None);
            await filter.KillAsync();
            await filter.StartAgainAsync();
        }
        await stop.CancelAsync();
        await Task.WhenAll(senders);

        var kept = new HashSet<string>(StringComparer.Ordinal);
        foreach (var message in sink.Messages)
            kept.Add(Token(message.Text));
        await filter.StopAsync();
        await using var database = Lab.Open(dsn);
        await using var context = await database.CreateContextAsync(CancellationToken.None);
        foreach (var chunk in await context.Quarantine.OrderBy(q => q.ChunkInd).ToListAsync())
            kept.Add(Token(System.Text.Encoding.Latin1.GetString(chunk.MailText)));
        accepted.Keys.Where(t => !kept.Contains(t)).ShouldBeEmpty();
        accepted.Count.ShouldBeGreaterThanOrEqualTo(Kills);
        Directory.EnumerateFileSystemEntries(Path.Combine(filter.Directory, "tmp", "amavisd-work"), "spool-*").ShouldBeEmpty();
    }

    /// <summary>F8: spamd takes the message and never answers; the mail goes on unscored when the share of the time is over.</summary>
    [Fact]
    public async Task F8_a_silent_spam_scanner_leaves_mail_unscored()
    {
        await using var silent = FakeServer.Silent();
        await using var sink = new MailSink();
        await using var filter = await FilterProcess.StartAsync(sink.Port,
            $"av_scanners: []\nlocal_domains_maps: [[.example.com]]\nspam_scanners: [{{name: SpamAssassin, protocol: spamd, address: \"{silent.Address}\"}}]\n");
        await using var client = await SmtpProbe.ConnectAsync(filter.SmtpPort);
        await client.SayAsync("EHLO mta.example.net");
        var took = Stopwatch.StartNew();
        (await client.DeliverAsync("a@example.org", ["b@example.com"], Mail.Clean())).ShouldStartWith("250 2.0.0 from MTA");
        took.Elapsed.ShouldBeLessThan(TimeSpan.FromSeconds(28));
        sink.Messages.Single().Text.ShouldContain("X-Spam-Status: No, score=x ");
        filter.Log.ShouldContain("Hits: -");
        filter.Log.ShouldContain("spam check failed");
    }

    /// <summary>F12: PostgreSQL is stopped and started under load; mail goes on and every passed message gets its row.</summary>
    [Fact]
    public async Task F12_mail_goes_on_without_the_database_and_its_rows_follow()
    {
        await using var postgres = await PostgresServer.StartNewAsync();
        await postgres.CreateDatabaseAsync("mail");
        await using var sink = new MailSink();
        await using var filter = await FilterProcess.StartAsync(sink.Port,
            $"{Lab.NoScanners}\nstorage_sql_dsn: [\"postgres:{postgres.ConnectionString("mail")}\"]");
        var accepted = new ConcurrentDictionary<string, bool>();
        using var stop = new CancellationTokenSource();
        var senders = Enumerable.Range(0, 4).Select(n => SendUntilAsync(filter, n, accepted, stop.Token, clean: true)).ToArray();
        for (var i = 0; i < 4; i++)
        {
            await ArriveAsync(sink, 20);
            await (i % 2 == 0 ? postgres.StopAsync() : postgres.KillAsync());
            await ArriveAsync(sink, 40);
            await postgres.StartAsync();
        }
        await ArriveAsync(sink, 20);
        await stop.CancelAsync();
        await Task.WhenAll(senders);

        sink.Count.ShouldBe(accepted.Count);
        await using var database = Lab.Open("postgres:" + postgres.ConnectionString("mail"));
        var rows = await Rows.WaitForAsync(database, accepted.Count, TimeSpan.FromSeconds(60));
        rows.Select(r => r.MessageId).Distinct().Count().ShouldBe(accepted.Count);
    }

    /// <summary>Copies in an sql: quarantine are mail: without the database they are not promised.</summary>
    [Fact]
    public async Task F12_a_message_for_the_sql_quarantine_is_tempfailed_while_the_database_is_away()
    {
        await using var postgres = await PostgresServer.StartNewAsync();
        await postgres.CreateDatabaseAsync("mail");
        await using var sink = new MailSink();
        await using var filter = await FilterProcess.StartAsync(sink.Port,
            $"{DiscardViruses}\nav_scanners: [{{name: ClamAV-clamd, protocol: clamd, address: \"{lab.Clamd.UnixAddress}\"}}]\nstorage_sql_dsn: [\"postgres:{postgres.ConnectionString("mail")}\"]");
        await postgres.StopAsync();
        (await SendOneAsync(filter, Mail.Eicar())).ShouldMatch(@"^451 4\.5\.0 Error in processing, id=\d+-01, quarantine FAILED: ");
        await postgres.StartAsync();
        (await SendOneAsync(filter, Mail.Eicar("again.1"))).ShouldStartWith("250 2.7.0 Ok, discarded");
    }

    /// <summary>F16: a thousand clients that say nothing hold up nobody and cost little.</summary>
    [Fact]
    public async Task F16_idle_sessions_cost_little_and_hold_up_nobody()
    {
        const int sessions = 1000;
        const long allowedOctets = 100L << 20;
        await using var sink = new MailSink();
        await using var filter = await FilterProcess.StartAsync(sink.Port, Lab.NoScanners);
        for (var i = 0; i < 20; i++)
            (await SendOneAsync(filter, Mail.Clean($"warm.{i}"))).ShouldStartWith("250 2.0.0");
        var before = filter.ResidentOctets();
        var idle = new List<SmtpProbe>();
        try
        {
            for (var i = 0; i < sessions; i++)
            {
                var client = await SmtpProbe.ConnectAsync(filter.SmtpPort);
                client.Greeting.ShouldStartWith("220");
                idle.Add(client);
            }
            (await SendOneAsync(filter, Mail.Clean("served.1"))).ShouldStartWith("250 2.0.0");
            (filter.ResidentOctets() - before).ShouldBeLessThan(allowedOctets);
        }
        finally
        {
            foreach (var client in idle)
                await client.DisposeAsync();
        }
    }

    /// <summary>F3: a message in hand is finished when the daemon is told to stop.</summary>
    [Fact]
    public async Task F3_a_stop_lets_the_message_in_hand_be_finished()
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
                    gate.Wait(TimeSpan.FromSeconds(20));
                }
                return "";
            },
        };
        await using var filter = await FilterProcess.StartAsync(sink.Port, Lab.NoScanners);
        var delivery = SendOneAsync(filter, Mail.Clean());
        await atDot.Task.WaitAsync(TimeSpan.FromSeconds(20));
        await filter.SignalAsync("TERM");
        await filter.WaitForLogAsync("stopping");
        gate.Release();
        (await delivery).ShouldStartWith("250 2.0.0 from MTA(");
        await filter.WaitForLogAsync("stopped");
    }

    /// <summary>F4: a reload takes a good file and refuses a faulty one, naming the place.</summary>
    [Fact]
    public async Task F4_a_reload_takes_good_settings_and_refuses_faulty_ones()
    {
        await using var sink = new MailSink();
        await using var filter = await FilterProcess.StartAsync(sink.Port, Lab.NoScanners);
        await using var client = await SmtpProbe.ConnectAsync(filter.SmtpPort);
        await client.SayAsync("EHLO mta.example.net");
        await File.AppendAllTextAsync(filter.ConfigurationPath, "no_such_key: 1\n");
        await filter.SignalAsync("HUP");
        (await filter.WaitForLogAsync("reload refused")).ShouldContain("amavis.yaml:");
        var text = (await File.ReadAllTextAsync(filter.ConfigurationPath)).Replace("no_such_key: 1\n", "mail_id_size_bits: 96\n", StringComparison.Ordinal);
        await File.WriteAllTextAsync(filter.ConfigurationPath, text);
        await filter.SignalAsync("HUP");
        await filter.WaitForLogAsync("configuration reloaded");
        (await client.SayAsync("NOOP")).ShouldBe("250 2.0.0 Ok NOOP");
        (await SendOneAsync(filter, Mail.Clean())).ShouldStartWith("250 2.0.0");
        (await filter.WaitForLogAsync("Passed CLEAN")).ShouldMatch("mail_id: [A-Za-z0-9_-]{16},");
    }

    private static async Task ArriveAsync(MailSink sink, int more)
    {
        var goal = sink.Count + more;
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        while (sink.Count < goal)
            await Task.Delay(10, limit.Token);
    }

    /// <summary>Sends messages one after the other and notes the tokens of those that were accepted.</summary>
    private static async Task SendUntilAsync(FilterProcess filter, int sender, ConcurrentDictionary<string, bool> accepted, CancellationToken stop, bool clean = false)
    {
        for (var i = 0; !stop.IsCancellationRequested; i++)
        {
            var token = $"t{sender}-{i}-{Stopwatch.GetTimestamp():x}";
            try
            {
                var message = clean || i % 3 != 0 ? Mail.Clean(token) : Mail.Eicar(token);
                if ((await SendOneAsync(filter, message)).StartsWith('2'))
                    accepted[token] = true;
            }
            catch (Exception e) when (e is System.Net.Sockets.SocketException or IOException)
            {
                // Killed just now; the next attempt finds the new process.
                await Task.Delay(20, CancellationToken.None);
            }
        }
    }

    private static async Task<string> SendOneAsync(FilterProcess filter, byte[] message)
    {
        await using var client = await SmtpProbe.ConnectAsync(filter.SmtpPort);
        await client.SayAsync("EHLO mta.example.net");
        return await client.DeliverAsync("ann@example.org", ["user1@example.com"], message);
    }

    private static string Token(string message)
    {
        const string start = "Message-ID: <";
        var at = message.IndexOf(start, StringComparison.Ordinal);
        return at < 0 ? "" : message[(at + start.Length)..message.IndexOf('@', at)];
    }
}
