using Amavis.Cli.Monitoring;
using Amavis.Core.Counters;
using Amavis.Core.Status;

namespace Amavis.Cli.Tests;

public sealed class MonitoringReportTests
{
    private static SlotStatus Busy(double age, params (char State, double After)[] course) => new()
    {
        Slot = 7,
        Task = "19492-02",
        Age = TimeSpan.FromSeconds(age),
        Course = [.. course.Select(c => new StateChange(c.State, TimeSpan.FromSeconds(c.After)))],
    };

    private static SlotStatus Free(double age) => new() { Slot = 12, Age = TimeSpan.FromSeconds(age) };

    private static DaemonFacts Daemon(double up, int pid = 1) => new("amavis-0.1.0 (20261122)", "mx.example.com", "", "", pid, TimeSpan.FromSeconds(up));

    private static CountersDocument Sample(double up, params (string Name, long Value)[] values) => Sample(1, up, values);

    private static CountersDocument Sample(int pid, double up, (string Name, long Value)[] values) => new(
        Daemon(up, pid),
        values.Where(v => CounterCatalog.IndexOf(v.Name) >= 0).ToDictionary(v => v.Name, v => v.Value),
        values.Where(v => CounterCatalog.IndexOf(v.Name) < 0).ToDictionary(v => v.Name, v => v.Value));

    private static RateWindow Window(params CountersDocument[] samples)
    {
        var window = new RateWindow();
        foreach (var sample in samples)
            window.Add(sample);
        return window;
    }

    [Theory]
    [InlineData(0, "")]
    [InlineData(0.99, "")]
    [InlineData(1, ".")]
    [InlineData(12.7, ".........:..")]
    [InlineData(35, ".........:.........:.........:.....")]
    [InlineData(36, ".........:.........:.........:....>")]
    [InlineData(100_000, ".........:.........:.........:....>")]
    public void A_free_place_has_a_dot_for_each_full_second(double age, string bar) => ProcessReport.Bar(Free(age)).ShouldBe(bar);

    [Fact]
    public void A_message_has_the_letter_of_each_second()
    {
        ProcessReport.Bar(Busy(0)).ShouldBe("=");
        ProcessReport.Bar(Busy(4, ('m', 0.5), ('D', 1.5), ('V', 2.2), ('S', 3.9))).ShouldBe("mDVS");
        ProcessReport.Bar(Busy(3, ('D', 1.5))).ShouldBe("=DD");
        ProcessReport.Bar(Busy(12, ('V', 0))).ShouldBe("VVVVVVVVV:VV");
        ProcessReport.Bar(Busy(35, ('V', 0))).Length.ShouldBe(35);
    }

    [Fact]
    public void A_longer_bar_ends_in_the_letter_of_now()
    {
        var bar = ProcessReport.Bar(Busy(400, ('D', 0), ('S', 5), ('F', 399)));
        bar.ShouldBe("DDDDSSSSS:SSSSSSSSS:SSSSSSSSS:SSSF>");
        bar.Length.ShouldBe(35);
    }

    [Theory]
    [InlineData(0, "  0:00:00")]
    [InlineData(59.9, "  0:00:59")]
    [InlineData(86_399, "  23:59:59")]
    [InlineData(86_400, "1d0:00:00")]
    [InlineData(1_000_000, "11d13:46:40")]
    [InlineData(-1, "  0:00:00")]
    public void An_age_shows_days_from_one_on(double seconds, string text) => ProcessReport.Age(TimeSpan.FromSeconds(seconds)).ShouldBe(text);

    [Fact]
    public void A_row_has_the_place_its_task_the_age_and_the_bar()
    {
        SessionStatus[] sessions =
        [
            new("19492-02", "SMTP", "192.0.2.1:4711", 'd', TimeSpan.FromSeconds(3), TimeSpan.FromSeconds(60)),
            new("19492-03", "SMTP", "192.0.2.2:4711", 'A', TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(1)),
        ];
        var document = new ProcessesDocument(Daemon(60), [Busy(4, ('V', 0)), Free(12)], 3, sessions);
        ProcessReport.Text(document, withSessions: false).ShouldBe("""

            PID 00007: 19492-02      0:00:04 VVVV
            PID 00012:               0:00:12 .........:..
            sessions: 2 open, 1 in a transaction; messages that wait for a place: 3

            """.ReplaceLineEndings("\n"));
        ProcessReport.Text(document, withSessions: true).Split('\n')[4].ShouldBe("19492-02       SMTP     192.0.2.1:4711             d   0:00:03");
    }

