using System.Collections.Frozen;
using Amavis.Configuration.Catalog;
using Amavis.Configuration.Yaml;

namespace Amavis.Configuration.Reading;

/// <summary>Reads <c>sql_clause</c>: statements by their key, laid over the ones in force.</summary>
internal static class SqlClauses
{
    /// <summary>Statements of lookups, which may be replaced.</summary>
    private static readonly string[] Used = ["sel_policy", "sel_wblist"];

    /// <summary>Statements of the log, the quarantine and pen pals: ours are written many rows at a time.</summary>
    private static readonly string[] Unused = ["sel_adr", "ins_adr", "ins_msg", "upd_msg", "ins_rcp", "ins_quar", "sel_msg", "sel_quar", "sel_penpals", "sel_penpals_msgid"];

    public static bool Read(Node node, BindContext context, out Func<FrozenDictionary<string, string>, FrozenDictionary<string, string>> value)
    {
        value = clauses => clauses;
        if (node is ScalarNode { IsNull: true })
            return true;
        if (node is not MapNode map)
            return context.Expects(node, "a map of statements");
        var (good, replaces) = (true, false);
        var given = new Dictionary<string, string>();
        foreach (var (key, entry) in map.Entries)
        {
            var inner = context.For(key.Text);
            if (key.Text == ByCategories.Replace)
                good &= Scalars.Truth(entry, inner, out replaces);
            else if (!Used.Contains(key.Text) && !Unused.Contains(key.Text))
                good = context.Fault(key, $"\"{key.Text}\" is not a statement{NameSuggestion.Words(key.Text, [.. Used, .. Unused])}");
            else if (!Clause(entry, inner, out var text))
                good = false;
            else if (Used.Contains(key.Text))
                given[key.Text] = text;
            else
                context.Session.WithoutEffect.Add(inner.Key);
        }
        value = clauses => Lay(replaces ? FrozenDictionary<string, string>.Empty : clauses, given);
        return good;
    }

    /// <summary>The older variables that hold one statement each; null: nothing given.</summary>
    public static bool Clause(Node node, BindContext context, out string value)
    {
        value = "";
        if (node is not ScalarNode scalar)
            return context.Expects(node, "a statement of SQL");
        if (!scalar.IsNull)
            value = scalar.Text.Trim();
        return !value.Contains('\0') || context.Fault(node, "holds a control character");
    }

    public static FrozenDictionary<string, string> Lay(FrozenDictionary<string, string> clauses, IReadOnlyDictionary<string, string> over)
    {
        var all = new Dictionary<string, string>(clauses);
        foreach (var (key, text) in over)
            all[key] = text;
        return all.ToFrozenDictionary();
    }
}
