using System.Diagnostics;
using System.Text.RegularExpressions;
using Amavis.Core.Addresses;
using Amavis.Core.Policy;
using Amavis.Scanning.Virus;
using Amavis.Testing;

namespace Amavis.Scanning.Tests.Virus.Daemons;

/// <summary>The smaller protocols, each against a server that holds its dialogue.</summary>
[Collection(nameof(TimedTests))]
public sealed class DaemonScannerTests : IDisposable
{
    private readonly ScannerRegistry _registry = new(TimeProvider.System, TestLimits.Patient);
    private readonly ScannerRegistry _hurried = new(TimeProvider.System, TestLimits.Short);
    private readonly TestDirectory _directory = new();
    private readonly IReadOnlyList<ScanItem> _two = [new("p001", new BytesContent(Octets.Of("one"))), new("p002", new BytesContent(Octets.Of("two")))];

    public void Dispose()
    {
        _registry.Dispose();
        _hurried.Dispose();
        _directory.Dispose();
    }

    private static AnswerTest Text(string pattern) => new([], new Regex(pattern, RegexOptions.Multiline, TimeSpan.FromSeconds(1)));

    private Task<ScanOutcome> ScanAsync(VirusScannerSettings entry, ScannerRegistry? registry = null) =>
        (registry ?? _registry).Get(entry, _directory.Path).ScanAsync(_two, isEnough: null, CancellationToken.None);

    private static VirusScannerSettings Entry(string protocol, params string[] addresses) => new(protocol, protocol, addresses);

    private static VirusScannerSettings Simple(string query, params string[] addresses) =>
        new("MyAV", "simple", addresses) { Query = query, Clean = Text("OK$"), Infected = Text("FOUND$"), VirusName = Text(": (.*) FOUND$").Pattern };

    private static string Kind(ScanOutcome outcome) => outcome switch
    {
        ScanOutcome.Clean => "clean",
        ScanOutcome.Infected infected => string.Join(",", infected.Names),
        _ => "failed",
    };

    [Theory]
    [InlineData("clean", "S: EVENT FILE /x", "S: DONE OK 0000 The function call succeeded", "S: ")]
    [InlineData("EICAR-AV-Test", "S: VIRUS EICAR-AV-Test /x/p001", "S: OK 0203 /x/p001", "S: DONE OK 0203 Virus found during virus scan", "S: ")]
    [InlineData("EICAR-AV-Test", "S: VIRUS EICAR-AV-Test /x/p001", "S: DONE FAIL 0212 encrypted", "S: ")]
    [InlineData("EICAR-AV-Test", "S: VIRUS EICAR-AV-Test /x/a%0Ab", "S: DONE OK 0203", "S: ")]
    [InlineData("failed", "S: FAIL 0212 /x/p001", "S: DONE FAIL 0212 The file is encrypted", "S: ")]
    [InlineData("failed", "S: ")]
    [InlineData("failed", "S: FILE /x/p001%0ADONE OK", "S: ")]
    [InlineData("failed", "S: DONE OK 0000", "CLOSE")]
    public async Task Sssp_answers_are_judged(string expected, params string[] answer)
    {
        await using var server = Dialogue.Serve("\r\n", ["S: OK SSSP/1.0", "C: SSSP/1.0 SCANDIRR /…", "S: ACC 45F1/3", .. answer]);

        Kind(await ScanAsync(Entry("sssp", server.Address))).ShouldBe(expected);
    }

    [Theory]
    [InlineData("S: 220 mail ESMTP")]
    [InlineData("S: OK SSSP/1.0", "C: SSSP/1.0 SCANDIRR /…", "S: REJ 4")]
    [InlineData("CLOSE")]
    [InlineData("S: OK SSSP/1.0", "CLOSE")]
    public async Task Sssp_without_an_accepted_request_is_a_failure(params string[] dialogue)
    {
        await using var server = Dialogue.Serve("\r\n", dialogue);

        Kind(await ScanAsync(Entry("sssp", server.Address))).ShouldBe("failed");
    }

