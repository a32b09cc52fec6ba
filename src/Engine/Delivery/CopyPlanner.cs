using System.Globalization;
using Amavis.Core.Categories;
using Amavis.Core.Explaining;
using Amavis.Core.Policy;
using Amavis.Engine.Authentication;
using Amavis.Engine.Checks.PenPals;
using Amavis.Engine.Delivery.Mangling;
using Amavis.Engine.Reporting;
using Amavis.Engine.Verdicts;

namespace Amavis.Engine.Delivery;

/// <summary>From verdicts to the fields a copy carries; pure.</summary>
public static class CopyPlanner
{
    private const int MaxLevelBar = 64;
    private const string CategoryField = "X-Amavis-Category";

    public static CopyPlan ForRecipient(RecipientVerdict verdict, Findings findings, CopyFacts copy)
    {
        ArgumentNullException.ThrowIfNull(verdict);
        ArgumentNullException.ThrowIfNull(findings);
        ArgumentNullException.ThrowIfNull(copy);
        var policy = verdict.Policy;
        var settings = policy.Settings;
        var fields = new List<AddedField>();
        var marked = false;
        void Add(string name, string body)
        {
            if (settings.MayAddHeader(name))
                fields.Add(new AddedField(name, body));
        }

        if (findings.Tree?.Hold is { } hold)
            Add("X-Amavis-Hold", hold);
        if (policy.IsLocal && copy.Quarantined)
            Add("X-Quarantine-ID", $"<{copy.MailId}>");
        if (copy.Mangling.Remark(settings.MyHostname) is { } modified)
            Add("X-Amavis-Modified", modified);
        if (!policy.BypassVirus && settings.XHeaderTag.Length > 0 && settings.XHeaderLine.Length > 0)
            Add(settings.XHeaderTag, settings.XHeaderLine);
        foreach (var alert in Alerts(verdict, findings))
        {
            Add("X-Amavis-Alert", alert.Text);
            marked |= alert.Marks;
        }
        if (policy.IsLocal && verdict.IsTag)
        {
            marked |= verdict.IsTag2;
            AddSpamFields(verdict, Add);
            if (verdict is { IsTag2: true, Spam.Report.Length: > 0 } && settings.MayAddHeader("X-Spam-Report"))
                fields.Add(ReportField(verdict.Spam.Report));
        }
        if (policy.IsLocal)
            AddSupplied(copy.Supplied, fields, settings);
        if (verdict.Correspondence is { PenPal: not null } pal)
            Add("X-Amavis-PenPals", "age " + PenPalAge.Text(pal.Age));
        if (policy.IsLocal && AuthenticationFields.Make(settings, findings.Authentication) is { } results)
            fields.Add(results);
        var tag = SubjectTag(verdict, copy);
        return new CopyPlan(fields, policy.RemoveSpamHeaders, tag, marked || tag is not null)
        {
            Category = settings.MayAddHeader(CategoryField) ? new AddedField(CategoryField, $"{AuthenticationFields.IdOf(settings)}; category={verdict.Effective.DisplayName}") : null,
            Mangling = copy.Mangling,
            Warnings = copy.Mangling.Kind == ManglingKind.Attach ? DefangReasons.Of(verdict, findings) : [],
        };
    }

    /// <summary>Several lines of a scanner's report as the lines of one field.</summary>
    public static AddedField ReportField(string report)
    {
        ArgumentNullException.ThrowIfNull(report);
        var lines = report.ReplaceLineEndings("\n").Split('\n').Where(l => l.Trim().Length > 0).Select(l => " " + l.Trim());
        return new AddedField("X-Spam-Report", "\n" + string.Join('\n', lines)) { KeepLines = true };
    }

    /// <summary>What scanners and hooks give, unless we have a field of that name or are to make it ourselves.</summary>
    private static void AddSupplied(IReadOnlyList<AddedField> supplied, List<AddedField> fields, Settings settings)
    {
        foreach (var field in supplied)
        {
            var ours = settings.PreferOurAddedHeaderFields.Contains(field.Name.ToLowerInvariant())
                && fields.Exists(f => f.Name.Equals(field.Name, StringComparison.OrdinalIgnoreCase));
            if (ours || !settings.MayAddHeader(field.Name))
                continue;
            fields.RemoveAll(f => f.Name.Equals(field.Name, StringComparison.OrdinalIgnoreCase) && f.Name.StartsWith("X-Spam", StringComparison.OrdinalIgnoreCase));
            fields.Add(field);
        }
    }

