using Amavis.Core.Addresses;
using Amavis.Core.Explaining;
using Amavis.Core.Lookups;
using Amavis.Core.Parts;
using Amavis.Scanning.Spam;
using Amavis.Scanning.Tests.Spam;
using Amavis.Scanning.Virus;
using Amavis.Testing;
using FsCheck;
using FsCheck.Fluent;

namespace Amavis.Scanning.Tests;

/// <summary>What several scanners say together does not depend on their order, neither that of the configuration nor that of their answers (property P9).</summary>
public sealed class ScannerOrderTests
{
    private static readonly LookupMaps NameScores = new([new HashTable([new("Joke", new LookupValue(0.1)), new("Heuristic", new LookupValue(3.0))])]);

    private static readonly Gen<ScanOutcome> AnyOutcome = Gen.Elements<ScanOutcome>(
        ScanOutcome.Clean.Instance, new ScanOutcome.Failed("dead"), new ScanOutcome.Infected(["Worm"]), new ScanOutcome.Infected(["Other", "Worm"]), new ScanOutcome.Infected(["Joke"]), new ScanOutcome.Infected(["Heuristic", "Joke"]));

    /// <summary>The names reported are those of the scanner that is configured first, and so are the points for names that count as a score.</summary>
    [Fact]
    public void P9_the_order_of_virus_scanners_changes_no_verdict() =>
        Prop.ForAll(AnyOutcome.NonEmptyListOf().ToArbitrary(), Gen.Choose(0, int.MaxValue).ToArbitrary(), (outcomes, seed) =>
        {
            var scanners = outcomes.Take(6).Select((o, i) => new Virus(i, o)).ToList();
            Verdict(RunVirus(scanners)).ShouldBe(Verdict(RunVirus(Shuffled(scanners, seed))));
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void P9_the_order_of_their_answers_changes_nothing() =>
        Prop.ForAll(AnyOutcome.NonEmptyListOf().ToArbitrary(), Gen.Choose(0, int.MaxValue).ToArbitrary(), (outcomes, seed) =>
        {
            // Four are asked at the same time.
            var scanners = outcomes.Take(4).Select((o, i) => new Virus(i, o)).ToList();
            var later = scanners.ConvertAll(s => new Waiting(s));
            var check = StartVirus(later);
            foreach (var scanner in Shuffled(later, seed))
                scanner.Answer();
            var (one, other) = (RunVirus(scanners), Done(check));
            Verdict(other).ShouldBe(Verdict(one));
            other.Names.ShouldBe(one.Names);
            (other.ScorePoints, other.DetectingScanners.Count).ShouldBe((one.ScorePoints, one.DetectingScanners.Count));
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void P9_the_order_of_spam_scanners_changes_no_score()
    {
        var outcome = Gen.OneOf(Gen.Choose(-400, 400).Select(p => (SpamOutcome)new SpamOutcome.Scored(new SpamVerdict(p / 8.0, 5, [new TestScore("T" + p, p / 8.0)], ""))), Gen.Constant((SpamOutcome)new SpamOutcome.Failed("dead")));
        Prop.ForAll(outcome.NonEmptyListOf().ToArbitrary(), Gen.Choose(0, int.MaxValue).ToArbitrary(), (outcomes, seed) =>
        {
            var scanners = outcomes.Take(6).Select((o, i) => new Spam(i, o)).ToList();
            var (one, other) = (RunSpam(scanners), RunSpam(Shuffled(scanners, seed)));
            one.Main.Points.ShouldBe(other.Main.Points);
            one.Main.Tests.OrderBy(t => t.Name, StringComparer.Ordinal).ShouldBe(other.Main.Tests.OrderBy(t => t.Name, StringComparer.Ordinal));
        }).QuickCheckThrowOnFailure();
    }

    private static List<T> Shuffled<T>(List<T> scanners, int seed)
    {
        var items = scanners.ToArray();
        new Random(seed).Shuffle(items);
        return [.. items];
    }

    private static string Verdict(VirusReport report) => $"{report.Verdict} {string.Join(',', report.DetectingScanners.Order(StringComparer.Ordinal))} {string.Join(',', report.ScoreTests.Select(t => t.Name).Order(StringComparer.Ordinal))}";

    private static VirusReport RunVirus(IReadOnlyList<IVirusScanner> scanners) => Done(StartVirus(scanners));

    private static Task<VirusReport> StartVirus(IReadOnlyList<IVirusScanner> scanners) => VirusCheck.RunAsync(
        new VirusCheckInput
        {
            Spool = new MemorySpool(Octets.Crlf("Subject: x\n\ntext\n")),
            Parts = new PartTree { Parts = [new MessagePart(1, null, "1") { Content = new BytesContent(Octets.Of("text")) }] },
            Scanners = scanners,
            NameToSpamScoreMaps = NameScores,
        },
        TimeProvider.System, CancellationToken.None);

    private static SpamReport RunSpam(IReadOnlyList<ISpamScanner> scanners) => Done(SpamCheck.RunAsync(SpamMessages.Input("x", [.. scanners]), TimeProvider.System, CancellationToken.None));

    /// <summary>Scanners that answer at once leave nothing to wait for.</summary>
    private static T Done<T>(Task<T> check)
    {
        check.IsCompletedSuccessfully.ShouldBeTrue();
        return check.GetAwaiter().GetResult();
    }

    private sealed class Virus(int number, ScanOutcome outcome) : IVirusScanner
    {
        public string Name => $"scanner {number}";

        public Task<ScanOutcome> ScanAsync(IReadOnlyList<ScanItem> items, Func<string, bool>? isEnough, CancellationToken cancellationToken) => Task.FromResult(outcome);
    }

    private sealed class Waiting(Virus scanner) : IVirusScanner
    {
        private readonly TaskCompletionSource _go = new();

        public string Name => scanner.Name;

        public void Answer() => _go.SetResult();

        public async Task<ScanOutcome> ScanAsync(IReadOnlyList<ScanItem> items, Func<string, bool>? isEnough, CancellationToken cancellationToken)
        {
            await _go.Task;
            return await scanner.ScanAsync(items, isEnough, cancellationToken);
        }
    }

    private sealed class Spam(int number, SpamOutcome outcome) : ISpamScanner
    {
        public string Name => $"scanner {number}";

        public double ScoreFactor => 1;

        public long? BodySizeLimit => null;

        public Task<SpamOutcome> CheckAsync(SpamRequest request, CancellationToken cancellationToken) => Task.FromResult(outcome);
    }
}