    [Theory]
    [InlineData("CacheMisses", "CacheAttempts")]
    [InlineData("CacheHitsVirusMsgs", "ContentVirusMsgs")]
    [InlineData("ContentSpamMsgs", "InMsgs")]
    [InlineData("ContentBadHdrMsgsInbound", "InMsgsInbound")]
    [InlineData("InMsgs", "InMsgs")]
    [InlineData("InMsgsInbound", "InMsgs")]
    [InlineData("InMsgsSizeOutbound", "InMsgsSize")]
    [InlineData("InMsgsRecips", "InMsgs")]
    [InlineData("InMsgsRecipsInternal", "InMsgsInternal")]
    [InlineData("InMsgsRecipsLocal", "InMsgsRecips")]
    [InlineData("InMsgsBounce", "InMsgs")]
    [InlineData("InMsgsBounceKilled", "InMsgsBounce")]
    [InlineData("InMsgsStatusRelayedInbound", "InMsgs")]
    [InlineData("OpsSpamCheck", "InMsgs")]
    [InlineData("OpsDecType-exe", "InMsgs")]
    [InlineData("OutMsgs", "InMsgs")]
    [InlineData("OutMsgsDelivers", "OutMsgs")]
    [InlineData("OutConnNew", "OutMsgs")]
    [InlineData("OutMsgsSize", "InMsgsSize")]
    [InlineData("OutMsgsSizeRelay", "OutMsgsSize")]
    [InlineData("QuarMsgsSize", "InMsgsSize")]
    [InlineData("QuarMsgsSizeVirus", "QuarMsgsSize")]
    [InlineData("QuarMsgsVirus", "QuarMsgs")]
    [InlineData("QuarAttemptFails", "QuarMsgs")]
    [InlineData("LogEntries", "InMsgs")]
    [InlineData("LogLines", "LogEntries")]
    [InlineData("PenPalsAttempts", "InMsgsRecipsLocal")]
    [InlineData("PenPalsHits", "PenPalsAttempts")]
    [InlineData("PenPalsHitsMid", "PenPalsHits")]
    [InlineData("PenPalsMisses", "PenPalsAttempts")]
    [InlineData("SqlAddrSenderAttempts", "InMsgs")]
    [InlineData("SqlAddrSenderHits", "SqlAddrSenderAttempts")]
    [InlineData("SqlAddrRecipAttempts", "InMsgsRecips")]
    [InlineData("SqlAddrRecipMisses", "SqlAddrRecipAttempts")]
    [InlineData("SessionsOpened", null)]
    [InlineData("LogRowsReplayed", null)]
    [InlineData("ProcGone", null)]
    public void A_share_is_of_the_right_whole(string name, string? reference) => CounterReferences.Of(name).ShouldBe(reference);

    [Fact]
    public void Every_reference_is_a_counter() =>
        CounterCatalog.All.Select(c => CounterReferences.Of(c.Name)).OfType<string>().ShouldAllBe(r => CounterCatalog.IndexOf(r) >= 0);

