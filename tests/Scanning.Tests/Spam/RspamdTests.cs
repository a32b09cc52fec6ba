using System.Net;
using System.Net.Sockets;
using System.Text;
using Amavis.Core.Policy;
using Amavis.Scanning.Spam;
using Amavis.Testing;

namespace Amavis.Scanning.Tests.Spam;

/// <summary>rspamd, played by servers that read a request and say what a test wants.</summary>
[Collection(nameof(TimedTests))]
public sealed class RspamdTests : IDisposable
{
    private const string Good = """
        {"is_skipped":false,"score":7.25,"required_score":15.0,"action":"add header","symbols":{"MIME_GOOD":{"name":"MIME_GOOD","score":-0.1,"description":"Known type"},
        "ODD=NAME,X":{"name":"x","score":7.35}},"messages":{},"message-id":"x"}
        """;

    private readonly ScannerRegistry _registry = new(TimeProvider.System, TestLimits.Short);
    private readonly ScannerRegistry _patient = new(TimeProvider.System, TestLimits.Patient);

    public void Dispose()
    {
        _registry.Dispose();
        _patient.Dispose();
    }

    private static ISpamScanner Scanner(ScannerRegistry registry, string address) => registry.Get(new SpamScannerSettings("Rspamd", "rspamd", [address]) { MtaName = "mx", Username = "u", Password = "p" });

    private static FakeServer Answering(string answer, StringBuilder? request = null) => new(async (socket, ending) =>
    {
        var buffer = new byte[4096];
        var text = request ?? new StringBuilder();
        while (!text.ToString().EndsWith("text\r\n", StringComparison.Ordinal) && await socket.ReceiveAsync(buffer, SocketFlags.None, ending) is var read and > 0)
            text.Append(Encoding.Latin1.GetString(buffer, 0, read));
        await socket.SendAsync(Octets.Of(answer), SocketFlags.None, ending);
    });

    private static string Http(string body, string status = "200 OK") =>
        $"HTTP/1.1 {status}\r\nConnection: close\r\nContent-Type: application/json\r\nContent-Length: {body.Length}\r\n\r\n{body}";

    private static SpamRequest Request() => SpamMessages.Request("text\r\n") with
    {
        User = "someone",
        Facts = new SpamFacts
        {
            Sender = SpamMessages.Sender, Recipients = [SpamMessages.Recipient, SpamMessages.Sender], ClientAddress = IPAddress.Parse("192.0.2.5"), Helo = "mail.example.org", ClientName = "evil\r\nX: y", Submitter = "submitter",
        },
    };

    [Fact]
    public async Task A_good_answer_gives_score_tests_and_opinion()
    {
        await using var rspamd = Answering(Http(Good));

        var verdict = (await Scanner(_patient, "http://" + rspamd.Address).CheckAsync(Request(), CancellationToken.None)).ShouldBeOfType<SpamOutcome.Scored>().Verdict;

        (verdict.Points, verdict.Threshold, verdict.Opinion).ShouldBe((7.25, 15, SpamOpinion.Spam));
        verdict.Tests.Select(t => (t.Name, t.Points)).ShouldBe([("MIME_GOOD", -0.1), ("ODD_NAME_X", 7.35)]);
        verdict.Report.ShouldContain("MIME_GOOD  Known type");
    }

    [Fact]
    public async Task The_request_has_the_message_and_what_is_known_of_it()
    {
        var request = new StringBuilder();
        await using var rspamd = Answering(Http(Good), request);

        (await Scanner(_patient, "http://" + rspamd.Address).CheckAsync(Request(), CancellationToken.None)).ShouldBeOfType<SpamOutcome.Scored>();

        var lines = request.ToString().Split("\r\n");
        lines[0].ShouldBe("POST /checkv2 HTTP/1.1");
        foreach (var line in (string[])["From: <sender@example.org>", "Rcpt: <user1@example.com>, <sender@example.org>", "IP: 192.0.2.5", "Helo: mail.example.org", "MTA-Name: mx", "User: submitter", "Deliver-To: someone",
                     "Authorization: Basic dTpw", "Content-Type: application/octet-stream"])
            request.ToString().Replace("\r\nRcpt: <sender@example.org>", ", <sender@example.org>", StringComparison.Ordinal).ShouldContain(line + "\r\n");
        lines.ShouldNotContain(l => l.StartsWith("Hostname", StringComparison.Ordinal) || l.StartsWith("X: y", StringComparison.Ordinal));
        request.ToString().ShouldEndWith("\r\n\r\ntext\r\n");
        request.ToString().ShouldNotContain("Return-Path");
    }

