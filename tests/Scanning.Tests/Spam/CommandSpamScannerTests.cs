using Amavis.Core.Policy;
using Amavis.Scanning.Spam;
using Amavis.Scanning.Tests.Virus.Programs;

namespace Amavis.Scanning.Tests.Spam;

/// <summary>Spam checkers that are programs.</summary>
public sealed class CommandSpamScannerTests : IDisposable
{
    private readonly ScannerRegistry _registry = new(TimeProvider.System, TestLimits.Patient);
    private readonly Scripts _scripts = new();

    public void Dispose()
    {
        _registry.Dispose();
        _scripts.Dispose();
    }

    private Task<SpamOutcome> CheckAsync(string lines, double? factor = null) => _registry.Get(
        new SpamScannerSettings("Prog", null, [], factor) { Commands = [_scripts.Add("checker", lines)], Arguments = ["-e", "a b"], Timeout = TimeSpan.FromSeconds(8) },
        new ScannerPlace(_scripts.Directory)).CheckAsync(SpamMessages.Request("text\r\n"), CancellationToken.None);

    [Theory]
    [InlineData("X-Bogosity: Spam, tests=bogofilter, spamicity=0.99", null, 5, "Prog", SpamOpinion.Spam)]
    [InlineData("X-Bogosity: Ham, tests=bogofilter, spamicity=0.01", 0.5, -2.5, "Prog", SpamOpinion.Ham)]
    [InlineData("X-Bogosity: Unsure, tests=bogofilter, spamicity=0.5", null, 0, "Prog", SpamOpinion.Unknown)]
    [InlineData("X-DSPAM-Result: Spam", null, 10, "Prog.Spam", SpamOpinion.Spam)]
    [InlineData("X-DSPAM-Result: user; result=\"Innocent\"; class=\"Innocent\"; probability=0.0", null, -1, "Prog.Innocent", SpamOpinion.Ham)]
    [InlineData("X-CRM114-Status: SPAM ( -25.5 )", null, 2.55, "Prog.SPAM(-25.5)", SpamOpinion.Spam)]
    [InlineData("12", null, -1.2, "Prog.GOOD(12)", SpamOpinion.Ham)]
    public async Task The_field_a_program_writes_gives_the_score(string field, double? factor, double points, string test, SpamOpinion opinion)
    {
        var verdict = (await CheckAsync($"cat >/dev/null; printf '%s\\n\\nbody\\n' '{field}'", factor)).ShouldBeOfType<SpamOutcome.Scored>().Verdict;

        verdict.Points.ShouldBe(points, 1e-9);
        verdict.Tests.ShouldHaveSingleItem().Name.ShouldBe(test);
        verdict.Opinion.ShouldBe(opinion);
    }

    [Fact]
    public async Task Fields_a_program_is_known_for_are_given_and_no_others()
    {
        var verdict = (await CheckAsync("cat >/dev/null; printf 'X-DSPAM-Result: Innocent\\nx-dspam-signature: 4b\\001c\\n d\\nX-Other: no\\nSubject: no\\n\\nX-Bogosity: in the body\\n'"))
            .ShouldBeOfType<SpamOutcome.Scored>().Verdict;

        verdict.Fields.ShouldBe([new SuppliedField("X-DSPAM-Result", "Innocent"), new SuppliedField("X-DSPAM-Signature", "4b?c d")]);
    }

    [Fact]
    public async Task The_program_gets_the_message_with_plain_line_ends_and_its_arguments()
    {
        await CheckAsync($"cat >{_scripts.FilePath("in")}; echo \"$#$2\" >{_scripts.FilePath("args")}; exit 0");

        var input = File.ReadAllText(_scripts.FilePath("in"));
        input.ShouldStartWith("Return-Path: <sender@example.org>\nReceived: ");
        input.ShouldEndWith("\n\ntext\n");
        input.ShouldNotContain("\r");
        File.ReadAllText(_scripts.FilePath("args")).ShouldBe("2a b\n");
    }

    [Theory]
    [InlineData("cat >/dev/null; echo 'X-Bogosity: Spam, x'; exit 3")]
    [InlineData("cat >/dev/null; echo; echo 'X-Bogosity: Spam, x'")]
    [InlineData("cat >/dev/null")]
    [InlineData("kill -9 $$")]
    [InlineData("sleep 300")]
    public async Task F9_a_program_that_fails_gives_no_score(string lines) => (await CheckAsync(lines)).ShouldBeOfType<SpamOutcome.Failed>();

    [Fact]
    public async Task F9_a_program_that_ends_amid_a_message_it_does_not_read_gives_no_score()
    {
        var line = new string('a', 70) + "\r\n";
        var message = string.Concat(Enumerable.Repeat(line, 100_000));

        var outcome = await _registry.Get(
            new SpamScannerSettings("Prog", null, []) { Commands = [_scripts.Add("reader", "head -c 10 >/dev/null; exec 0<&-; kill -9 $$")], Timeout = TimeSpan.FromSeconds(8), BodySizeLimit = long.MaxValue },
            new ScannerPlace(_scripts.Directory)).CheckAsync(SpamMessages.Request(message), CancellationToken.None);

        outcome.ShouldBeOfType<SpamOutcome.Failed>();
    }

    [Fact]
    public void A_program_that_is_not_installed_is_named() =>
        Should.Throw<ArgumentException>(() => _registry.Get(new SpamScannerSettings("x", null, []) { Commands = ["no-such-checker"] })).Message.ShouldContain("no-such-checker");
}
