using System.Collections.Frozen;
using Amavis.Configuration.Yaml;

namespace Amavis.Configuration.Reading;

/// <summary>Reads <c>signed_header_fields</c>: names of fields with 0, 1 or 2, laid over the ones in force.</summary>
internal static class SignedFields
{
    public static bool Read(Node node, BindContext context, out Func<FrozenDictionary<string, int>, FrozenDictionary<string, int>> value)
    {
        value = fields => fields;
        if (node is ScalarNode { IsNull: true })
            return true;
        if (node is not MapNode map)
            return context.Expects(node, "a map of field names to 0, 1 or 2");
        var (good, replaces) = (true, false);
        var given = new List<(string Name, int Times)>();
        foreach (var (name, entry) in map.Entries)
        {
            var inner = context.For(name.Text);
            if (name.Text == ByCategories.Replace)
                good &= Scalars.Truth(entry, inner, out replaces);
            else if (name.Text.Length == 0 || name.Text.Any(c => c is <= ' ' or > '~' or ':' or ';'))
                good = context.Fault(name, $"\"{name.Text}\" can't be the name of a header field");
            else if (Times(entry) is { } times)
                given.Add((name.Text.ToLowerInvariant(), times));
            else
                good = inner.Expects(entry, "0, 1 or 2");
        }
        value = fields => Apply(replaces ? [] : fields, given);
        return good;
    }

    private static int? Times(Node node) => node switch
    {
        ScalarNode { IsNull: true } => 0,
        ScalarNode { Text: "0" or "1" or "2" } number => number.Text[0] - '0',
        ScalarNode scalar when Scalars.TruthOf(scalar) is { } truth => truth ? 1 : 0,
        _ => null,
    };

    private static FrozenDictionary<string, int> Apply(IEnumerable<KeyValuePair<string, int>> fields, List<(string Name, int Times)> given)
    {
        var all = new Dictionary<string, int>(fields);
        foreach (var (name, times) in given)
            all[name] = times;
        return all.ToFrozenDictionary();
    }
}
