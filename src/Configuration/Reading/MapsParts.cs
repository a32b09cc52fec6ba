using Amavis.Configuration.Catalog;
using Amavis.Configuration.Patterns;
using Amavis.Configuration.Yaml;
using Amavis.Core.Lookups;

namespace Amavis.Configuration.Reading;

/// <summary>
/// Older variables that are tables of a <c>*_maps</c> variable until that is given itself: <c>%x</c> a hash, <c>@x_acl</c> an
/// access list, <c>$x_re</c> patterns, any other <c>$x</c> a constant.
/// </summary>
internal static class MapsParts
{
    public static ValueKind KindOf(string sigilledName) => sigilledName[0] switch
    {
        '%' => ValueKind.Map,
        '@' => ValueKind.List,
        _ when sigilledName.EndsWith("_re", StringComparison.Ordinal) => ValueKind.Patterns,
        // These are a text and a map of the same name.
        _ when sigilledName is "$virus_admin" or "$spam_admin" => ValueKind.TextOrMap,
        _ => ValueKind.Text,
    };

    /// <summary>The tables of the given parts, in their order, and after them <paramref name="last"/>; null after a mistake.</summary>
    /// <param name="given">Names with their sigils.</param>
    public static LookupMaps? Compile(IReadOnlyList<(string Name, Node Value)> given, MapsType type, LookupTable? last, BindContext context)
    {
        var tables = new List<LookupTable>();
        var good = true;
        foreach (var (name, node) in given)
        {
            good &= Part(node, KindOf(name), type, context.ForVariable(name[1..]), out var table);
            if (table is not null)
                tables.Add(table);
        }
        if (last is not null)
            tables.Add(last);
        return good ? new LookupMaps(tables) : null;
    }

    public static LookupMaps? Compile(IReadOnlyList<(Variable Part, Node Value)> given, MapsType type, LookupTable? last, BindContext context) =>
        Compile([.. given.Select(g => (g.Part.Sigil + g.Part.Name, g.Value))], type, last, context);

    public static bool Part(Node node, ValueKind kind, MapsType type, BindContext context, out LookupTable? table)
    {
        table = null;
        if (node is ScalarNode { IsNull: true })
            return true;
        switch (kind)
        {
            case ValueKind.Map:
                return node is MapNode ? Maps.Table(node, type, context, out table) : context.Expects(node, "a map");
            case ValueKind.TextOrMap:
                return node is ScalarNode or MapNode ? Maps.Table(node, type, context, out table) : context.Expects(node, "a text or a map");
            case ValueKind.List when node is ScalarNode scalar:
                return Maps.Table(new ListNode(scalar.Position, [scalar]), type, context, out table);
            case ValueKind.List:
                return node is ListNode or MapNode { Entries: [{ Key.Text: "array" }] } ? Maps.Table(node, type, context, out table) : context.Expects(node, "a list");
            case ValueKind.Patterns:
                var good = RegexTables.Reader(type)(node, context, out var patterns);
                table = patterns;
                return good;
            default:
                return node is ScalarNode ? Maps.Table(node, type, context, out table) : context.Expects(node, type.ResultWords);
        }
    }
}