    /// <summary>The lines are those of the original for the same counts.</summary>
    [Fact]
    public void Counters_are_shown_with_their_rate_and_share()
    {
        var window = Window(Sample(9.9,
            ("InMsgs", 5), ("InMsgsSize", 10_274), ("InMsgsStatusRelayed", 3), ("ContentBadHdrMsgs", 1), ("ContentVirusMsgs", 1), ("OutMsgs", 7), ("OutConnNew", 2),
            ("OutMsgsSize", 12_532), ("TimeElapsedDecoding", 170), ("OutMsgsAttemptFails", 0), ("QuarMsgsVirus", 2), ("UserGauge1", 3), ("SpoolOctets", 5000),
            ("SessionsOpened", 5), ("OpsDecType-dat", 1), ("OpsDecType-asc", 6), ("virus.byname.Eicar-Test-Signature.UNOFFICIAL", 1)));
        new CounterReport(window).Text().ShouldBe("""
            sysContact      STR
            sysDescr        STR amavis-0.1.0 (20261122)
            sysLocation     STR
            sysName         STR mx.example.com
            sysObjectID     OID 1.3.6.1.4.1.15312.2
            sysServices     INT 64
            sysUpTime       TimeTicks 990 (0 days, 0:00:09.90)
            ContentBadHdrMsgs                        1    364/h    20.0 % (InMsgs)
            ContentVirusMsgs                         1    364/h    20.0 % (InMsgs)
            InMsgs                                   5   1818/h   100.0 % (InMsgs)
            InMsgsSize                               0MB    4MB/h 100.0 % (InMsgsSize)
            InMsgsStatusRelayed                      3   1091/h    60.0 % (InMsgs)
            OutConnNew                               2    727/h    28.6 % (OutMsgs)
            OutMsgs                                  7   2545/h   140.0 % (InMsgs)
            OutMsgsSize                              0MB    4MB/h 122.0 % (InMsgsSize)
            QuarMsgsVirus                            2    727/h     --- % (QuarMsgs)
            SessionsOpened                           5   1818/h
            SpoolOctets                           5000 octets
            TimeElapsedDecoding                      0 s      0.034 s/msg (InMsgs)
            UserGauge1                               3
            OpsDecType-asc                           6   2182/h   120.0 % (InMsgs)
            OpsDecType-dat                           1    364/h    20.0 % (InMsgs)

            virus.byname.Eicar-Test-Signature.UNOFFICIAL      1    364/h  100.0 % (ContentVirusMsgs)

            """.ReplaceLineEndings("\n"));
    }

    [Fact]
    public void The_document_has_every_counter()
    {
        var json = new CounterReport(Window(Sample(3600, ("InMsgs", 8), ("ContentSpamMsgs", 2), ("virus.byname.X", 1)))).Json();
        var counters = json["counters"]!.AsArray();
        counters.Count.ShouldBe(CounterCatalog.All.Count + 1);
        var spam = counters.Single(c => (string)c!["name"]! == "ContentSpamMsgs")!;
        spam.ToJsonString().ShouldBe("""{"name":"ContentSpamMsgs","value":2,"unit":"messages","perHour":2,"percent":25,"of":"InMsgs"}""");
        counters[^1]!.ToJsonString().ShouldBe("""{"name":"virus.byname.X","value":1,"unit":"1","perHour":1}""");
        counters.Single(c => (string)c!["name"]! == "UserGauge1")!.ToJsonString().ShouldBe("""{"name":"UserGauge1","value":0,"unit":"1"}""");
    }

    [Fact]
    public void Rates_are_those_of_the_last_minutes_once_there_are_enough_of_them()
    {
        var window = Window(Sample(3600, ("InMsgs", 100)), Sample(3700, ("InMsgs", 200)));
        window.PerHour("InMsgs").ShouldBe(200 / (3700 / 3600.0), 0.001);
        window.Change("InMsgs").ShouldBe(200);
        window.Add(Sample(3760, ("InMsgs", 260)));
        window.PerHour("InMsgs").ShouldBe(3600, 0.001);
        window.Change("InMsgs").ShouldBe(160);
        // The first two samples are older than five minutes now.
        window.Add(Sample(4050, ("InMsgs", 260)));
        window.PerHour("InMsgs").ShouldBe(0);
    }

    [Fact]
    public void Another_daemon_begins_a_new_window()
    {
        var window = Window(Sample(3600, ("InMsgs", 100)), Sample(3900, ("InMsgs", 200)), Sample(2, 10, [("InMsgs", 1)]));
        window.PerHour("InMsgs").ShouldBe(360, 0.001);
        window.Add(Sample(2, 5, [("InMsgs", 1)]));
        window.PerHour("InMsgs").ShouldBe(720, 0.001);
    }
}
