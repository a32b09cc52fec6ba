using Amavis.Configuration.Catalog;
using Amavis.Configuration.Reading;
using Amavis.Configuration.Yaml;
using Amavis.Core.Lookups;

namespace Amavis.Configuration.Importing.Conversion;

/// <summary>
/// Has the loader read a value before it is written, so that an imported configuration never has a mistake. What the loader does
/// not take is left out, as little of it as makes sense, and refused at its statement with the loader's words.
/// </summary>
internal static class Validator
{
    /// <summary>Faults are taken away a layer at a time; deeper ones appear once those around them are gone.</summary>
    private const int MaxRounds = 8;

    /// <summary>Longer keys can't be written in one line of YAML.</summary>
    private const int MaxKeyLength = 500;

    /// <summary>The value, perhaps without parts of it; null: nothing is left.</summary>
    public static YamlItem? Check(Variable variable, YamlItem item)
    {
        RemoveLongKeys(item);
        var had = item.Children.Any();
        for (var round = 0; round < MaxRounds; round++)
        {
            var mistakes = Mistakes(variable, item);
            if (mistakes.Count == 0)
                return had && !item.Children.Any() ? null : item;
            var index = new Index(item);
            foreach (var mistake in mistakes)
            {
                var found = index.Find(mistake.Position) ?? item;
                found.Statement.Refuse(Words(mistake, index, found), found.Position);
                if (index.Removable(found) is not { } removable || index.Parent(removable)?.Remove(removable) != true)
                    return null;
            }
        }
        item.Statement.Refuse("can't be written so that it would be read again");
        return null;
    }

    /// <summary>A file that is missing only on this machine needs just a line once it is there.</summary>
    private static string Words(ConfigurationMistake mistake, Index index, YamlItem found)
    {
        var table = found as YamlMap ?? index.Parent(found) as YamlMap;
        return table is { Entries: [{ Key: "file" or "array" or "cidr", Value: YamlScalar { Text: var path } } entry] } && mistake.What.StartsWith(path, StringComparison.Ordinal)
            ? $"{mistake.What}; once it can be read, the table is {{{entry.Key}: {path}}}"
            : mistake.What;
    }

    private static IReadOnlyList<ConfigurationMistake> Mistakes(Variable variable, YamlItem item)
    {
        var list = new MistakeList();
        var session = new BindSession(list, new AddressRules("", false), trimValues: false);
        variable.Compile(item.ToNode(), new BindContext(variable.Name, session));
        return list.Sorted([]);
    }

    private static void RemoveLongKeys(YamlItem item)
    {
        if (item is YamlMap map)
        {
            foreach (var (key, value) in map.Entries.Where(e => e.Key.Length > MaxKeyLength).ToArray())
            {
                value.Statement.Refuse($"a key of more than {MaxKeyLength} characters can't be written", value.Position);
                map.Remove(value);
            }
        }
        foreach (var child in item.Children)
            RemoveLongKeys(child);
    }

    /// <summary>The values below one, by their places.</summary>
    private sealed class Index
    {
        private readonly Dictionary<SourcePosition, YamlItem> _items = [];
        private readonly Dictionary<YamlItem, YamlItem> _parents = [];
        private readonly Dictionary<string, YamlItem> _files = [];

        public Index(YamlItem root) => Add(root);

        private void Add(YamlItem item)
        {
            // The outermost of several at one place: a list begins where its first element does.
            _items.TryAdd(item.Position, item);
            if (item is YamlScalar { Text: ['/', ..] path })
                _files.TryAdd(path, item);
            foreach (var child in item.Children)
            {
                _parents[child] = item;
                Add(child);
            }
        }

        /// <summary>The value at a place, or the one that names the file the place is in.</summary>
        public YamlItem? Find(SourcePosition position) => _items.GetValueOrDefault(position) ?? _files.GetValueOrDefault(position.File);

        public YamlItem? Parent(YamlItem item) => _parents.GetValueOrDefault(item);

        /// <summary>The value itself or the nearest one around it that may be left out.</summary>
        public YamlItem? Removable(YamlItem item)
        {
            var at = item;
            while (at is not null && !at.IsRemovable)
                at = Parent(at);
            return at;
        }
    }
}
