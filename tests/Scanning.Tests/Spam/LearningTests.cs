using System.Net.Http.Json;
using System.Net.Sockets;
using System.Text.Json;
using Amavis.Core.Messages;
using Amavis.Core.Policy;
using Amavis.Scanning.Spam;
using Amavis.Scanning.Spam.Learning;
using Amavis.Testing;

namespace Amavis.Scanning.Tests.Spam;

/// <summary>Real scanners are taught messages, and know them afterwards.</summary>
[Collection(nameof(RspamdTestGroup))]
[Trait("Needs", "Server")]
public sealed class LearningTests(RspamdFixture fixture) : IDisposable
{
    private const string Words = "the garden club meets on tuesday afternoon near the river, seeds and tools and something warm to drink are welcome\r\n";
    private const string Offers = "cheap watches pills lottery winners casino bonus, order today for the lowest price without any prescription\r\n";

    private readonly ScannerRegistry _registry = new(TimeProvider.System, TestLimits.Patient);

    public void Dispose() => _registry.Dispose();

    private ISpamLearner Learner(SpamScannerSettings settings) => _registry.FindLearner(settings with { Learns = true }, new ScannerPlace("/tmp"))!;

    private static async Task<LearnOutcome> TeachAsync(ISpamLearner learner, string body, SpamClass taught)
    {
        var message = Message(body);
        return (await SpamLearning.RunAsync([learner], message, message.Length, [null], taught, CancellationToken.None)).Single().Outcome;
    }

    private static MemorySpool Message(string body) => new(Octets.Of(
        $"From: a@example.org\r\nTo: b@example.com\r\nSubject: letter\r\nDate: Mon, 05 Jan 2026 10:04:00 +0000\r\nMessage-ID: <{body.Length}.{body[4]}@example.org>\r\n\r\n{body}"));

    [Fact]
    public async Task Spamd_knows_what_it_was_taught_and_changes_its_mind()
    {
        using var spamd = await SpamdProcess.StartAsync(["report tests=_TESTSSCORES(,)_ autolearn=_AUTOLEARN_ version=_VERSION_"], learns: true, CancellationToken.None);
        var settings = new SpamScannerSettings("SpamAssassin", "spamd", [spamd.Address]);
        var (learner, scanner) = (Learner(settings), _registry.Get(settings));

        (await TeachAsync(learner, Words, SpamClass.Ham)).ShouldBeOfType<LearnOutcome.Learned>();
        (await TeachAsync(learner, Offers, SpamClass.Spam)).ShouldBeOfType<LearnOutcome.Learned>();
        (await TeachAsync(learner, Offers, SpamClass.Spam)).ShouldBeOfType<LearnOutcome.KnownAlready>();
        (await BayesAsync(scanner, Words)).ShouldBeLessThan(0);
        (await BayesAsync(scanner, Offers)).ShouldBeGreaterThan(0);

        (await TeachAsync(learner, Offers, SpamClass.Ham)).ShouldBeOfType<LearnOutcome.Learned>();
        (await TeachAsync(learner, Words, SpamClass.Spam)).ShouldBeOfType<LearnOutcome.Learned>();
        (await BayesAsync(scanner, Words)).ShouldBeGreaterThan(0);
        (await BayesAsync(scanner, Offers)).ShouldBeLessThan(0);
    }

    [Fact]
    public async Task Spamd_that_does_not_let_itself_be_taught_says_what_is_missing_and_goes_on_scoring()
    {
        using var spamd = await SpamdProcess.StartAsync([], CancellationToken.None);
        var settings = new SpamScannerSettings("SpamAssassin", "spamd", [spamd.Address]);

        (await TeachAsync(Learner(settings), Words, SpamClass.Ham)).ShouldBeOfType<LearnOutcome.Failed>().Reason.ShouldContain("--allow-tell");

        (await SpamCheck.RunAsync(SpamMessages.Input(Words, _registry.Get(settings)), TimeProvider.System, CancellationToken.None)).Main.Points.ShouldNotBeNull();
    }

    [Fact]
    public async Task Rspamd_counts_what_it_was_taught_and_knows_it_again()
    {
        var learner = Learner(Rspamd());
        var before = await LearnedAsync();

        (await TeachAsync(learner, Words, SpamClass.Ham)).ShouldBeOfType<LearnOutcome.Learned>();
        (await TeachAsync(learner, Offers, SpamClass.Spam)).ShouldBeOfType<LearnOutcome.Learned>();
        (await TeachAsync(learner, Offers, SpamClass.Spam)).ShouldBeOfType<LearnOutcome.KnownAlready>();

        var after = await LearnedAsync();
        (after.Ham - before.Ham, after.Spam - before.Spam).ShouldBe((1, 1));
    }

