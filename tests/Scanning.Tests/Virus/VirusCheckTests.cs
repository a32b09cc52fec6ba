using System.Text.RegularExpressions;
using Amavis.Core.Explaining;
using Amavis.Core.Lookups;
using Amavis.Core.Parts;
using Amavis.Scanning.Virus;
using Amavis.Testing;

namespace Amavis.Scanning.Tests.Virus;

public sealed class VirusCheckTests
{
    private static readonly ScanOutcome Clean = ScanOutcome.Clean.Instance;
    private static readonly ScanOutcome Failed = new ScanOutcome.Failed("dead");

    /// <summary>Gives what the test says; null: waits until it is stopped.</summary>
    private sealed class FixedScanner(string name, ScanOutcome? outcome) : IVirusScanner
    {
        public int Calls { get; private set; }

        public string Name => name;

        public async Task<ScanOutcome> ScanAsync(IReadOnlyList<ScanItem> items, Func<string, bool>? isEnough, CancellationToken cancellationToken)
        {
            Calls++;
            if (outcome is null)
                await Task.Delay(Timeout.Infinite, cancellationToken);
            return outcome!;
        }
    }

    private static FixedScanner Scanner(string name, ScanOutcome? outcome) => new(name, outcome);

    private static ScanOutcome Infected(params string[] names) => new ScanOutcome.Infected(names);

    private static VirusCheckInput Input(params IVirusScanner[] scanners) => new()
    {
        Spool = new MemorySpool(Octets.Crlf("Subject: x\n\ntext\n")),
        Parts = new PartTree { Parts = [Part(1)] },
        Scanners = scanners,
    };

    private static MessagePart Part(int number, PartAttributes attributes = PartAttributes.None, string text = "text") =>
        new(number, null, $"{number}") { Content = new BytesContent(Octets.Of(text)), Attributes = attributes };

    private static Task<VirusReport> RunAsync(VirusCheckInput input) => VirusCheck.RunAsync(input, TimeProvider.System, CancellationToken.None);

    [Fact]
    public async Task The_names_are_those_of_the_first_scanner_that_detects()
    {
        var report = await RunAsync(Input(Scanner("A", Clean), Scanner("B", Infected("X", "Y")), Scanner("C", Infected("Z")), Scanner("D", Failed)));

        report.Verdict.ShouldBe(VirusVerdict.Infected);
        report.Names.ShouldBe(["X", "Y"]);
        report.DetectingScanners.ShouldBe(["B", "C"]);
        report.Explanation.Scanners.Select(s => (s.Scanner, s.Answer)).ShouldBe(
            [("A", "clean"), ("B", "infected: X, Y"), ("C", "infected: Z"), ("D", "failed: dead")]);
    }

    [Fact]
    public async Task One_verdict_is_enough_and_backups_are_not_asked()
    {
        var backup = Scanner("backup", Infected("X"));

        var report = await RunAsync(Input(Scanner("A", Failed), Scanner("B", Clean)) with { Backups = [backup] });

        report.Verdict.ShouldBe(VirusVerdict.Clean);
        backup.Calls.ShouldBe(0);
    }

    [Fact]
    public async Task Backups_are_asked_when_no_primary_gives_a_verdict()
    {
        (await RunAsync(Input(Scanner("A", Failed)) with { Backups = [Scanner("backup", Infected("X"))] })).Names.ShouldBe(["X"]);
        (await RunAsync(Input() with { Backups = [Scanner("backup", Clean)] })).Verdict.ShouldBe(VirusVerdict.Clean);
    }

    [Fact]
    public async Task When_all_scanners_fail_so_does_the_check()
    {
        var report = await RunAsync(Input(Scanner("A", Failed)) with { Backups = [Scanner("B", Failed)] });

        report.Verdict.ShouldBe(VirusVerdict.Failed);
        report.Explanation.AllFailed.ShouldBeTrue();
    }

    [Fact]
    public async Task The_stop_rule_stops_scanners_that_are_still_at_work()
    {
        var report = await RunAsync(Input(Scanner("slow", null), Scanner("fast", Infected("X"))) with { FirstInfectedStopsScan = true });

        report.Names.ShouldBe(["X"]);
        report.Explanation.Scanners.Select(s => s.Answer).ShouldBe(["stopped", "infected: X"]);
    }

    [Fact]
    public async Task The_stop_rule_does_not_apply_to_names_that_only_count_as_points()
    {
        var input = Input(Scanner("A", Infected("Phishing.X")), Scanner("B", Infected("Worm"))) with { FirstInfectedStopsScan = true, NameToSpamScoreMaps = Scores };

        (await RunAsync(input)).Names.ShouldBe(["Worm"]);
    }

    [Theory]
    [InlineData("Heuristics.Phishing.Email.SpoofedDomain", 0.1)]
    [InlineData("Email.Phishing.VOF1-123.UNOFFICIAL", 0.1)]
    [InlineData("Sanesecurity.Junk.123.UNOFFICIAL", 0.1)]
    [InlineData("Sanesecurity.Malware.123.UNOFFICIAL", null)]
    [InlineData("Sanesecurity.Foxhole.Zip_exe.1.UNOFFICIAL", 0.1)]
    [InlineData("Sanesecurity.Foxhole.JS_Zip_1.UNOFFICIAL", null)]
    [InlineData("Sanesecurity.TestSig_Type3_Hdr_2.UNOFFICIAL", 0.0)]
    [InlineData("Spam.Something-SecuriteInfo.com.UNOFFICIAL", null)]
    [InlineData("MBL_NA.UNOFFICIAL", 0.1)]
    [InlineData("MBL_123.UNOFFICIAL", null)]
    [InlineData("Eicar-Test-Signature", null)]
    [InlineData("Win.Worm.Mydoom-1", null)]
    public void The_default_scores_know_names_that_mean_spam(string name, double? points)
    {
        var found = new LookupMaps([DefaultVirusNameScores.Table]).FindText(name)?.Number;

        found.ShouldBe(points);
    }