    [Theory]
    [InlineData("clean", "S: 200 p001", "S: 200 p002")]
    [InlineData("clean", "S: 210 p001", "S: 200 p002")]
    [InlineData("Eicar-Test-Signature", "S: 310 Eicar-Test-Signature ; virus ; Contains code of the Eicar-Test-Signature virus\nS: 319 p001", "S: 200 p002")]
    [InlineData("Worm/X", "S: 310 p001/a.zip <<< Worm/X ; virus ; text\nS: 319 p001", "S: 200 p002")]
    [InlineData("HEUR/Y", "S: 420 HEUR/Y ; heuristic ; Suspicious\nS: 200 p001", "S: 200 p002")]
    [InlineData("failed", "S: 200 p001", "S: 300 p002")]
    [InlineData("failed", "S: 200 p001", "S: 520 engine error")]
    [InlineData("failed", "S: 430 p001 ; encrypted\nS: 200 p001", "S: 200 p002")]
    [InlineData("failed", "S: hello", "S: 200 p002")]
    public async Task Savapi_answers_are_judged(string expected, string first, string second)
    {
        string[] lines =
        [
            "S: 100 SAVAPI:3.0", "C: SET PRODUCT 1234", "S: 100 PRODUCT:1234", "C: SET SCAN_TIMEOUT …", "S: 100 SCAN_TIMEOUT:31", "C: SET CWD /…", "S: 100 CWD:/",
            "C: SCAN p001", .. first.Split('\n'), "C: SCAN p002", .. second.Split('\n'), "C: QUIT",
        ];
        await using var server = Dialogue.Serve("\n", lines);

        Kind(await ScanAsync(Entry("savapi", server.Address) with { Argument = "1234" })).ShouldBe(expected);
    }

    [Fact]
    public async Task Savapi_that_does_not_know_the_product_is_a_failure()
    {
        await using var server = Dialogue.Serve("\n", "S: 100 SAVAPI:3.0", "C: SET PRODUCT 1234", "S: 421 no license");

        Kind(await ScanAsync(Entry("savapi", server.Address) with { Argument = "1234" })).ShouldBe("failed");
    }

    [Theory]
    [InlineData("clean", "0")]
    [InlineData("clean", "000:")]
    [InlineData("EICAR", "1:EICAR")]
    [InlineData("failed", "-1:error")]
    [InlineData("failed", "10")]
    [InlineData("failed", "?")]
    public async Task Sophie_answers_are_judged(string expected, string answer)
    {
        await using var server = Dialogue.Serve("\n", "C: /…/", "S: " + answer, "HANG");

        Kind(await ScanAsync(Entry("sophie", server.Address))).ShouldBe(expected);
    }

    [Fact]
    public async Task A_plain_daemon_is_asked_for_the_directory()
    {
        await using var server = Dialogue.Serve("\n", "C: SCAN /…", "S: p001: OK", "S: p002: Some.Virus FOUND", "CLOSE");

        Kind(await ScanAsync(Simple("SCAN {}\n", server.Address))).ShouldBe("Some.Virus");
    }

    [Fact]
    public async Task A_plain_daemon_is_asked_for_each_file_when_the_query_has_a_place_for_it()
    {
        await using var server = Dialogue.Serve("\n", "C: SCAN FILE /…", "S: OK", "CLOSE");

        Kind(await ScanAsync(Simple("SCAN FILE {}/*\n", server.Address))).ShouldBe("clean");
        server.Connections.ShouldBe(2);
    }

    [Theory]
    [InlineData("")]
    [InlineData("nonsense")]
    [InlineData("ok")]
    public async Task F8_a_plain_daemon_without_a_right_answer_is_a_failure(string answer)
    {
        await using var server = Dialogue.Serve("\n", answer.Length == 0 ? ["C: SCAN /…", "CLOSE"] : ["C: SCAN /…", "S: " + answer, "CLOSE"]);

        Kind(await ScanAsync(Simple("SCAN {}\n", server.Address))).ShouldBe("failed");
    }

