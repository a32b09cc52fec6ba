using System.Diagnostics;
using Amavis.Core.Policy;
using Amavis.Scanning.Sockets;
using Amavis.Scanning.Virus;
using Amavis.Testing;

namespace Amavis.Scanning.Tests.Virus;

/// <summary>Rows F7, F8, R4 and R5 with a real clamd that is ended, or stopped where it stands, and comes back.</summary>
[Collection(nameof(TimedTests))]
public sealed class ClamdOutageTests : IDisposable
{
    private readonly ScannerRegistry _registry = new(TimeProvider.System, ScannerLimits.Default);

    public void Dispose() => _registry.Dispose();

    [Fact]
    public async Task F7_R4_clamd_ended_and_started_again_is_used_again_within_five_seconds()
    {
        using var clamd = await ClamdProcess.StartAsync(CancellationToken.None);
        var scanner = Scanner(clamd);
        await BecomesCleanAsync(scanner);

        clamd.Stop();
        await FailsWithinAsync(scanner, TimeSpan.FromSeconds(3));
        await FailsAtOnceAsync(scanner);

        await clamd.StartAgainAsync(CancellationToken.None);
        await BecomesCleanAsync(scanner);
    }

    [Fact]
    public async Task F8_R5_clamd_stopped_where_it_stands_fails_one_message_late_and_the_others_at_once()
    {
        using var clamd = await ClamdProcess.StartAsync(CancellationToken.None);
        var scanner = Scanner(clamd);
        await BecomesCleanAsync(scanner);

        await clamd.Server.SuspendAsync();
        await FailsWithinAsync(scanner, TimeSpan.FromSeconds(8));
        await FailsAtOnceAsync(scanner);

        await clamd.Server.ResumeAsync();
        await BecomesCleanAsync(scanner);
    }

    private IVirusScanner Scanner(ClamdProcess clamd) => _registry.Get(new VirusScannerSettings("av", "clamd", [clamd.UnixAddress]), "/nowhere");

    private static Task<ScanOutcome> ScanAsync(IVirusScanner scanner) =>
        scanner.ScanAsync([new ScanItem("p001", new BytesContent(Octets.Of("hello")))], isEnough: null, CancellationToken.None);

    private static Task BecomesCleanAsync(IVirusScanner scanner) =>
        Waiting.UntilAsync(async _ => await ScanAsync(scanner) is ScanOutcome.Clean, TimeSpan.FromSeconds(5), CancellationToken.None);

    private static async Task<TimeSpan> FailsWithinAsync(IVirusScanner scanner, TimeSpan limit)
    {
        var started = Stopwatch.GetTimestamp();
        (await ScanAsync(scanner)).ShouldBeOfType<ScanOutcome.Failed>();
        var elapsed = Stopwatch.GetElapsedTime(started);
        elapsed.ShouldBeLessThan(limit);
        return elapsed;
    }

    /// <summary>The middle one of several: far sooner than a scanner that does not answer is given up. How soon is measured elsewhere.</summary>
    private static async Task FailsAtOnceAsync(IVirusScanner scanner)
    {
        var elapsed = new List<TimeSpan>();
        for (var i = 0; i < 7; i++)
            elapsed.Add(await FailsWithinAsync(scanner, TimeSpan.FromSeconds(5)));
        elapsed.Order().ElementAt(3).ShouldBeLessThan(TimeSpan.FromMilliseconds(500));
    }
}
