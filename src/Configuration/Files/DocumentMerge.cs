using Amavis.Configuration.Catalog;
using Amavis.Configuration.Reading;
using Amavis.Configuration.Yaml;

namespace Amavis.Configuration.Files;

/// <summary>A variable with the value that counts.</summary>
internal sealed record Assignment(Variable Variable, ScalarNode Key, Node Value);

/// <summary>
/// Puts the files of a configuration together. A later value replaces an earlier one; maps whose keys are names (policy banks,
/// categories, interfaces, sections) take the later keys in and keep the others, unless the later map says <c>REPLACE: true</c>.
/// </summary>
internal static class DocumentMerge
{
    private const string PolicyBank = "policy_bank";

    public static Dictionary<string, Assignment> Merge(IEnumerable<MapNode> documents, MistakeList mistakes)
    {
        var merged = new Dictionary<string, Assignment>();
        foreach (var document in documents)
        {
            var seen = new Dictionary<string, ScalarNode>();
            foreach (var (key, value) in document.Entries.Where(e => e.Key.Text != IncludeReader.Key))
            {
                if (VariableCatalog.Find(key.Text) is not { } variable)
                    mistakes.Add(key.Position, key.Text, UnknownNames.Words(key.Text, _ => true));
                else if (!seen.TryAdd(variable.Name, key))
                    mistakes.Add(key.Position, key.Text, $"another name of {variable.Name}, which is given at line {seen[variable.Name].Position.Line}");
                else
                    Put(merged, new Assignment(variable, key, value));
            }
        }
        return merged;
    }

    private static void Put(Dictionary<string, Assignment> merged, Assignment later)
    {
        var name = later.Variable.Name;
        if (later.Variable.MergesByKey && merged.GetValueOrDefault(name)?.Value is MapNode before && later.Value is MapNode after && IsPlain(before) && IsPlain(after))
            later = later with { Value = Merge(before, after, name == PolicyBank ? 2 : 1) };
        merged[name] = later;
    }

    private static MapNode Merge(MapNode before, MapNode after, int depth)
    {
        if (after.Find(ByCategories.Replace) is ScalarNode replace && Scalars.TruthOf(replace) == true)
            return after;
        var entries = new Dictionary<string, MapEntry>(before.Entries.Select(e => KeyValuePair.Create(e.Key.Text, e)));
        foreach (var entry in after.Entries)
        {
            entries[entry.Key.Text] = depth > 1 && entry.Value is MapNode inner && entries.GetValueOrDefault(entry.Key.Text)?.Value is MapNode old
                ? entry with { Value = Merge(old, inner, depth - 1) }
                : entry;
        }
        return after with { Entries = [.. entries.Values] };
    }

    /// <summary>A map that stands for a file or for patterns has no keys to merge.</summary>
    private static bool IsPlain(MapNode map) => map.Entries is not [{ Key.Text: "file" or "array" or "regexp" or "hash" or "acl" }];
}
