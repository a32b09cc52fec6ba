using Amavis.Core.Addresses;
using Amavis.Core.Explaining;
using Amavis.Core.Lookups;
using Amavis.Core.Messages;
using Amavis.Core.Parts;
using Amavis.Scanning.Virus.Daemons;

namespace Amavis.Scanning.Virus;

/// <summary>What a virus check needs to know of a message.</summary>
public sealed record VirusCheckInput
{
    public required Spool Spool { get; init; }

    /// <summary>Null: the message was not taken apart, and is scanned as a whole.</summary>
    public required PartTree? Parts { get; init; }

    /// <summary>In configured order.</summary>
    public required IReadOnlyList<IVirusScanner> Scanners { get; init; }

    /// <summary>Asked only when none of <see cref="Scanners"/> gives a verdict.</summary>
    public IReadOnlyList<IVirusScanner> Backups { get; init; } = [];

    public bool AllRecipientsBypass { get; init; }

    public bool FirstInfectedStopsScan { get; init; }

    public LookupMaps NameToSpamScoreMaps { get; init; } = LookupMaps.Empty;

    /// <summary>Given to scanners that are mail servers.</summary>
    public MailAddress Sender { get; init; } = MailAddress.Null;

    /// <summary>Time for the whole check; when there are backups, the others leave them a part of it. Null: no limit of its own.</summary>
    public TimeSpan? Time { get; init; }

    /// <summary>Scanners are configured, whether they can be used or not: a message that none can be shown to was not checked.</summary>
    public bool IsConfigured { get; init; }
}

/// <summary>Shows a message to the virus scanners and sums up what they say.</summary>
public static class VirusCheck
{
    /// <summary>Scanners asked at the same time for one message.</summary>
    private const int MaxParallel = 4;

    /// <summary>Part of the time that is used before the backups are asked.</summary>
    private const double ShareBeforeBackups = 0.6;

    private const string WholeMessageName = "message.msg";

    public static async Task<VirusReport> RunAsync(VirusCheckInput input, TimeProvider clock, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(input);
        var skipped = input switch
        {
            { Scanners.Count: 0, Backups.Count: 0, IsConfigured: false } => "no virus scanner is configured",
            { AllRecipientsBypass: true } => "all recipients bypass virus checks",
            { Parts.Hold: not null } => "held: " + input.Parts.Hold,
            _ => null,
        };
        if (skipped is not null)
            return new VirusReport { Verdict = VirusVerdict.NotScanned, Explanation = new VirusExplanation([], [], false, skipped) };

        var items = ItemsOf(input.Spool, input.Parts);
        // A name that only counts as points must not keep a real virus behind it from being seen.
        Func<string, bool>? isEnough = input.FirstInfectedStopsScan ? name => !VirusNameScores.HasScore(input.NameToSpamScoreMaps, name) : null;
        var started = clock.GetTimestamp();
        var results = await RunTierAsync(input, input.Scanners, items, isEnough, input.Time * (input.Backups.Count > 0 ? ShareBeforeBackups : 1), clock, cancellationToken);
        if (!results.Any(r => r.HasVerdict))
        {
            var left = input.Time - clock.GetElapsedTime(started);
            results = [.. results, .. await RunTierAsync(input, input.Backups, items, isEnough, left > TimeSpan.Zero ? left : left is null ? null : TimeSpan.Zero, clock, cancellationToken)];
        }
        return Judge(results, input.NameToSpamScoreMaps);
    }

    /// <summary>
    /// Every part with octets; the whole message as well where taking it apart left doubts, for then a reader may see other parts
    /// than we do.
    /// </summary>
    public static IReadOnlyList<ScanItem> ItemsOf(Spool spool, PartTree? tree)
    {
        ArgumentNullException.ThrowIfNull(spool);
        const PartAttributes notRegular = PartAttributes.Directory | PartAttributes.Link | PartAttributes.Special;
        var items = new List<ScanItem>();
        foreach (var part in tree is null ? [] : tree.Parts.Concat(tree.Hidden))
            if (part.Content is { Length: > 0 } content && (part.Attributes & notRegular) == 0)
                items.Add(new ScanItem(part.BaseName, content));
        var doubtful = tree is null || tree.KeepsWholeMessage || tree.Parts.Count == 0 || tree.MimeErrors.Count > 0 || tree.AnyUndecipherable || tree.AnyAmbiguous || tree.HasDefects;
        if (doubtful && spool.Length > 0)
            items.Add(new ScanItem(WholeMessageName, new SpoolContent(spool)));
        return items;
    }

