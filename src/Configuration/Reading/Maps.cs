using Amavis.Configuration.Files;
using Amavis.Configuration.Patterns;
using Amavis.Configuration.Yaml;
using Amavis.Core.Addresses;
using Amavis.Core.Lookups;

namespace Amavis.Configuration.Reading;

/// <summary>
/// Reads <c>*_maps</c> variables: a list of tables, or one table without the list. A map is a hash table, a list of texts an
/// access list, <c>{regexp: […]}</c> ordered patterns, <c>{file: path}</c> a hash file, <c>{array: path}</c> an access list in a
/// file, <c>{variable: name}</c> an older variable, <c>{sql: field}</c> and <c>{ldap: attribute}</c> a field of the databases, any other value a constant.
/// <c>{hash: {…}}</c> and <c>{acl: […]}</c> say the kind where a key could be mistaken for one.
/// </summary>
internal static class Maps
{
    public static ValueReader<LookupMaps> Reader(MapsType type) =>
        (Node node, BindContext context, out LookupMaps value) =>
        {
            var tables = new List<LookupTable>();
            var good = true;
            foreach (var item in node is ListNode list ? list.Items : [node])
            {
                good &= Table(item, type, context, out var table);
                if (table is not null)
                    tables.Add(table);
            }
            value = new LookupMaps(tables);
            return good;
        };

    /// <summary>One table; null for an undefined constant, which matches nothing, and after a mistake.</summary>
    public static bool Table(Node node, MapsType type, BindContext context, out LookupTable? table)
    {
        table = null;
        switch (node)
        {
            // A list of methods is one value.
            case ListNode or ScalarNode when type.Result == ResultType.Method:
                return Constant(node, type, context, out table);
            case ListNode list:
                return Acl(list, type, context, out table);
            case MapNode { Entries: [{ Key.Text: "regexp", Value: ListNode patterns }] }:
                return RegexTables.Patterns(patterns, type, context, out table);
            case MapNode { Entries: [{ Key.Text: "acl", Value: ListNode list }] }:
                return Acl(list, type, context, out table);
            case MapNode { Entries: [{ Key.Text: "hash", Value: MapNode map }] }:
                return Hash(map, type, context, out table);
            case MapNode { Entries: [{ Key.Text: OlderVariables.Key, Value: ScalarNode { IsNull: false } older }] }:
                return OlderVariables.Table(older, type, context, out table);
            case MapNode { Entries: [{ Key.Text: "file" or "array", Value: ScalarNode { IsNull: false } path } entry] }:
                return FromFile(path, entry.Key.Text == "array", type, context, out table);
            case MapNode { Entries: [{ Value: ScalarNode { IsNull: false } field } entry] } when DatabaseTables.IsOne(entry.Key.Text):
                return DatabaseTables.Read(entry.Key, field, type, context, out table);
            case MapNode map:
                return Hash(map, type, context, out table);
            default:
                return Constant(node, type, context, out table);
        }
    }

    private static bool Constant(Node node, MapsType type, BindContext context, out LookupTable? table)
    {
        table = null;
        if (type.Result == ResultType.Truth && node is ScalarNode { IsNull: false } scalar && Scalars.TruthOf(scalar) is null)
        {
            return context.Fault(node, $"\"{scalar.Text}\" alone is a constant and would match every address; "
                + $"an access list stands in a list of its own: [[{scalar.Text}]]");
        }
        if (!type.Read(node, context, out var value))
            return false;
        table = value is null ? null : new ConstantTable(value);
        return true;
    }

    private static bool Hash(MapNode map, MapsType type, BindContext context, out LookupTable? table)
    {
        var entries = new List<KeyValuePair<string, LookupValue?>>();
        var good = true;
        foreach (var (key, node) in map.Entries)
        {
            good &= type.Read(node, context, out var value);
            entries.Add(new(NormalizeKey(key.Text, type, context), value));
        }
        table = new HashTable(entries);
        return good;
    }

    private static bool Acl(ListNode list, MapsType type, BindContext context, out LookupTable? table)
    {
        table = null;
        if (!AllowsAcl(type))
            return context.Fault(list, $"an access list answers yes or no, but {type.ResultWords} is wanted");
        var elements = new List<string>();
        var good = true;
        foreach (var item in list.Items)
        {
            if (item is ScalarNode { IsNull: false } scalar && !scalar.Text.Any(c => char.IsControl(c) || c == ' '))
                elements.Add(scalar.Text);
            else
                good = context.Expects(item, "an address or domain of an access list");
        }
        table = new AclTable(elements, context.Session.Rules.CaseSensitiveLocalPart);
        return good;
    }

    private static bool AllowsAcl(MapsType type) =>
        type is { AddressKeys: true, Result: ResultType.Truth or ResultType.Number or ResultType.Any };

    private static bool FromFile(ScalarNode named, bool isArray, MapsType type, BindContext context, out LookupTable? table)
    {
        table = null;
        var path = TextFiles.Beside(named.Position.File, named.Text);
        if (TextFiles.Read(path, out var reason) is not { } text)
            return context.Fault(named, $"{path} {reason}");
        if (isArray)
        {
            if (!AllowsAcl(type))
                return context.Fault(named, $"an access list answers yes or no, but {type.ResultWords} is wanted");
            table = new AclTable(HashFile.ReadArray(text).Select(e => e.Key), context.Session.Rules.CaseSensitiveLocalPart);
            return true;
        }
        var entries = new List<KeyValuePair<string, LookupValue?>>();
        var good = true;
        foreach (var entry in HashFile.Read(text, context.Session.TrimValues))
        {
            good &= type.FromText(entry.Value, new SourcePosition(path, entry.Line, 1), context, out var value);
            entries.Add(new(NormalizeKey(entry.Key, type, context), value));
        }
        table = new HashTable(entries);
        return good;
    }

    /// <summary>
    /// Keys are compared with normalised addresses, so they are written into the table that way; the original wanted them in
    /// lower case in the file.
    /// </summary>
    private static string NormalizeKey(string key, MapsType type, BindContext context)
    {
        if (!type.AddressKeys)
            return key;
        var at = key.LastIndexOf('@');
        var local = at < 0 ? "" : key[..at];
        var domain = key[(at + 1)..];
        var dot = domain.StartsWith('.') ? "." : "";
        domain = dot + DomainNames.Normalize(domain[dot.Length..]);
        if (!context.Session.Rules.CaseSensitiveLocalPart)
            local = local.ToLowerInvariant();
        return at < 0 ? domain : local + "@" + domain;
    }
}
