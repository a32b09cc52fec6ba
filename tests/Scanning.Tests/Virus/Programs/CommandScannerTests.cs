using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;
using Amavis.Core.Policy;
using Amavis.Scanning.Virus;
using Amavis.Testing;

namespace Amavis.Scanning.Tests.Virus.Programs;

/// <summary>Scanners that are programs, played by scripts.</summary>
public sealed class CommandScannerTests : IDisposable
{
    private readonly ScannerRegistry _registry = new(TimeProvider.System, TestLimits.Patient);
    private readonly Scripts _scripts = new();
    private readonly IReadOnlyList<ScanItem> _two = [new("p001", new BytesContent(Octets.Of("one"))), new("p002", new BytesContent(Octets.Of("two")))];

    public void Dispose()
    {
        _registry.Dispose();
        _scripts.Dispose();
    }

    private static AnswerTest Status(params int[] statuses) => new(statuses, null);

    private static Regex Pattern(string pattern) => new(pattern, RegexOptions.Multiline, TimeSpan.FromMilliseconds(200));

    private static AnswerTest Text(string pattern) => new([], Pattern(pattern));

    private VirusScannerSettings Entry(string lines, params string[] arguments) => new("scanner", null, [])
    {
        Commands = [_scripts.Add("scanner", lines)],
        Arguments = arguments,
        Clean = Status(0),
        Infected = Text("FOUND$"),
        VirusName = Pattern("^.*?: (.*) FOUND$"),
    };

    private Task<ScanOutcome> ScanAsync(VirusScannerSettings entry, IReadOnlyList<ScanItem>? items = null) =>
        _registry.Get(entry, _scripts.Directory).ScanAsync(items ?? _two, isEnough: null, CancellationToken.None);

    [Fact]
    public async Task The_exit_status_says_clean() => (await ScanAsync(Entry("exit 0", "{}"))).ShouldBeOfType<ScanOutcome.Clean>();

    [Fact]
    public async Task The_output_says_infected_and_names_the_viruses()
    {
        var outcome = await ScanAsync(Entry("cd $1 && for f in *; do echo \"$1/$f: Virus.$(cat $f) FOUND\"; done; exit 1", "{}"));

        outcome.ShouldBeOfType<ScanOutcome.Infected>().Names.ShouldBe(["Virus.one", "Virus.two"]);
    }

    [Fact]
    public async Task An_exit_status_says_infected()
    {
        var entry = Entry("echo 'infection: Some.Worm'; exit 13", "{}") with { Infected = Status(13), VirusName = Pattern(@"infection: (\S+)") };

        (await ScanAsync(entry)).ShouldBeOfType<ScanOutcome.Infected>().Names.ShouldBe(["Some.Worm"]);
    }

    [Fact]
    public async Task A_virus_without_a_name_has_the_empty_one() =>
        (await ScanAsync(Entry("echo FOUND", "{}"))).ShouldBeOfType<ScanOutcome.Infected>().Names.ShouldBe([""]);

    [Theory]
    [InlineData("exit 2")]
    [InlineData("kill -9 $$")]
    [InlineData("kill -11 $$")]
    [InlineData("exit 255")]
    public async Task Any_other_end_is_a_failure(string lines) => (await ScanAsync(Entry(lines, "{}"))).ShouldBeOfType<ScanOutcome.Failed>();

    [Fact]
    public async Task Without_a_rule_for_clean_the_scanner_vouches_for_nothing()
    {
        var entry = Entry("exit 7", "{}") with { Clean = null };

        (await ScanAsync(entry)).ShouldBeOfType<ScanOutcome.Inconclusive>();
    }

    [Theory]
    [InlineData("{}", "{dir}")]
    [InlineData("-path={}", "-path={dir}")]
    [InlineData("{}/*", "{dir}/p001 {dir}/p002")]
    [InlineData("*", "p001 p002")]
    [InlineData("'*'", "'*'")]
    [InlineData("a b", "a b")]
    public async Task Placeholders_stand_for_directory_and_files(string argument, string expected)
    {
        var log = _scripts.FilePath("log");

        (await ScanAsync(Entry($"echo \"$(pwd)|$*\" >{log}", argument))).ShouldBeOfType<ScanOutcome.Clean>();

        var parts = File.ReadAllText(log).Trim().Split('|');
        parts[1].ShouldBe(expected.Replace("{dir}", parts[0], StringComparison.Ordinal));
        Path.Exists(parts[0]).ShouldBeFalse();
    }

