using System.Collections.Frozen;
using Amavis.Configuration.Patterns;
using Amavis.Configuration.Yaml;
using Amavis.Core.Lookups;

namespace Amavis.Configuration.Reading;

/// <summary>Reads <c>banned_rules</c>: a name to its rules, which are patterns, or tables, or a list of both.</summary>
internal static class RuleSets
{
    private const string Default = "DEFAULT";

    public static bool Read(Node node, BindContext context, out FrozenDictionary<string, IReadOnlyList<LookupTable>> value)
    {
        value = FrozenDictionary<string, IReadOnlyList<LookupTable>>.Empty;
        if (node is ScalarNode { IsNull: true })
            return true;
        if (node is not MapNode map)
            return context.Expects(node, "a map of names to rules");
        var good = true;
        var sets = new Dictionary<string, IReadOnlyList<LookupTable>>();
        foreach (var (name, rules) in map.Entries)
        {
            var inner = context.For(name.Text);
            if (name.Text.AsSpan().ContainsAny(" ,\t"))
                good = inner.Fault(name, "a name of rules can't hold blanks or commas");
            // Known, but undefined: the name may be used and bans nothing.
            if (rules is ScalarNode { IsNull: true })
                sets[name.Text] = [];
            else
                sets[name.Text] = Tables(rules is ListNode list ? list.Items : [rules], inner, ref good);
        }
        value = sets.ToFrozenDictionary();
        return good;
    }

    /// <summary>
    /// The original used <c>banned_filename_re</c> only when there were no rule sets at all; here it also stands in for a
    /// missing DEFAULT, since rules that are silently dropped ban nothing.
    /// </summary>
    public static FrozenDictionary<string, IReadOnlyList<LookupTable>> WithDefault(FrozenDictionary<string, IReadOnlyList<LookupTable>> sets, RegexTable? rules)
    {
        if (rules is null || sets.ContainsKey(Default))
            return sets;
        var all = sets.ToDictionary();
        all[Default] = [rules];
        return all.ToFrozenDictionary();
    }

    /// <summary>Patterns that follow each other make one table.</summary>
    private static List<LookupTable> Tables(IReadOnlyList<Node> items, BindContext context, ref bool good)
    {
        var tables = new List<LookupTable>();
        for (var i = 0; i < items.Count;)
        {
            var patterns = items.Skip(i).TakeWhile(item => item is not MapNode).ToArray();
            LookupTable? table;
            if (patterns.Length > 0)
            {
                good &= RegexTables.Patterns(new ListNode(items[i].Position, patterns), MapsType.FileNames, context, out table);
                i += patterns.Length;
            }
            else
            {
                good &= Maps.Table(items[i], MapsType.FileNames, context, out table);
                i++;
            }
            if (table is not null)
                tables.Add(table);
        }
        return tables;
    }
}
