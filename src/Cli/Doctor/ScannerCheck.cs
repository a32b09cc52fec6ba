using System.Text;
using Amavis.Core.Messages;
using Amavis.Core.Parts;
using Amavis.Core.Policy;
using Amavis.Scanning;
using Amavis.Scanning.Sockets;
using Amavis.Scanning.Spam;
using Amavis.Scanning.Virus;

namespace Amavis.Cli.Doctor;

/// <summary>Lets each virus scanner find the EICAR test file and let a harmless one pass, and each spam scanner score a message.</summary>
internal static class ScannerCheck
{
    private const string Area = "scanners";
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(40);

    /// <summary>The EICAR test file, in two pieces so that no scanner finds it in this program.</summary>
    private static readonly byte[] TestFile = Encoding.ASCII.GetBytes(@"X5O!P%@AP[4\PZX54(P^)7CC)7}$EIC" + "AR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*");

    private static readonly byte[] Harmless = Encoding.ASCII.GetBytes("Nothing is in here.\r\n");

    public static async Task RunAsync(Examination examination, string workDirectory, ISpoolFactory spools)
    {
        var settings = examination.Settings;
        using var registry = new ScannerRegistry(examination.Clock, ScannerLimits.Default);
        foreach (var scanner in settings.AvScanners)
            await CheckVirusAsync(examination, registry, scanner, workDirectory, isBackup: false);
        foreach (var scanner in settings.AvScannersBackup)
            await CheckVirusAsync(examination, registry, scanner, workDirectory, isBackup: true);
        if (settings.AvScanners.Count + settings.AvScannersBackup.Count == 0)
            examination.Add(Finding.Note(Area, "av_scanners", "no virus scanner is configured: mail is not checked for viruses"));
        foreach (var scanner in settings.SpamScanners)
            await CheckSpamAsync(examination, registry, scanner, spools);
        if (settings.SpamScanners.Count == 0)
            examination.Add(Finding.Note(Area, "spam_scanners", "no spam scanner is configured: mail is not scored"));
    }

    private static Task CheckVirusAsync(Examination examination, ScannerRegistry registry, VirusScannerSettings settings, string workDirectory, bool isBackup)
    {
        var subject = isBackup ? $"{settings.Name} (backup)" : settings.Name;
        var remedy = settings.Addresses.Count > 0
            ? $"see that the scanner runs and listens at {string.Join(", ", settings.Addresses)}, and that this user may connect"
            : "see that the program is installed and can be run by this user";
        return examination.TryAsync(Area, subject, Limit, remedy, async limit =>
        {
            if (registry.Find(settings, new ScannerPlace(workDirectory)) is not { } scanner)
                return isBackup
                    ? Finding.Note(Area, subject, "there is no such program; the entry is passed over")
                    : Finding.Broken(Area, subject, "there is no such program", "install it, or take the entry out of av_scanners");
            return (await ScanAsync(scanner, TestFile, limit), await ScanAsync(scanner, Harmless, limit)) switch
            {
                (ScanOutcome.Infected found, ScanOutcome.Clean) => Finding.Good(Area, subject, $"finds the EICAR test file ({string.Join(", ", found.Names)}) and lets a harmless one pass"),
                (ScanOutcome.Clean, ScanOutcome.Clean) => Finding.Broken(Area, subject, "does not find the EICAR test file", "load its signatures (freshclam for ClamAV)"),
                (_, ScanOutcome.Infected found) => Finding.Broken(Area, subject, $"takes a harmless file for {string.Join(", ", found.Names)}", "look at its signatures"),
                (ScanOutcome.Failed failed, _) => Finding.Broken(Area, subject, failed.Reason, remedy),
                (_, ScanOutcome.Failed failed) => Finding.Broken(Area, subject, failed.Reason, remedy),
                _ => Finding.Broken(Area, subject, "gives no answer that can be understood", remedy),
            };
        });
    }

    private static Task<ScanOutcome> ScanAsync(IVirusScanner scanner, byte[] octets, CancellationToken limit) => scanner.ScanAsync([new ScanItem("p001", new Content(octets))], null, limit);

    private static Task CheckSpamAsync(Examination examination, ScannerRegistry registry, SpamScannerSettings settings, ISpoolFactory spools)
    {
        var remedy = $"see that the scanner runs and listens at {string.Join(", ", settings.Addresses)}";
        return examination.TryAsync(Area, settings.Name, Limit, remedy, async limit =>
        {
            using var writer = spools.Create();
            writer.Write("From: <postmaster@localhost>\r\nTo: <postmaster@localhost>\r\nSubject: a test of the spam scanner\r\nDate: Thu, 1 Jan 2026 00:00:00 +0000\r\n\r\nNothing is in here.\r\n"u8);
            using var spool = writer.Complete(SpoolFacts.None);
            var outcome = await registry.Get(settings).CheckAsync(new SpamRequest { Spool = spool, PseudoHeader = ReadOnlyMemory<byte>.Empty, Octets = spool.Length }, limit);
            return outcome is SpamOutcome.Scored { Verdict: var verdict }
                ? Finding.Good(Area, settings.Name, FormattableString.Invariant($"scores a message: {verdict.Points:0.###} points{(verdict.Version is { } version ? $", version {version}" : "")}"))
                : Finding.Broken(Area, settings.Name, outcome is SpamOutcome.Failed failed ? failed.Reason : "no score", remedy);
        });
    }

    private sealed class Content(byte[] octets) : IPartContent
    {
        public long Length => octets.Length;

        public Stream OpenRead() => new MemoryStream(octets, writable: false);
    }
}