    [Fact]
    public async Task No_shell_looks_at_arguments()
    {
        var victim = _scripts.FilePath("victim");

        await ScanAsync(Entry("exit 0", $"; touch {victim}", "$(touch " + victim + ")", "`touch " + victim + "`"));

        File.Exists(victim).ShouldBeFalse();
    }

    [Fact]
    public async Task Many_files_are_named_in_several_calls_of_bounded_length()
    {
        var log = _scripts.FilePath("log");
        var items = Enumerable.Range(1, 1000).Select(i => new ScanItem(string.Create(CultureInfo.InvariantCulture, $"p{i:d3}"), new BytesContent([1]))).ToArray();

        (await ScanAsync(Entry($"echo \"$*\" >>{log}", "-x", "{}/*", "-y"), items)).ShouldBeOfType<ScanOutcome.Clean>();

        var calls = File.ReadAllLines(log);
        calls.Length.ShouldBeGreaterThan(1);
        calls.ShouldAllBe(call => call.Length <= 4000 && call.StartsWith("-x ") && call.EndsWith(" -y"));
        calls.SelectMany(call => call.Split(' ')[1..^1]).Select(path => Path.GetFileName(path)).ShouldBe(items.Select(i => i.Name));
    }

    [Fact]
    public async Task A_call_without_verdict_after_a_clean_one_is_a_failure()
    {
        var items = Enumerable.Range(1, 1000).Select(i => new ScanItem(string.Create(CultureInfo.InvariantCulture, $"p{i:d3}"), new BytesContent([1]))).ToArray();

        (await ScanAsync(Entry("case \"$*\" in *p001*) exit 0;; esac; exit 9", "{}/*"), items)).ShouldBeOfType<ScanOutcome.Failed>();
    }

    [Fact]
    public async Task F7_a_program_that_is_not_there_any_more_is_a_failure()
    {
        var entry = Entry("exit 0", "{}");
        var scanner = _registry.Get(entry, _scripts.Directory);
        File.Delete(entry.Commands[0]);

        (await scanner.ScanAsync(_two, isEnough: null, CancellationToken.None)).ShouldBeOfType<ScanOutcome.Failed>();
    }

    [Fact]
    public void A_program_that_is_not_installed_gives_no_scanner()
    {
        var entry = Entry("exit 0", "{}") with { Commands = ["/nowhere/scanner", "no-such-scanner -x"] };

        _registry.Find(entry, new ScannerPlace(_scripts.Directory)).ShouldBeNull();
    }

    [Fact]
    public async Task The_first_installed_alternative_is_run_with_the_arguments_of_its_name()
    {
        var log = _scripts.FilePath("log");
        var entry = Entry($"echo \"$*\" >{log}", "{}") with { Commands = ["no-such-scanner", "scanner -a -b"] };
        var scanner = _registry.Find(entry, new ScannerPlace(_scripts.Directory, "/nowhere:/bin:" + _scripts.Directory)).ShouldNotBeNull();

        await scanner.ScanAsync(_two, isEnough: null, CancellationToken.None);

        File.ReadAllText(log).ShouldStartWith("-a -b /");
    }

    [Fact]
    public async Task F8_a_program_that_hangs_is_ended_with_its_children()
    {
        var pids = _scripts.FilePath("pids");
        var scanner = _registry.Get(Entry($"trap '' TERM; sleep 300 & echo $! >>{pids}; echo $$ >>{pids}; echo x >{_scripts.FilePath("up")}; wait; sleep 300", "{}"), _scripts.Directory);
        using var cancelled = new CancellationTokenSource();
        var scan = scanner.ScanAsync(_two, isEnough: null, cancelled.Token);
        await Waiting.UntilAsync(_ => Task.FromResult(File.Exists(_scripts.FilePath("up"))), TimeSpan.FromSeconds(20), CancellationToken.None);

        await cancelled.CancelAsync();
        await Should.ThrowAsync<OperationCanceledException>(scan);

        foreach (var pid in File.ReadAllLines(pids))
            await Waiting.UntilAsync(_ => Task.FromResult(IsGone(pid)), TimeSpan.FromSeconds(10), CancellationToken.None);
        Directory.GetDirectories(_scripts.Directory).ShouldBeEmpty();
    }

