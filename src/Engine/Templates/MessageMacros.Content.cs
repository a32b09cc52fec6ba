using System.Globalization;
using System.Text;
using Amavis.Core.Explaining;
using Amavis.Engine.Reporting;

namespace Amavis.Engine.Templates;

internal sealed partial class MessageMacros
{
    private const int MaxBannedParts = 2;
    private const int MaxStars = 50;
    private const string InfectedAnswer = "infected: ";

    private static void DeclareFindings(Dictionary<string, Macro> t)
    {
        Declare(t, (m, _) => new MacroValue([.. (m.Facts.Virus?.Scanners ?? []).Select(s => $"{s.Scanner}: {s.Answer}")]), "v");
        Declare(t, (m, _) => Unique(m.Facts.Findings.Virus.Names), "V");
        Declare(t, (m, a) => a.IsTrue(0) ? m.ScannerReport() : Unique(m.Facts.Findings.Virus.Scanners), "W");
        Declare(t, (m, _) => m.BannedFindings.Select(b => b.ShortReason).FirstOrDefault(), "F");
        Declare(t, (m, _) => Unique(m.BannedFindings.Select(b => b.RuleKey)), "banning_rule_key");
        Declare(t, (m, _) => Unique(m.BannedFindings.Select(b => b.RuleComment)), "banning_rule_comment");
        Declare(t, (m, _) => Unique(m.BannedFindings.Select(b => b.RuleValue)), "banning_rule_rhs");
        Declare(t, (m, _) => Parts(m.BannedFindings.SelectMany(b => b.Parts)), "banned_parts");
        Declare(t, (m, _) => Parts(m.BannedFindings.SelectMany(b => b.PartsAsAttributes)), "banned_parts_as_attr");
        Declare(t, (m, _) => new MacroValue([.. m.Facts.Findings.HeaderDefects.Select(d => d.Text)]), "X");
        Declare(t, (m, _) => new MacroValue([.. m.Facts.Copies.Select(c => c.Location)]), "q");
    }

    private static void DeclareSpam(Dictionary<string, Macro> t)
    {
        Declare(t, (m, _) => m.ReportLines(), "A");
        Declare(t, (m, _) => m.SpamReport, "SUMMARY", "REPORT");
        Declare(t, (m, a) => m.Facts.Notice is { } notice ? List(notice.To) : m.Tests(a, scores: true), "T");
        Declare(t, (m, a) => m.Tests(a, scores: false), "TESTS");
        Declare(t, (m, a) => m.Tests(a, scores: true), "TESTSSCORES");
        Declare(t, (m, _) => LogLine.Hits(m.Facts.Outcomes), "c");
        Declare(t, (m, a) => Padded(LogLine.Hits(m.Facts.Outcomes), a[0]), "SCORE");
        Declare(t, (m, a) => m.Stars(a[0]), "STARS");
        Declare(t, (m, _) => m.Level(p => p.Tag2Level), "REQD");
        Declare(t, (m, _) => m.Level(p => p.TagLevel), "tag_level", "3");
        Declare(t, (m, _) => m.Level(p => p.Tag2Level), "tag2_level", "4");
        Declare(t, (m, _) => m.Level(p => p.KillLevel), "kill_level", "5");
        Declare(t, (m, a) => m.YesOrNo(a, "Yes", "No"), "YESNO");
        Declare(t, (m, a) => m.YesOrNo(a, "YES", "NO"), "YESNOCAPS");
        Declare(t, (m, _) => m.Facts.Outcomes.Any(o => o.Verdict.IsTag) ? "Y" : "0", "1");
        Declare(t, (m, _) => m.Facts.Outcomes.Any(o => o.Verdict.IsTag2) ? "Y" : "0", "2");
        Declare(t, (m, _) => m.Facts.Outcomes.Any(o => o.Verdict.IsKill) ? "Y" : "0", "k");
        Declare(t, (m, _) => m.Facts.Outcomes.Any(o => o.Verdict.Policy.IsLocal) ? "L" : "0", "0");
        Declare(t, (m, _) => m.AutoLearn, "AUTOLEARN");
        Declare(t, (m, a) => a[0].Trim() == "AUTOLEARN" && m.AutoLearn is { Length: > 0 } learned ? Formatted(a[1], learned) : "", "supplementary_info");
        // What only a spam checker inside the process could tell.
        Declare(t, (_, _) => "", "ADDEDHEADERHAM", "ADDEDHEADERSPAM", "SUBJPREFIX");
        Declare(t, (_, _) => "0", "score_boost");
    }

