using Amavis.Core.Addresses;
using Amavis.Core.Explaining;
using Amavis.Core.Policy;
using Amavis.Engine.Delivery;
using Amavis.Engine.Reporting;
using Amavis.Engine.Verdicts;

namespace Amavis.Engine.Quarantine;

/// <summary>Fields on top of a quarantined copy. Other programs read them: names, order and shape never change.</summary>
public static class QuarantineHeader
{
    /// <param name="withRecipients">False for batch SMTP, where the envelope stands in the commands.</param>
    public static IReadOnlyList<AddedField> Make(
        MailAddress sender, IReadOnlyList<RecipientVerdict> verdicts, Findings findings, string mailId, Settings settings, bool withRecipients = true)
    {
        ArgumentNullException.ThrowIfNull(sender);
        ArgumentNullException.ThrowIfNull(verdicts);
        ArgumentNullException.ThrowIfNull(findings);
        ArgumentNullException.ThrowIfNull(settings);
        var fields = new List<AddedField>();
        void Add(string name, string body)
        {
            if (!name.StartsWith("X-Amavis", StringComparison.Ordinal) && !name.StartsWith("X-Spam", StringComparison.Ordinal))
                fields.Add(new AddedField(name, body));
            else if (settings.MayAddHeader(name))
                fields.Add(new AddedField(name, body));
        }

        Add("X-Envelope-From", sender.Bracketed);
        if (withRecipients)
        {
            Add("X-Envelope-To", Addresses(verdicts));
            Add("X-Envelope-To-Blocked", Addresses(verdicts.Where(v => v.IsBlocked)));
        }
        Add("X-Quarantine-ID", $"<{mailId}>");
        if (findings.Tree?.Hold is { } hold)
            Add("X-Amavis-Hold", hold);
        foreach (var (text, _) in verdicts.SelectMany(v => CopyPlanner.Alerts(v, findings)).DistinctBy(a => a.Text[..4]))
            Add("X-Amavis-Alert", text);
        AddSpam(verdicts, settings, Add);
        if (settings.MayAddHeader("X-Spam-Report") && verdicts.Select(v => v.Spam?.Report).FirstOrDefault(r => !string.IsNullOrEmpty(r)) is { } report)
            fields.Add(CopyPlanner.ReportField(report));
        return fields;
    }

    /// <summary>Maximum over recipients, for all of them at once.</summary>
    private static void AddSpam(IReadOnlyList<RecipientVerdict> verdicts, Settings settings, Action<string, string> add)
    {
        var scores = verdicts.Select(v => v.Score).OfType<double>().ToList();
        bool black = verdicts.Any(v => v.Policy.SenderBlacklisted), white = verdicts.Any(v => v.Policy.SenderWhitelisted);
        double? top = scores.Count > 0 ? scores.Max() : null;
        var shown = white ? Math.Min(top ?? 0, 0) : black ? Math.Max(top ?? 0, 64) : top;
        var tag2 = verdicts.Any(v => v.IsTag2);
        add("X-Spam-Flag", tag2 ? "YES" : "NO");
        add("X-Spam-Score", LogLine.Number(shown ?? 0));
        if (settings.SaSpamLevelChar.Length > 0)
            add("X-Spam-Level", CopyPlanner.LevelBar(settings.SaSpamLevelChar, shown, white));
        var range = scores.Count == 0 ? "x"
            : scores.Max() - scores.Min() < 0.1 ? LogLine.Number(scores.Min())
            : LogLine.Number(scores.Min()) + ".." + LogLine.Number(scores.Max());
        // As the original: the levels are shown only once the tag level is reached.
        var scored = verdicts.Where(v => v.Score is not null && v.IsTag).ToList();
        string Least(Func<RecipientPolicy, double?> level) =>
            scored.Select(v => level(v.Policy)).OfType<double>().DefaultIfEmpty(double.NaN).Min() is var least && !double.IsNaN(least) ? LogLine.Number(least) : "x";
        var status = new List<string>
        {
            $"{(tag2 || verdicts.Any(v => v.IsKill) ? "Yes" : "No")}, score={range}",
            "tag=" + Least(p => p.TagLevel),
            "tag2=" + Least(p => p.Tag2Level),
            "kill=" + Least(p => p.KillLevel),
        };
        if (black)
            status.Add("BLACKLISTED");
        if (white)
            status.Add("WHITELISTED");
        IEnumerable<TestScore> tests = verdicts.SelectMany(v => v.Tests).DistinctBy(t => t.Name).OrderBy(t => t.Name, StringComparer.Ordinal);
        status.Add(CopyPlanner.Tests(tests));
        status.Add("autolearn=" + (verdicts.Select(v => v.Spam?.Autolearn).FirstOrDefault(a => a is not null) ?? "unavailable"));
        add("X-Spam-Status", string.Join(' ', status));
    }

    private static string Addresses(IEnumerable<RecipientVerdict> verdicts) =>
        string.Join(",\n ", verdicts.Select(v => v.Policy.Address.Bracketed));
}
