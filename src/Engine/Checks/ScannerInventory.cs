using Amavis.Core.Logging;
using Amavis.Core.Policy;
using Amavis.Scanning;

namespace Amavis.Engine.Checks;

/// <summary>Says in the log which scanners are used, and which programs are not installed here.</summary>
public static class ScannerInventory
{
    public static void Log(Settings settings, ScannerRegistry scanners, string workDirectory, IMailLog log)
    {
        ArgumentNullException.ThrowIfNull(settings);
        ArgumentNullException.ThrowIfNull(scanners);
        ArgumentNullException.ThrowIfNull(log);
        var place = new ScannerPlace(workDirectory, settings.ProgramPath, settings.HelpersHome);
        var missing = new List<string>();
        var primary = Usable(settings.AvScanners);
        var backup = Usable(settings.AvScannersBackup);
        if (settings.AvScanners.Count + settings.AvScannersBackup.Count == 0)
            return;
        log.Line(0, null, $"virus scanners: {Words(primary)}; backups: {Words(backup)}");
        if (missing.Count > 0)
            log.Line(0, null, "virus scanners left out, for none of their programs is installed: " + string.Join(", ", missing));
        if (primary.Count + backup.Count == 0)
            log.Line(-1, null, "NO VIRUS SCANNERS AVAILABLE: install one of those of av_scanners, or set av_scanners: [] to do without");

        List<string> Usable(IReadOnlyList<VirusScannerSettings> entries)
        {
            var names = new List<string>();
            foreach (var entry in entries)
            {
                try
                {
                    (scanners.Find(entry, place) is null ? missing : names).Add(entry.Name);
                }
                catch (ArgumentException e)
                {
                    log.Line(-1, null, $"the virus scanner {entry.Name} can't be asked: {e.Message}");
                }
            }
            return names;
        }
    }

    private static string Words(List<string> names) => names.Count == 0 ? "none" : string.Join(", ", names);
}
