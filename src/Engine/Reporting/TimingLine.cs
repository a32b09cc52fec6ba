using System.Globalization;
using System.Text;
using Amavis.Core.Counters;

namespace Amavis.Engine.Reporting;

/// <summary>The line that says where the time of a message went, at log level 2.</summary>
internal static class TimingLine
{
    public const int Level = 2;

    /// <param name="size">Octets of the message.</param>
    /// <param name="reception">From MAIL to the end of data.</param>
    /// <param name="stages">In the order they were done.</param>
    /// <param name="rest">After the last of them.</param>
    public static string Compose(long size, TimeSpan reception, IReadOnlyList<(Stage Stage, TimeSpan Elapsed)> stages, TimeSpan rest)
    {
        (string Name, TimeSpan Elapsed)[] sections = [("SMTP DATA", reception), .. stages.Select(s => (Name(s.Stage), s.Elapsed)), ("rundown", rest)];
        var total = sections.Sum(s => s.Elapsed.TotalMilliseconds);
        var line = new StringBuilder();
        line.Append(CultureInfo.InvariantCulture, $"size: {size}, TIMING [total {total:0} ms] - ");
        var done = 0.0;
        for (var i = 0; i < sections.Length; i++)
        {
            var milliseconds = sections[i].Elapsed.TotalMilliseconds;
            done += milliseconds;
            // The last one ends at 100, whatever rounding made of the sums.
            var reached = i == sections.Length - 1 ? 100 : Share(done, total);
            line.Append(CultureInfo.InvariantCulture, $"{(i == 0 ? "" : ", ")}{sections[i].Name}: {Milliseconds(milliseconds)} ({Share(milliseconds, total):0}%){reached:0}");
        }
        return line.ToString();
    }

    private static string Milliseconds(double value) => value.ToString(value < 5 ? "0.0" : "0", CultureInfo.InvariantCulture);

    private static double Share(double part, double total) => total > 0 ? Math.Min(100, 100 * part / total) : 0;

    /// <summary>The names that readers of such lines know.</summary>
    private static string Name(Stage stage) => stage switch
    {
        Stage.Receive => "check_init",
        Stage.Signatures => "digest_body_dkim",
        Stage.Decode => "parts_decode",
        Stage.VirusScan => "AV-scan-1",
        Stage.SpamScan => "SA check",
        Stage.PenPals => "penpals-check",
        Stage.Quarantine => "notif-quar",
        Stage.Forward => "fwd-end-chkpnt",
        Stage.Notify => "prepare-dsn",
        _ => "main_log_entry",
    };
}
