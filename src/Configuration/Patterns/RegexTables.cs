using Amavis.Configuration.Reading;
using Amavis.Configuration.Yaml;
using Amavis.Core.Lookups;

namespace Amavis.Configuration.Patterns;

/// <summary>Reads ordered patterns: each a text (result true) or a pair of a pattern and its result.</summary>
internal static class RegexTables
{
    public static bool Patterns(ListNode list, MapsType type, BindContext context, out LookupTable? table)
    {
        var rules = new List<RegexRule>();
        var good = true;
        foreach (var item in list.Items)
        {
            good &= Rule(item, type, context, out var rule);
            if (rule is not null)
                rules.Add(rule);
        }
        table = new RegexTable(rules);
        return good;
    }

    /// <summary>A <c>*_re</c> variable: a list of patterns, or <c>{regexp: […]}</c>; null: none.</summary>
    public static ValueReader<RegexTable?> Reader(MapsType type) =>
        (Node node, BindContext context, out RegexTable? value) =>
        {
            value = null;
            if (node is ScalarNode { IsNull: true })
                return true;
            var list = node switch
            {
                MapNode { Entries: [{ Key.Text: "regexp", Value: ListNode inner }] } => inner,
                ListNode given => given,
                ScalarNode one => new ListNode(one.Position, [one]),
                _ => null,
            };
            if (list is null)
                return context.Expects(node, "a list of patterns");
            var good = Patterns(list, type, context, out var table);
            value = (RegexTable?)table;
            return good;
        };

    private static bool Rule(Node item, MapsType type, BindContext context, out RegexRule? rule)
    {
        rule = null;
        var (pattern, result) = item switch
        {
            ScalarNode { IsNull: false } alone => (alone, null),
            ListNode { Items: [ScalarNode { IsNull: false } first] } => (first, null),
            ListNode { Items: [ScalarNode { IsNull: false } first, var second] } => (first, second),
            _ => (null, (Node?)null),
        };
        if (pattern is null)
            return context.Expects(item, "a pattern or [pattern, result]");
        var value = type.Result == ResultType.SenderScores ? null : LookupValue.True;
        var good = result is null || type.Read(result, context, out value);
        if (PerlPattern.TryCompile(pattern.Text, out var compiled, out var fault))
            rule = new RegexRule(compiled!.Regex, value, compiled.Comment);
        else
            good = context.Fault(pattern, fault);
        return good;
    }
}