    [Fact]
    public async Task A_deadline_ends_the_check()
    {
        using var deadline = new CancellationTokenSource(TimeSpan.FromMilliseconds(20));

        await Should.ThrowAsync<OperationCanceledException>(() => VirusCheck.RunAsync(Input(Scanner("slow", null)), TimeProvider.System, deadline.Token));
    }

    [Fact]
    public async Task Nothing_is_scanned_without_scanners_for_bypassing_recipients_or_on_hold()
    {
        var scanner = Scanner("A", Clean);
        VirusCheckInput[] inputs =
        [
            Input(), Input(scanner) with { AllRecipientsBypass = true }, Input(scanner) with { Parts = new PartTree { Parts = [Part(1)], Hold = "too many files" } },
        ];
        foreach (var input in inputs)
        {
            var report = await RunAsync(input);
            report.Verdict.ShouldBe(VirusVerdict.NotScanned);
            report.Explanation.SkippedBecause.ShouldNotBeNull();
        }
        scanner.Calls.ShouldBe(0);
    }

    [Fact]
    public async Task With_nothing_to_scan_nobody_is_asked()
    {
        var scanner = Scanner("A", Failed);

        (await RunAsync(Input(scanner) with { Spool = new MemorySpool([]), Parts = null })).Verdict.ShouldBe(VirusVerdict.Clean);
        scanner.Calls.ShouldBe(0);
    }

    [Fact]
    public void Regular_parts_with_octets_are_scanned()
    {
        var tree = new PartTree
        {
            Parts =
            [
                Part(1), Part(2, text: ""), Part(3, PartAttributes.Directory), Part(4, PartAttributes.Link), Part(5, PartAttributes.Special),
                Part(6, PartAttributes.Encrypted), new MessagePart(7, null, "7"),
            ],
        };

        VirusCheck.ItemsOf(new MemorySpool([1]), tree).Select(i => i.Name).ShouldBe(["p001", "p006"]);
    }

    public static TheoryData<string, PartTree?> Doubts => new()
    {
        { "not taken apart", null },
        { "no parts", new PartTree { Parts = [] } },
        { "MIME error", new PartTree { Parts = [], MimeErrors = ["no boundary"] } },
        { "asked for by the configuration", new PartTree { Parts = [new MessagePart(1, null, "1")], KeepsWholeMessage = true } },
        { "undecipherable", new PartTree { Parts = [new MessagePart(1, null, "1") { Attributes = PartAttributes.Undecipherable }] } },
        { "ambiguous", new PartTree { Parts = [new MessagePart(1, null, "1") { Attributes = PartAttributes.Ambiguous }] } },
    };

    [Theory, MemberData(nameof(Doubts))]
    public void Where_the_parts_leave_doubts_the_whole_message_is_scanned(string why, PartTree? tree) =>
        VirusCheck.ItemsOf(new MemorySpool(Octets.Of("whole")), tree).ShouldHaveSingleItem(why).Name.ShouldBe("message.msg");

    private static LookupMaps Scores => new([new RegexTable([
        new RegexRule(new Regex("^Phishing\\."), new LookupValue("0.1")), new RegexRule(new Regex("^Joke"), new LookupValue("3")),
        new RegexRule(new Regex("^Test"), new LookupValue("0"))])]);

    [Fact]
    public async Task Names_that_only_count_as_points_are_no_virus()
    {
        var report = await RunAsync(Input(Scanner("A", Infected("Phishing.X", "Joke.Y")), Scanner("B", Infected("Phishing.X", "Phishing.Z"))) with { NameToSpamScoreMaps = Scores });

        report.Verdict.ShouldBe(VirusVerdict.Clean);
        report.Names.ShouldBeEmpty();
        report.ScorePoints.ShouldBe(3.1, tolerance: 1e-9);
        report.ScoreTests.ShouldBe([new TestScore("AV:Phishing.X", 0.1), new TestScore("AV:Joke.Y", 3), new TestScore("AV:Phishing.Z", 0.1)]);
    }

    [Fact]
    public async Task A_score_of_zero_turns_an_alarm_off_as_well() =>
        (await RunAsync(Input(Scanner("A", Infected("Test.Sig"))) with { NameToSpamScoreMaps = Scores })).Verdict.ShouldBe(VirusVerdict.Clean);

    [Fact]
    public async Task One_name_without_points_makes_it_a_virus()
    {
        var report = await RunAsync(Input(Scanner("A", Infected("Phishing.X")), Scanner("B", Infected("Phishing.X", "Worm"))) with { NameToSpamScoreMaps = Scores });

        report.Verdict.ShouldBe(VirusVerdict.Infected);
        report.Names.ShouldBe(["Phishing.X", "Worm"]);
        report.DetectingScanners.ShouldBe(["B"]);
    }
}