    private static async Task<ScannerResult[]> RunTierAsync(
        VirusCheckInput input, IReadOnlyList<IVirusScanner> scanners, IReadOnlyList<ScanItem> items, Func<string, bool>? isEnough, TimeSpan? time,
        TimeProvider clock, CancellationToken cancellationToken)
    {
        var results = new ScannerResult[scanners.Count];
        using var limit = new CancellationTokenSource(time ?? Timeout.InfiniteTimeSpan, clock);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, limit.Token);
        using var places = new SemaphoreSlim(MaxParallel);
        await Task.WhenAll(scanners.Select((scanner, i) => RunOneAsync(scanner, i)));
        cancellationToken.ThrowIfCancellationRequested();
        return results;

        async Task RunOneAsync(IVirusScanner scanner, int index)
        {
            var started = clock.GetTimestamp();
            ScanOutcome? outcome = null;
            try
            {
                await places.WaitAsync(stop.Token);
                try
                {
                    started = clock.GetTimestamp();
                    // Without anything to scan nobody has to be asked.
                    outcome = items.Count == 0 ? ScanOutcome.Clean.Instance
                        : scanner is IWholeMailScanner whole ? await whole.ScanAsync(input.Spool, input.Sender, stop.Token)
                        : await scanner.ScanAsync(items, isEnough, stop.Token);
                }
                finally
                {
                    places.Release();
                }
            }
            catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
            {
                // Another scanner has found something, and that is enough; or time is over.
                if (limit.IsCancellationRequested)
                    outcome = new ScanOutcome.Failed("no answer in the time there was for it");
            }
            results[index] = new ScannerResult(scanner.Name, outcome, clock.GetElapsedTime(started));
            if (isEnough is not null && outcome is ScanOutcome.Infected infected && infected.Names.Any(isEnough))
                await stop.CancelAsync();
        }
    }

    private static VirusReport Judge(IReadOnlyList<ScannerResult> results, LookupMaps nameScores)
    {
        var scores = new VirusNameScores(nameScores);
        IReadOnlyList<string> names = [];
        var detecting = new List<string>();
        foreach (var result in results)
        {
            if (result.Outcome is not ScanOutcome.Infected infected || scores.TryTake(infected.Names))
                continue;
            if (detecting.Count == 0)
                names = infected.Names;
            detecting.Add(result.Scanner);
        }
        var failed = !results.Any(r => r.HasVerdict);
        return new VirusReport
        {
            Verdict = failed ? VirusVerdict.Failed : detecting.Count > 0 ? VirusVerdict.Infected : VirusVerdict.Clean,
            Names = names,
            DetectingScanners = detecting,
            ScorePoints = scores.Points,
            ScoreTests = scores.Tests,
            Explanation = new VirusExplanation(names, [.. results.Select(r => r.ToAnswer())], failed),
        };
    }

    /// <param name="Outcome">Null: broken off because another scanner had found something.</param>
    private sealed record ScannerResult(string Scanner, ScanOutcome? Outcome, TimeSpan Elapsed)
    {
        public bool HasVerdict => Outcome is ScanOutcome.Clean or ScanOutcome.Infected;

        public ScannerAnswer ToAnswer() => new(Scanner, Outcome switch
        {
            ScanOutcome.Clean => "clean",
            ScanOutcome.Infected infected => "infected: " + string.Join(", ", infected.Names),
            ScanOutcome.Failed failed => "failed: " + failed.Reason,
            ScanOutcome.Inconclusive => "found nothing, vouches for nothing",
            _ => "stopped",
        }, Elapsed.TotalMilliseconds);
    }
}