    private IEnumerable<Verdicts.BannedFinding> BannedFindings => facts.Outcomes.Select(o => o.Verdict.Banned).OfType<Verdicts.BannedFinding>();

    private string? AutoLearn => facts.Outcomes.Select(o => o.Verdict.Spam?.Autolearn).FirstOrDefault(a => a is not null);

    private string SpamReport => facts.Outcomes.Select(o => o.Verdict.Spam?.Report).FirstOrDefault(r => r is not null) ?? "";

    private MacroValue ReportLines()
    {
        var report = SpamReport.Replace("\r\n", "\n", StringComparison.Ordinal).Trim('\n');
        return new MacroValue(report.Length == 0 ? [] : report.Split('\n'));
    }

    /// <summary><c>clamd:[Eicar]; other:-</c>.</summary>
    private string ScannerReport() => string.Join("; ", (facts.Virus?.Scanners ?? []).Select(s => s.Answer.StartsWith(InfectedAnswer, StringComparison.Ordinal)
        ? $"{s.Scanner}:[{s.Answer[InfectedAnswer.Length..].Replace(", ", ",", StringComparison.Ordinal)}]"
        : $"{s.Scanner}:-"));

    private static MacroValue Parts(IEnumerable<string> parts)
    {
        var unique = parts.Distinct(StringComparer.Ordinal).Take(MaxBannedParts + 1).Select(WithoutRuns).ToList();
        if (unique.Count > MaxBannedParts)
            unique[MaxBannedParts] = "...";
        return new MacroValue(unique);
    }

    /// <summary>Six blanks and more hide what follows them; they are shown as dots.</summary>
    private static string WithoutRuns(string text)
    {
        if (!text.Contains("      ", StringComparison.Ordinal))
            return text;
        var result = new StringBuilder(text.Length);
        for (var i = 0; i < text.Length; i++)
        {
            var end = i;
            while (end < text.Length && text[end] == ' ')
                end++;
            if (end - i >= 6)
            {
                result.Append(" ... ");
                i = end - 1;
            }
            else
            {
                result.Append(text[i]);
            }
        }
        return result.ToString();
    }

    /// <summary>Sorted when several recipients are meant, in the checker's order for one.</summary>
    private MacroValue Tests(MacroArguments a, bool scores)
    {
        var tests = facts.Outcomes.SelectMany(o => o.Verdict.Tests).DistinctBy(t => t.Name);
        if (facts.Counter is null)
            tests = tests.OrderBy(t => t.Name, StringComparer.Ordinal);
        var limit = Settings.MacroTestsSanityLimit;
        var names = tests.Take(limit + 1).Select(t => scores ? t.Name + "=" + LogLine.Number(t.Points) : t.Name).ToList();
        if (names.Count > limit)
            names[limit] = "...";
        return a.Count == 0 ? new MacroValue(names) : string.Join(a[0], names);
    }

    /// <summary>SCORE(0) gives 02.4, SCORE(00) 002.4.</summary>
    private static string Padded(string score, string pad)
    {
        if (pad.Length == 0 || score.Length == 0 || !char.IsAsciiDigit(score[0]))
            return score;
        var digits = score.AsSpan().IndexOfAnyExceptInRange('0', '9') is var end and >= 0 ? end : score.Length;
        var missing = Math.Min(pad.Length, MaxStars) + 1 - digits;
        return missing > 0 ? new string(pad[0], missing) + score : score;
    }

    private string Stars(string character)
    {
        var score = facts.Outcomes.Select(o => o.Verdict.Score).OfType<double>().DefaultIfEmpty(0).Max();
        var mark = character.Length == 0 ? "*" : TextCuts.Head(character, 2);
        return score < 1 ? "" : string.Concat(Enumerable.Repeat(mark, (int)Math.Min(score, MaxStars)));
    }

    /// <summary>The lowest one; <c>x</c> when there is none.</summary>
    private string Level(Func<Verdicts.RecipientPolicy, double?> level)
    {
        var levels = facts.Outcomes.Select(o => level(o.Verdict.Policy)).OfType<double>().ToList();
        return levels.Count == 0 ? "x" : LogLine.Number(levels.Min());
    }

    private string YesOrNo(MacroArguments a, string yes, string no) =>
        facts.Outcomes.Any(o => o.Verdict.IsTag2) ? a.Count > 0 ? a[0] : yes : a.Count > 1 ? a[1] : no;

    private static string Formatted(string format, string value) => format.Length == 0 ? value : PerlFormat.Format(format, [value]);

    private static string Invariant(long value) => value.ToString(CultureInfo.InvariantCulture);
}
