using Amavis.Core.Addresses;
using Amavis.Core.Explaining;
using Amavis.Scanning.Spam;
using Amavis.Testing;

namespace Amavis.Scanning.Tests.Spam;

public sealed class SpamCheckTests
{
    private sealed class FixedScanner(string name, SpamOutcome outcome, double factor = 1) : ISpamScanner
    {
        public List<SpamRequest> Requests { get; } = [];

        public string Name => name;

        public double ScoreFactor => factor;

        public long? BodySizeLimit => null;

        public Task<SpamOutcome> CheckAsync(SpamRequest request, CancellationToken cancellationToken)
        {
            lock (Requests)
                Requests.Add(request);
            return Task.FromResult(outcome);
        }
    }

    private static SpamOutcome Scored(double points, params TestScore[] tests) => new SpamOutcome.Scored(new SpamVerdict(points, 5, tests, "report"));

    private static Task<SpamReport> RunAsync(SpamCheckInput input) => SpamCheck.RunAsync(input, TimeProvider.System, CancellationToken.None);

    [Fact]
    public async Task Scores_of_several_scanners_are_added_with_their_factors()
    {
        var first = new FixedScanner("A", Scored(6, new TestScore("X", 6)));
        var second = new FixedScanner("B", Scored(10, new TestScore("Y", 10)), factor: 0.5);

        var report = await RunAsync(SpamMessages.Input("x", first, second));

        report.Main.Points.ShouldBe(11);
        report.Main.Tests.ShouldBe([new TestScore("X", 6), new TestScore("Y", 5)]);
        report.AnyFailed.ShouldBeFalse();
    }

    [Fact]
    public async Task A_scanner_that_fails_takes_nothing_from_the_others()
    {
        var report = await RunAsync(SpamMessages.Input("x", new FixedScanner("A", new SpamOutcome.Failed("dead")), new FixedScanner("B", Scored(0.5))));

        report.Main.Points.ShouldBe(0.5);
        report.AnyFailed.ShouldBeTrue();
        report.AllFailed.ShouldBeFalse();
        report.Main.Contributions.ShouldBe([new("A", null, SpamOpinion.Unknown, "dead"), new("B", 0.5, SpamOpinion.Ham, null)]);
        report.Explanation.Scanners.Select(s => s.Answer).ShouldBe(["failed: dead", "0.5 points"]);
    }

    [Fact]
    public async Task Without_any_answer_a_message_has_no_score()
    {
        var report = await RunAsync(SpamMessages.Input("x", new FixedScanner("A", new SpamOutcome.Failed("dead"))));

        report.AllFailed.ShouldBeTrue();
        report.Main.Points.ShouldBeNull();
        report.Explanation.Score.ShouldBeNull();
    }

    [Fact]
    public async Task Recipients_with_the_same_user_share_one_request()
    {
        var scanner = new FixedScanner("A", Scored(1));
        var input = SpamMessages.Input("x", scanner) with
        {
            Recipients = [.. Enumerable.Range(0, 6).Select(i => new SpamRecipient(MailAddress.FromUnquoted($"u{i}@example.com"), i % 2 == 0 ? "even" : "odd"))],
        };

        var report = await RunAsync(input);

        report.ByRecipient.Count.ShouldBe(6);
        scanner.Requests.Select(r => r.User).Order().ShouldBe(["even", "odd"]);
        Octets.Text(scanner.Requests.Single(r => r.User == "even").PseudoHeader.Span).ShouldContain("X-Envelope-To: <u0@example.com>,\r\n <u2@example.com>,\r\n <u4@example.com>\r\n");
    }

    [Fact]
    public async Task Users_beyond_the_limit_share_the_default_users_result()
    {
        var scanner = new FixedScanner("A", Scored(1));
        var input = SpamMessages.Input("x", scanner) with
        {
            Recipients = [.. Enumerable.Range(0, 200).Select(i => new SpamRecipient(MailAddress.FromUnquoted($"u{i}@example.com"), $"user{i}"))],
        };

        var report = await RunAsync(input);

        report.ByRecipient.Count.ShouldBe(200);
        scanner.Requests.Count.ShouldBe(17);
        scanner.Requests.Count(r => r.User is null).ShouldBe(1);
    }

    [Fact]
    public async Task The_pseudo_header_tells_what_the_message_does_not()
    {
        var scanner = new FixedScanner("A", Scored(1));
        var input = SpamMessages.Input(new string('x', 20_000), scanner) with
        {
            VirusTests = ["AV:Phishing.X=0.1"],
            PolicyPath = "MYNETS/ORIG\r\nX: y",
            BodySizeLimit = 5_000,
        };

        await RunAsync(input);

        var request = scanner.Requests.ShouldHaveSingleItem();
        request.Octets.ShouldBe(input.HeaderOctets + 1 + 5_000);
        Octets.Text(request.PseudoHeader.Span).ShouldBe(
            "Return-Path: <sender@example.org>\r\nX-Envelope-To: <user1@example.com>\r\nX-Amavis-AV-Status: AV:Phishing.X=0.1\r\n"
            + $"X-Amavis-PolicyBank: MYNETS/ORIG??X: y\r\nX-Amavis-MessageSize: {input.Spool.Length}, TRUNCATED to {request.Octets}\r\n");
    }

    [Theory]
    [InlineData(10_000, 1_000, null, 10_000)]
    [InlineData(10_000, 1_000, 4_000L, 10_000)]
    [InlineData(10_121, 1_000, 4_000L, 5_001)]
    [InlineData(100_000, 1_000, 4_000L, 5_001)]
    [InlineData(200_000, 199_000, 4_000L, 66_537)]
    [InlineData(0, 0, 0L, 0)]
    public void A_message_is_cut_only_when_it_is_much_longer_than_the_limit(long octets, long header, long? limit, long sent) =>
        SpamCheck.OctetsToSend(octets, header, limit).ShouldBe(sent);
}