    [Theory]
    [InlineData("no action", SpamOpinion.Ham)]
    [InlineData("greylist", SpamOpinion.Unknown)]
    [InlineData("reject", SpamOpinion.Spam)]
    public async Task The_action_is_an_opinion_only(string action, SpamOpinion expected)
    {
        await using var rspamd = Answering(Http($$"""{"score":1,"required_score":15,"action":"{{action}}"}"""));

        (await Scanner(_patient, rspamd.Address).CheckAsync(Request(), CancellationToken.None)).ShouldBeOfType<SpamOutcome.Scored>().Verdict.Opinion.ShouldBe(expected);
    }

    [Theory]
    [InlineData("""{"is_skipped":true}""", 0, SpamOpinion.Unknown)]
    [InlineData("""{"is_skipped":true,"score":0,"required_score":15,"action":"no action","symbols":{}}""", 0, SpamOpinion.Unknown)]
    [InlineData("""{"is_skipped":true,"score":15,"required_score":15,"action":"reject","symbols":{"GTUBE":{"name":"GTUBE","score":0}}}""", 15, SpamOpinion.Spam)]
    public async Task A_message_skipped_with_a_score_has_it(string answer, double expected, SpamOpinion opinion)
    {
        await using var rspamd = Answering(Http(answer));

        var verdict = (await Scanner(_patient, rspamd.Address).CheckAsync(Request(), CancellationToken.None)).ShouldBeOfType<SpamOutcome.Scored>().Verdict;

        (verdict.Points, verdict.Opinion).ShouldBe((expected, opinion));
    }

    [Theory]
    [InlineData("")]
    [InlineData("hello\r\n\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n{\"score\":1}")]
    public async Task F9_what_is_no_answer_gives_no_score(string answer)
    {
        await using var rspamd = Answering(answer);

        (await Scanner(_patient, rspamd.Address).CheckAsync(Request(), CancellationToken.None)).ShouldBeOfType<SpamOutcome.Failed>();
    }

    [Theory]
    [InlineData("", "200 OK")]
    [InlineData("[]", "200 OK")]
    [InlineData("{}", "200 OK")]
    [InlineData("{\"score\":1e308}", "200 OK")]
    [InlineData("{\"score\":\"1\"}", "200 OK")]
    [InlineData("{\"score\":NaN}", "200 OK")]
    [InlineData("{\"error\":\"no memory\"}", "200 OK")]
    [InlineData("{\"score\":1}", "401 Unauthorized")]
    [InlineData("{\"score\":1}", "302 Found")]
    public async Task F9_answers_without_a_sensible_score_give_none(string body, string status)
    {
        await using var rspamd = Answering(Http(body, status));

        (await Scanner(_patient, rspamd.Address).CheckAsync(Request(), CancellationToken.None)).ShouldBeOfType<SpamOutcome.Failed>();
    }

    [Fact]
    public async Task F9_an_answer_beyond_the_limit_gives_no_score()
    {
        await using var rspamd = Answering(Http("{\"score\":1,\"x\":\"" + new string('x', 300_000) + "\"}"));

        (await Scanner(_patient, rspamd.Address).CheckAsync(Request(), CancellationToken.None)).ShouldBeOfType<SpamOutcome.Failed>();
    }

    [Fact]
    public async Task F9_a_silent_server_is_given_up()
    {
        await using var rspamd = FakeServer.Silent();

        (await Scanner(_registry, rspamd.Address).CheckAsync(Request(), CancellationToken.None)).ShouldBeOfType<SpamOutcome.Failed>().Reason.ShouldContain("no answer in time");
    }

    [Fact]
    public async Task Scores_of_several_scanners_are_added_with_their_factors()
    {
        await using var one = Answering(Http(Good));
        await using var two = Answering(Http("""{"score":4,"action":"no action","symbols":{"B":{"score":4}}}"""));
        var scanners = new[] { Scanner(_patient, one.Address), _patient.Get(new SpamScannerSettings("Second", "rspamd", [two.Address], 0.5)) };

        var report = await SpamCheck.RunAsync(SpamMessages.Input("text\r\n", scanners), TimeProvider.System, CancellationToken.None);

        report.Main.Points.ShouldBe(9.25);
        report.Main.Tests.Select(t => (t.Name, t.Points)).ShouldContain(("B", 2));
        report.Main.Contributions.Select(c => c.Opinion).ShouldBe([SpamOpinion.Spam, SpamOpinion.Ham]);
    }
}