    /// <summary>X-Amavis-Alert, one for each kind of finding.</summary>
    public static IEnumerable<(string Text, bool Marks)> Alerts(RecipientVerdict verdict, Findings findings)
    {
        ArgumentNullException.ThrowIfNull(verdict);
        ArgumentNullException.ThrowIfNull(findings);
        if (verdict.Categories.Has(ContentCategory.Virus))
            yield return ("INFECTED, message contains virus: " + string.Join(", ", findings.Virus.Names), true);
        if (verdict.Categories.Has(ContentCategory.Banned))
            yield return ("BANNED, message contains " + verdict.Banned?.ShortReason, true);
        if (verdict.Categories.Has(ContentCategory.BadHeader))
            yield return ("BAD HEADER SECTION, " + findings.HeaderDefects.Select(d => d.Text).DefaultIfEmpty("found by a hook").First(), false);
    }

    /// <summary>Score as shown: at least 64 when blacklisted, at most 0 when whitelisted; null: not scored.</summary>
    public static double? ShownScore(double? score, bool blacklisted, bool whitelisted)
    {
        if (blacklisted && !whitelisted)
            return Math.Max(score ?? 0, MaxLevelBar);
        return whitelisted ? Math.Min(score ?? 0, 0) : score;
    }

    public static string LevelBar(string character, double? shownScore, bool whitelisted)
    {
        if (whitelisted || shownScore is not { } score || score < 1)
            return "";
        return string.Concat(Enumerable.Repeat(character, (int)Math.Min(score, MaxLevelBar)));
    }

    /// <summary><c>tests=[A=1.2, B=-3]</c>.</summary>
    public static string Tests(IEnumerable<TestScore> tests) =>
        "tests=[" + string.Join(", ", tests.Select(t => t.Name + "=" + LogLine.Number(t.Points))) + "]";

    private static void AddSpamFields(RecipientVerdict verdict, Action<string, string> add)
    {
        var policy = verdict.Policy;
        var shown = ShownScore(verdict.Score, policy.SenderBlacklisted, policy.SenderWhitelisted);
        var score = shown is { } s ? LogLine.Number(s) : "x";
        add("X-Spam-Flag", verdict.IsTag2 ? "YES" : "NO");
        add("X-Spam-Score", score == "x" ? "0" : score);
        if (policy.Settings.SaSpamLevelChar.Length > 0)
            add("X-Spam-Level", LevelBar(policy.Settings.SaSpamLevelChar, shown, policy.SenderWhitelisted));
        var status = new List<string> { $"{(verdict.IsTag2 ? "Yes" : "No")}, score={score}" };
        if (policy.TagLevel is { } tag)
            status.Add("tagged_above=" + LogLine.Number(tag));
        if (policy.Tag2Level is { } tag2)
            status.Add("required=" + LogLine.Number(tag2));
        if (policy.SenderBlacklisted)
            status.Add("BLACKLISTED");
        if (policy.SenderWhitelisted)
            status.Add("WHITELISTED");
        status.Add(Tests(verdict.Tests));
        status.Add("autolearn=" + (verdict.Spam?.Autolearn ?? "unavailable"));
        add("X-Spam-Status", string.Join(' ', status));
    }

    /// <summary>First non-empty tag of the categories from the most severe on; only for local recipients.</summary>
    private static string? SubjectTag(RecipientVerdict verdict, CopyFacts copy)
    {
        if (!verdict.Policy.IsLocal)
            return null;
        var settings = verdict.Policy.Settings;
        foreach (var key in verdict.Categories.Keys.Append(ContentCategory.CatchAll))
        {
            if (!settings.ByCcat.SubjectTags.Entries.TryGetValue(key, out var maps) || maps is null)
                continue;
            var text = maps.Text(verdict.Policy.Keys);
            if (!string.IsNullOrEmpty(text))
                return ExpandTag(text, verdict, copy);
        }
        return null;
    }

    private static string ExpandTag(string tag, RecipientVerdict verdict, CopyFacts copy)
    {
        if (!tag.Contains('_'))
            return tag;
        var settings = verdict.Policy.Settings;
        return tag
            .Replace("_SCORE_", verdict.Score is { } s ? LogLine.Number(s) : "-", StringComparison.Ordinal)
            .Replace("_REQD_", verdict.Policy.Tag2Level is { } r ? LogLine.Number(r) : "-", StringComparison.Ordinal)
            .Replace("_YESNO_", verdict.IsTag2 ? "Yes" : "No", StringComparison.Ordinal)
            .Replace("_YESNOCAPS_", verdict.IsTag2 ? "YES" : "NO", StringComparison.Ordinal)
            .Replace("_HOSTNAME_", settings.MyHostname, StringComparison.Ordinal)
            .Replace("_DATE_", ReceivedField.Date(copy.Now), StringComparison.Ordinal)
            .Replace("_U_", copy.Now.UtcDateTime.ToString("yyyyMMdd'T'HHmmss'Z'", CultureInfo.InvariantCulture), StringComparison.Ordinal)
            .Replace("_LOGID_", copy.LogId, StringComparison.Ordinal)
            .Replace("_MAILID_", copy.MailId, StringComparison.Ordinal)
            // No scanner tells us of one.
            .Replace("_SUBJPREFIX_", "", StringComparison.Ordinal);
    }
}