    [Fact]
    public async Task Rspamd_asks_for_its_password()
    {
        var failed = (await TeachAsync(Learner(Rspamd() with { ControllerPassword = "wrong" }), Words, SpamClass.Ham)).ShouldBeOfType<LearnOutcome.Failed>();

        failed.Reason.ShouldContain("controller_password");
    }

    [Fact]
    public void The_controller_is_at_its_usual_port_of_the_same_host()
    {
        RspamdLearner.ControllerOf(new SpamScannerSettings("r", "rspamd", ["http://192.0.2.7:11333"]))!.ToString().ShouldBe("http://192.0.2.7:11334/");
        RspamdLearner.ControllerOf(new SpamScannerSettings("r", "rspamd", ["127.0.0.1"]))!.ToString().ShouldBe("http://127.0.0.1:11334/");
        RspamdLearner.ControllerOf(new SpamScannerSettings("r", "rspamd", ["unix:/run/rspamd.sock"])).ShouldBeNull();
        RspamdLearner.ControllerOf(new SpamScannerSettings("r", "rspamd", ["unix:/run/rspamd.sock"]) { Controller = "127.0.0.1:5" })!.Port.ShouldBe(5);
    }

    [Fact]
    public async Task A_program_is_taught_with_arguments_of_its_own()
    {
        using var directory = new TestDirectory();
        var file = directory.FilePath("learned");
        var settings = new SpamScannerSettings("Bogofilter", null, [])
        {
            Commands = ["/bin/sh"],
            LearnHam = ["-c", $"cat >{file}.ham"],
            LearnSpam = ["-c", "exit 3"],
        };

        (await TeachAsync(Learner(settings), Words, SpamClass.Ham)).ShouldBeOfType<LearnOutcome.Learned>();
        (await TeachAsync(Learner(settings), Words, SpamClass.Spam)).ShouldBeOfType<LearnOutcome.Failed>().Reason.ShouldContain("3");

        (await File.ReadAllTextAsync(file + ".ham")).ShouldBe(Octets.Text(Whole(Message(Words))).Replace("\r\n", "\n", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("")]
    [InlineData("hello\r\n\r\n")]
    [InlineData("SPAMD/1.1 x\r\n\r\n")]
    public async Task F9_what_is_no_answer_is_no_learning(string answer)
    {
        await using var server = new FakeServer(async (socket, ending) => await socket.SendAsync(Octets.Of(answer), SocketFlags.None, ending));

        (await TeachAsync(Learner(new SpamScannerSettings("s", "spamd", [server.Address])), Words, SpamClass.Ham)).ShouldBeOfType<LearnOutcome.Failed>();
    }

    [Fact]
    public void Only_what_is_configured_to_learn_is_taught()
    {
        _registry.FindLearner(new SpamScannerSettings("s", "spamd", ["127.0.0.1"]), new ScannerPlace("/")).ShouldBeNull();
        Should.Throw<ArgumentException>(() => Learner(new SpamScannerSettings("r", "rspamd", ["unix:/run/rspamd.sock"]))).Message.ShouldContain("controller");
    }

    private SpamScannerSettings Rspamd() =>
        new("Rspamd", "rspamd", [fixture.Rspamd.Address]) { Controller = fixture.Rspamd.Controller, ControllerPassword = RspamdProcess.Password };

    /// <summary>Points of the Bayes test; 0 when there is none.</summary>
    private static async Task<double> BayesAsync(ISpamScanner scanner, string body)
    {
        var spool = Message(body);
        var input = SpamMessages.Input("", scanner) with { Spool = spool };
        return (await SpamCheck.RunAsync(input, TimeProvider.System, CancellationToken.None)).Main.Tests.Where(t => t.Name.StartsWith("BAYES_", StringComparison.Ordinal)).Sum(t => t.Points);
    }

    private async Task<(int Ham, int Spam)> LearnedAsync()
    {
        using var client = new HttpClient();
        client.DefaultRequestHeaders.Add("Password", RspamdProcess.Password);
        var statistics = await client.GetFromJsonAsync<JsonElement>(fixture.Rspamd.Controller + "/stat");
        int Of(string symbol) => statistics.GetProperty("statfiles").EnumerateArray().Single(s => s.GetProperty("symbol").GetString() == symbol).GetProperty("revision").GetInt32();
        return (Of("BAYES_HAM"), Of("BAYES_SPAM"));
    }

    private static byte[] Whole(Spool spool)
    {
        var octets = new byte[spool.Length];
        spool.Read(0, octets);
        return octets;
    }
}