    [Theory]
    [InlineData("sssp")]
    [InlineData("savapi")]
    [InlineData("sophie")]
    [InlineData("simple")]
    [InlineData("lmtp")]
    public async Task F8_an_answer_without_end_is_cut_off(string protocol)
    {
        await using var server = new FakeServer(async (socket, ending) =>
        {
            var flood = Octets.Of(new string('x', 8000));
            while (true)
                await socket.SendAsync(flood, ending);
        });
        var entry = Entry(protocol, server.Address) with { Query = "SCAN {}\n", Clean = Text("OK"), Infected = Text("FOUND") };

        Kind(await ScanAsync(entry)).ShouldBe("failed");
    }

    [Theory]
    [InlineData("sssp")]
    [InlineData("savapi")]
    [InlineData("sophie")]
    [InlineData("simple")]
    public async Task F8_a_daemon_that_says_nothing_is_given_up(string protocol)
    {
        await using var server = FakeServer.Silent();
        var entry = Entry(protocol, server.Address) with { Query = "SCAN {}\n", Clean = Text("OK"), Infected = Text("FOUND") };
        var started = Stopwatch.GetTimestamp();

        Kind(await ScanAsync(entry, _hurried)).ShouldBe("failed");

        Stopwatch.GetElapsedTime(started).ShouldBeLessThan(TimeSpan.FromSeconds(10));
    }

    [Theory]
    [InlineData("sssp")]
    [InlineData("savapi")]
    [InlineData("sophie")]
    [InlineData("simple")]
    [InlineData("smtp")]
    public async Task F7_a_daemon_that_is_not_there_is_a_failure(string protocol)
    {
        var entry = Entry(protocol, $"127.0.0.1:{FreePorts.Take(1)[0]}") with { Query = "SCAN {}\n", Clean = Text("OK"), Infected = Text("FOUND") };

        Kind(await ScanAsync(entry)).ShouldBe("failed");
    }

    [Fact]
    public async Task F7_another_address_is_asked_when_one_fails()
    {
        await using var server = Dialogue.Serve("\n", "C: SCAN /…", "S: OK", "CLOSE");
        var dead = $"127.0.0.1:{FreePorts.Take(1)[0]}";

        for (var i = 0; i < 4; i++)
            Kind(await ScanAsync(Simple("SCAN {}\n", dead, server.Address))).ShouldBe("clean");
    }

    [Theory]
    [InlineData("smtp", "EHLO localhost", "250 2.0.0 clean", "clean")]
    [InlineData("lmtp", "LHLO localhost", "550 5.7.1 found: Some.Worm", "Some.Worm")]
    [InlineData("smtp", "EHLO localhost", "451 4.3.0 later", "failed")]
    [InlineData("smtp", "EHLO localhost", "hello", "failed")]
    public async Task A_mail_server_gets_the_message_and_its_reply_is_judged(string protocol, string greeting, string reply, string expected)
    {
        await using var server = Dialogue.Serve("\r\n", "S: 220 av ESMTP", "C: " + greeting, "S: 250-av", "S: 250 SIZE", "C: MAIL FROM:<a@example.org>", "S: 250 ok",
            "C: RCPT TO:<dummy@localhost>", "S: 250 ok", "C: DATA", "S: 354 go", "C: Subject: x", "C: ", "C: ..dot", "C: text", "C: .", "S: " + reply, "C: QUIT");
        using var spool = new MemorySpool(Octets.Of("Subject: x\r\n\r\n.dot\r\ntext\r\n"));
        var entry = Entry(protocol, server.Address) with { Clean = Text("^250 "), Infected = Text("^550 "), VirusName = Text(@"found: (\S+)").Pattern };

        var report = await VirusCheck.RunAsync(
            new VirusCheckInput { Spool = spool, Parts = null, Scanners = [_registry.Get(entry, _directory.Path)], Sender = new MailAddress("a", "example.org") },
            TimeProvider.System, CancellationToken.None);

        (report.Verdict == VirusVerdict.Infected ? report.Names[0] : report.Verdict == VirusVerdict.Clean ? "clean" : "failed").ShouldBe(expected);
    }
}
