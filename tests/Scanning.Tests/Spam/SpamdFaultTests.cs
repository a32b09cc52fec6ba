using System.Diagnostics;
using System.Net.Sockets;
using Amavis.Core.Policy;
using Amavis.Scanning.Spam;
using Amavis.Testing;

namespace Amavis.Scanning.Tests.Spam;

/// <summary>Row F9 of the fault table: a spamd that is dead, silent or talks nonsense gives no score.</summary>
[Collection(nameof(TimedTests))]
public sealed class SpamdFaultTests : IDisposable
{
    private const string Good = "SPAMD/1.5 0 EX_OK\r\nContent-length: 6\r\nSpam: True ; 7.5 / 5.0\r\n\r\nreport";

    private readonly ScannerRegistry _registry = new(TimeProvider.System, TestLimits.Short);

    private readonly ScannerRegistry _patient = new(TimeProvider.System, TestLimits.Patient);

    public void Dispose()
    {
        _registry.Dispose();
        _patient.Dispose();
    }

    private static ISpamScanner Scanner(ScannerRegistry registry, params string[] addresses) =>
        registry.Get(new SpamScannerSettings("sa", "spamd", addresses));

    private Task<SpamOutcome> CheckAsync(params string[] addresses) =>
        Scanner(_registry, addresses).CheckAsync(SpamMessages.Request("text\r\n"), CancellationToken.None);

    /// <summary>For tests that expect an answer, however busy the machine is.</summary>
    private Task<SpamOutcome> CheckPatientlyAsync(params string[] addresses) =>
        Scanner(_patient, addresses).CheckAsync(SpamMessages.Request("text\r\n"), CancellationToken.None);

    /// <summary>Reads a request to its end and then says this.</summary>
    private static FakeServer Answering(string answer, List<byte>? request = null) => new(async (socket, ending) =>
    {
        var buffer = new byte[4096];
        while (await socket.ReceiveAsync(buffer, SocketFlags.None, ending) is var read and > 0)
            request?.AddRange(buffer.AsSpan(0, read));
        await socket.SendAsync(Octets.Of(answer), SocketFlags.None, ending);
    });

    [Fact]
    public async Task A_good_answer_gives_score_threshold_and_report()
    {
        await using var spamd = Answering(Good);

        var verdict = (await CheckPatientlyAsync(spamd.Address)).ShouldBeOfType<SpamOutcome.Scored>().Verdict;

        (verdict.Points, verdict.Threshold, verdict.Report).ShouldBe((7.5, 5, "report"));
    }

    [Theory]
    [InlineData("")]
    [InlineData("220 smtp.example.com\r\n\r\n")]
    [InlineData("SPAMD/1.5 76 Bad header line\r\n\r\n")]
    [InlineData("SPAMD/1.5 0 EX_OK\r\nContent-length: 6\r\n\r\nreport")]
    [InlineData("SPAMD/1.5 0 EX_OK\r\nContent-length: 6\r\nSpam: True ; nan / 5.0\r\n\r\nreport")]
    [InlineData("SPAMD/1.5 0 EX_OK\r\nContent-length: 6\r\nSpam: True ; NaN / 5.0\r\n\r\nreport")]
    [InlineData("SPAMD/1.5 0 EX_OK\r\nContent-length: 6\r\nSpam: True ; Infinity / 5.0\r\n\r\nreport")]
    [InlineData("SPAMD/1.5 0 EX_OK\r\nContent-length: 6\r\nSpam: True ; 1e308 / 5.0\r\n\r\nreport")]
    [InlineData("SPAMD/1.5 0 EX_OK\r\nContent-length: 6\r\nSpam: True ; -99999999 / 5.0\r\n\r\nreport")]
    [InlineData("SPAMD/1.5 0 EX_OK\r\nContent-length: 6\r\nSpam: True ;  / 5.0\r\n\r\nreport")]
    [InlineData("SPAMD/1.5 0 EX_OK\r\nContent-length: 6\r\nSpam: True ; 7.5\r\n\r\nreport")]
    [InlineData("SPAMD/1.5 0 EX_OK\r\nContent-length: 7\r\nSpam: True ; 7.5 / 5.0\r\n\r\nreport")]
    [InlineData("SPAMD/1.5 0 EX_OK\r\nContent-length: -1\r\nSpam: True ; 7.5 / 5.0\r\n\r\nreport")]
    [InlineData("SPAMD/1.5 0 EX_OK\r\nContent-length: 6\r\nSpam: True ; 7.5 / 5.0\r\n")]
    public async Task F9_anything_else_is_a_failure(string answer)
    {
        await using var spamd = Answering(answer);

        (await CheckAsync(spamd.Address)).ShouldBeOfType<SpamOutcome.Failed>();
    }