    [Fact]
    public async Task What_a_program_leaves_in_the_background_is_ended()
    {
        var pids = _scripts.FilePath("pids");

        (await ScanAsync(Entry($"sleep 300 & echo $! >{pids}; exit 0", "{}"))).ShouldBeOfType<ScanOutcome.Clean>();

        await Waiting.UntilAsync(_ => Task.FromResult(IsGone(File.ReadAllText(pids).Trim())), TimeSpan.FromSeconds(10), CancellationToken.None);
    }

    [Fact]
    public async Task F8_output_beyond_the_limit_is_not_taken_for_clean()
    {
        (await ScanAsync(Entry("head -c 3000000 /dev/zero | tr '\\0' x; exit 0", "{}"))).ShouldBeOfType<ScanOutcome.Failed>();
    }

    [Fact]
    public async Task A_pattern_that_takes_too_long_is_a_failure()
    {
        var entry = Entry("head -c 60 /dev/zero | tr '\\0' a; echo b", "{}") with { Infected = new AnswerTest([], new Regex("^(?:a|aa)+$", RegexOptions.None, TimeSpan.FromMilliseconds(50))) };

        (await ScanAsync(entry)).ShouldBeOfType<ScanOutcome.Failed>();
    }

    [Fact]
    public async Task Control_characters_do_not_get_into_names() =>
        (await ScanAsync(Entry("printf 'p001: a\\033[1mb FOUND\\n'", "{}"))).ShouldBeOfType<ScanOutcome.Infected>().Names.ShouldBe(["a?[1mb"]);

    [Fact]
    public async Task A_scanner_that_changes_its_files_does_not_change_the_message()
    {
        (await ScanAsync(Entry("rm -f $1/*", "{}"))).ShouldBeOfType<ScanOutcome.Clean>();

        using var stream = _two[0].Content.OpenRead();
        stream.Length.ShouldBe(3);
    }

    [Fact]
    public async Task Backups_are_asked_when_the_time_of_the_others_is_over()
    {
        using var spool = new MemorySpool(Octets.Of("Subject: x\r\n\r\nhello\r\n"));
        var slow = Entry("sleep 300", "{}") with { Name = "slow" };
        var scanners = new[] { _registry.Get(slow, _scripts.Directory) };
        var backup = new VirusScannerSettings("backup", null, []) { Commands = [_scripts.Add("backup", "exit 0")], Arguments = ["{}"], Clean = Status(0) };
        var started = Stopwatch.GetTimestamp();

        var report = await VirusCheck.RunAsync(
            new VirusCheckInput
            {
                Spool = spool, Parts = null, Scanners = scanners, Backups = [_registry.Get(backup, _scripts.Directory)], IsConfigured = true, Time = TimeSpan.FromSeconds(5),
            },
            TimeProvider.System, CancellationToken.None);

        report.Verdict.ShouldBe(VirusVerdict.Clean);
        Stopwatch.GetElapsedTime(started).ShouldBeLessThan(TimeSpan.FromSeconds(20));
    }

    [Fact]
    public async Task Configured_scanners_of_which_none_is_installed_are_a_failure()
    {
        using var spool = new MemorySpool(Octets.Of("Subject: x\r\n\r\nhello\r\n"));

        var report = await VirusCheck.RunAsync(
            new VirusCheckInput { Spool = spool, Parts = null, Scanners = [], IsConfigured = true }, TimeProvider.System, CancellationToken.None);

        report.Verdict.ShouldBe(VirusVerdict.Failed);
    }

    /// <summary>Gone, or dead and not yet taken note of by its parent.</summary>
    private static bool IsGone(string pid) =>
        !File.Exists($"/proc/{pid}/stat") || File.ReadAllText($"/proc/{pid}/stat").Split(") ")[^1].StartsWith('Z');
}
