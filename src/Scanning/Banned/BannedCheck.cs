using System.Text.RegularExpressions;
using Amavis.Core.Lookups;
using Amavis.Core.Parts;
using Amavis.Core.Policy;

namespace Amavis.Scanning.Banned;

/// <summary>Applies the banned rules of each recipient to the parts of a message.</summary>
public static partial class BannedCheck
{
    /// <summary>Findings kept for a recipient: the first decides, the others inform.</summary>
    private const int MaxFindings = 100;

    /// <param name="recipients">Those that do not bypass the check.</param>
    public static BannedReport Run(PartTree tree, IReadOnlyList<AddressKeys> recipients, Settings settings)
    {
        ArgumentNullException.ThrowIfNull(tree);
        ArgumentNullException.ThrowIfNull(recipients);
        ArgumentNullException.ThrowIfNull(settings);
        var unknown = new List<string>();
        var groups = new List<(List<LookupTable> Tables, RecipientBanned Result)>();
        var byRecipient = new RecipientBanned[recipients.Count];
        IReadOnlyList<IReadOnlyList<MessagePart>>? paths = null;
        for (var i = 0; i < recipients.Count; i++)
        {
            var tables = TablesFor(recipients[i], settings, unknown);
            var at = groups.FindIndex(g => g.Tables.SequenceEqual(tables, ReferenceEqualityComparer.Instance));
            if (at < 0)
            {
                paths ??= [.. PartPaths.Leaves(tree).Select(l => l.Path)];
                at = groups.Count;
                groups.Add((tables, RunGroup(paths, tables, settings.BannedNamepathRe)));
            }
            byRecipient[i] = groups[at].Result;
        }
        return new BannedReport(byRecipient, unknown);
    }

    /// <summary>All results of <c>banned_filename_maps</c>: tables as they are, names through <c>banned_rules</c>.</summary>
    private static List<LookupTable> TablesFor(AddressKeys recipient, Settings settings, List<string> unknown)
    {
        var tables = new List<LookupTable>();
        foreach (var found in settings.BannedFilenameMaps.FindAll(recipient))
        {
            if (found.Value.Tables is { } direct)
            {
                tables.AddRange(direct);
                continue;
            }
            foreach (var name in found.Value.Text.Split([',', ' ', '\t', '\n'], StringSplitOptions.RemoveEmptyEntries))
            {
                if (settings.BannedRules.TryGetValue(name, out var named))
                    tables.AddRange(named);
                // DEFAULT is in the map from the start, also where no rules are configured.
                else if (name != "DEFAULT" && !unknown.Contains(name))
                    unknown.Add(name);
            }
        }
        return tables;
    }

    private static RecipientBanned RunGroup(IReadOnlyList<IReadOnlyList<MessagePart>> paths, List<LookupTable> tables, RegexTable? namePathTable)
    {
        if (tables.Count == 0 && namePathTable is null)
            return RecipientBanned.None;
        var asked = tables.ConvertAll(t => new BannedTable(t));
        var findings = new List<BannedFinding>();
        string? suppression = null;
        foreach (var path in paths)
        {
            if (Ask(asked, namePathTable, path) is not { Value.IsTrue: true } answer)
                continue;
            suppression ??= answer.Value.Text.StartsWith("DISCARD", StringComparison.Ordinal) ? answer.Value.Text : null;
            if (findings.Count < MaxFindings)
                findings.Add(new BannedFinding(path[^1], answer.Key, answer.Value.Text, answer.Comment ?? answer.Key, answer.Comment is not null));
        }
        if (findings.Count == 0)
            return RecipientBanned.None;
        return new RecipientBanned { Findings = findings, ShortReason = ShortReasonOf(findings[0]), DsnSuppression = suppression };
    }

    private static BannedAnswer? Ask(List<BannedTable> tables, RegexTable? namePathTable, IReadOnlyList<MessagePart> path)
    {
        foreach (var table in tables)
            if (table.Find(path) is { } answer)
                return answer;
        return namePathTable is null ? null : BannedTable.FindText(namePathTable, PartPaths.NamePath(path[^1]));
    }

    private static string ShortReasonOf(BannedFinding finding)
    {
        var simple = PartPaths.SimpleForm(finding.Part);
        var text = LongBlank().Replace(finding.HasComment ? finding.RuleComment + ":" + simple : simple, " ... ");
        return string.Concat(text.Select(c => char.IsControl(c) ? '?' : c));
    }

    /// <summary>Blanks that push the true extension of a name out of sight.</summary>
    [GeneratedRegex("[ \t]{6,}", RegexOptions.CultureInvariant | RegexOptions.NonBacktracking)]
    private static partial Regex LongBlank();
}