    [Fact]
    public async Task F9_an_answer_without_end_is_not_read_without_end()
    {
        await using var spamd = Answering(Good + new string('x', 1 << 20));

        (await CheckPatientlyAsync(spamd.Address)).ShouldBeOfType<SpamOutcome.Failed>().Reason.ShouldContain("too long");
    }

    [Fact]
    public async Task A_negative_score_is_a_score()
    {
        await using var spamd = Answering(Good.Replace("7.5", "-2.4", StringComparison.Ordinal));

        (await CheckPatientlyAsync(spamd.Address)).ShouldBeOfType<SpamOutcome.Scored>().Verdict.Points.ShouldBe(-2.4);
    }

    [Fact]
    public async Task F9_a_silent_spamd_costs_the_first_message_its_budget_and_the_next_a_moment()
    {
        await using var spamd = FakeServer.Silent();
        (await CheckAsync(spamd.Address)).ShouldBeOfType<SpamOutcome.Failed>();

        var started = Stopwatch.GetTimestamp();
        (await CheckAsync(spamd.Address)).ShouldBeOfType<SpamOutcome.Failed>();
        Stopwatch.GetElapsedTime(started).ShouldBeLessThan(TestLimits.Short.SpamAnswer / 2);
    }

    [Fact]
    public async Task The_next_address_is_used_when_nobody_listens()
    {
        await using var spamd = Answering(Good);

        for (var i = 0; i < 6; i++)
            (await CheckPatientlyAsync($"127.0.0.1:{FreePorts.Take(1)[0]}", spamd.Address)).ShouldBeOfType<SpamOutcome.Scored>();
    }

    [Fact]
    public async Task The_request_has_the_user_the_length_and_the_message_cut_with_a_line_end()
    {
        var seen = new List<byte>();
        await using var spamd = Answering(Good, seen);
        var request = SpamMessages.Request("0123456789\r\n");
        request = request with { Octets = request.Octets - 6, User = "sa-user" };

        (await Scanner(_patient, spamd.Address).CheckAsync(request, CancellationToken.None)).ShouldBeOfType<SpamOutcome.Scored>();

        var text = Octets.Text(seen.ToArray());
        var length = request.PseudoHeader.Length + request.Octets;
        text.ShouldStartWith($"REPORT SPAMC/1.5\r\nUser: sa-user\r\nContent-length: {length}\r\n\r\nReturn-Path: <sender@example.org>\r\n");
        text.ShouldEndWith("\r\n\r\n01234\n");
        text.Length.ShouldBe(text.IndexOf("\r\n\r\n", StringComparison.Ordinal) + 4 + (int)length);
    }

    [Fact]
    public async Task A_user_name_cannot_bring_a_line_into_the_request()
    {
        var seen = new List<byte>();
        await using var spamd = Answering(Good, seen);

        await Scanner(_patient, spamd.Address).CheckAsync(SpamMessages.Request("x\r\n") with { User = "a\r\nSet: local" }, CancellationToken.None);

        Octets.Text(seen.ToArray()).ShouldStartWith("REPORT SPAMC/1.5\r\nContent-length: ");
    }

    [Fact]
    public void Of_users_named_by_the_message_quoted_in_the_report_none_becomes_a_test()
    {
        const string report = "Content preview:  tests=FORGED=-100 autolearn=ham\n pts rule name              description\n---- ---------------------- ----\n"
            + "-9.0 FORGED2               in the preview\n\nContent analysis details:   (7.5 points, 5.0 required)\n\n"
            + " pts rule name              description\n---- ---------------------- -----------------------------\n"
            + " 7.5 REAL_RULE              BODY: says what it does\n                            in two lines\n-0.0 OTHER                  No description available.\n";

        var verdict = SpamReportText.Read(Octets.Of(report), 7.5, 5);

        verdict.Tests.Select(t => (t.Name, t.Points, t.Description)).ShouldBe(
            [("REAL_RULE", 7.5, "BODY: says what it does in two lines"), ("OTHER", 0, "No description available.")]);
        verdict.AutoLearn.ShouldBeNull();
    }
}
