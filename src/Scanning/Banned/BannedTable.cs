using System.Text.RegularExpressions;
using Amavis.Core.Lookups;
using Amavis.Core.Parts;

namespace Amavis.Scanning.Banned;

/// <summary>A rule's answer.</summary>
/// <param name="Comment">Comments inside the pattern, or null.</param>
internal sealed record BannedAnswer(LookupValue Value, string Key, string? Comment);

/// <summary>
/// One table asked about paths. In a regex table the first rule that matches anything on the path decides; so for each part it is
/// enough to know, once, its first rule that matches.
/// </summary>
internal sealed class BannedTable(LookupTable table)
{
    private readonly Dictionary<MessagePart, (int Rule, string Value)> _firstRules = new(ReferenceEqualityComparer.Instance);

    /// <param name="path">From the top part to a leaf.</param>
    /// <returns>Null: this table does not know.</returns>
    public BannedAnswer? Find(IReadOnlyList<MessagePart> path) => table is RegexTable regex ? FindByRule(regex, path) : FindByValue(path);

    /// <summary>Asks a regex table about one text.</summary>
    public static BannedAnswer? FindText(RegexTable table, string text)
    {
        for (var i = 0; i < table.Rules.Count; i++)
            if (Matches(table.Rules[i], text))
                return AnswerOf(table.Rules[i], text);
        return null;
    }

    private BannedAnswer? FindByRule(RegexTable regex, IReadOnlyList<MessagePart> path)
    {
        var first = (Rule: int.MaxValue, Value: "");
        foreach (var part in path)
        {
            var candidate = FirstRuleOf(regex, part);
            if (candidate.Rule < first.Rule)
                first = candidate;
        }
        return first.Rule == int.MaxValue ? null : AnswerOf(regex.Rules[first.Rule], first.Value);
    }

    private (int Rule, string Value) FirstRuleOf(RegexTable regex, MessagePart part)
    {
        if (_firstRules.TryGetValue(part, out var known))
            return known;
        var values = PartPaths.TraditionalValues(part);
        var found = (int.MaxValue, "");
        for (var i = 0; i < regex.Rules.Count && found.Item1 == int.MaxValue; i++)
            foreach (var value in values)
                if (Matches(regex.Rules[i], value))
                {
                    found = (i, value);
                    break;
                }
        _firstRules.Add(part, found);
        return found;
    }

    private BannedAnswer? FindByValue(IReadOnlyList<MessagePart> path)
    {
        foreach (var part in path)
            foreach (var value in PartPaths.TraditionalValues(part))
                if (table.FindText(value) is { } result)
                    return new BannedAnswer(result.Value, result.Matched, null);
        return null;
    }

    private static bool Matches(RegexRule rule, string text)
    {
        try
        {
            return rule.Pattern.IsMatch(text);
        }
        catch (RegexMatchTimeoutException)
        {
            // A name made to exhaust a pattern must not get past a rule that forbids, nor be let in by one that allows.
            return rule.Value is { IsTrue: true };
        }
    }

    /// <summary>Null when the rule's own result is "ask the next table".</summary>
    private static BannedAnswer? AnswerOf(RegexRule rule, string text)
    {
        if (rule.Value is null)
            return null;
        // The table puts what the pattern captured into the result; not so when the pattern ran out of time.
        var value = new RegexTable([rule]).FindText(text)?.Value ?? rule.Value;
        return new BannedAnswer(value, rule.Pattern.ToString(), rule.Comment?.Trim());
    }
}
