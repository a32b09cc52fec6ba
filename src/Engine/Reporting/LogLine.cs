using System.Globalization;
using System.Text.RegularExpressions;
using Amavis.Engine.Verdicts;

namespace Amavis.Engine.Reporting;

/// <summary>Values as log lines show them.</summary>
public static partial class LogLine
{
    /// <summary>Score of a message for people: <c>-</c>, one number, or a range when recipients differ by 0.1 and more.</summary>
    public static string Hits(IReadOnlyList<RecipientOutcome> outcomes)
    {
        var scores = outcomes.Select(o => o.Verdict.Score).OfType<double>().ToList();
        if (scores.Count == 0)
            return "-";
        var (min, max) = (scores.Min(), scores.Max());
        return max - min < 0.1 ? Number(min) : Number(min) + ".." + Number(max);
    }

    /// <summary>At most three decimals, no trailing zeros.</summary>
    public static string Number(double value) => value.ToString("0.###", CultureInfo.InvariantCulture);

    /// <summary>The queue id in a reply such as <c>… queued as 4XyZ12</c>, else the whole reply.</summary>
    public static string QueuedAs(string remoteReply)
    {
        var match = QueuedAsPattern().Match(remoteReply);
        return match.Success ? match.Groups[1].Value : remoteReply;
    }

    [GeneratedRegex(@"\bqueued as ([A-Za-z0-9]+)$", RegexOptions.CultureInvariant, 1000)]
    private static partial Regex QueuedAsPattern();
}
