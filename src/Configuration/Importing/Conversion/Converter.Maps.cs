using System.Globalization;
using Amavis.Configuration.Catalog;
using Amavis.Configuration.Importing.Evaluation;
using Amavis.Configuration.Importing.Syntax;
using Amavis.Configuration.Reading;
using Amavis.Configuration.Showing;
using Amavis.Core.Categories;

namespace Amavis.Configuration.Importing.Conversion;

/// <summary>Maps by category, of header names, of rule sets.</summary>
internal sealed partial class Converter
{
    /// <summary>Entries lie over those of the original, unless all of the map was given.</summary>
    private YamlMap ByCategoryOf(Variable variable, PerlHash hash, SourcePosition position)
    {
        var map = new YamlMap(position, _owner) { Closing = hash.Closing };
        if (hash.IsReplaced)
            map.Add(ByCategories.Replace, new YamlScalar(position, _owner, "true", true));
        foreach (var entry in hash.Entries.Where(e => !e.IsDefault))
            AddCategory(variable, entry, map);
        foreach (var removed in hash.Removed)
        {
            if (CategoryOf(removed.Key) is not { } name)
                continue;
            StatementOf(removed.Item).Note($"the entry {name} does nothing from now on; without an entry, the original would have looked for one of a lesser category");
            map.Add(name, Null(removed.Item));
        }
        return WithOpening(map, hash.Opening);
    }

    private void AddCategory(Variable variable, PerlEntry entry, YamlMap map)
    {
        var item = entry.Item;
        if (entry.Key == ByCategories.Replace)
        {
            if (Bool(item) is { } replace)
                map.Add(entry.Key, replace);
            return;
        }
        if (CategoryOf(entry.Key) is not { } name)
        {
            var constant = entry.Key.StartsWith("CC_", StringComparison.Ordinal);
            StatementOf(item).Note(constant
                ? $"\"{entry.Key}\" is a text here, not the category: the original takes no notice of the entry, and so it is left out; meant is {entry.Key}, with a comma after it instead of =>, or (+{entry.Key})"
                : $"\"{entry.Key}\" is no category: the original takes no notice of the entry, and so it is left out");
            return;
        }
        if (Commented(CategoryValue(variable, item), item) is not { } value)
            return;
        if (map.Entries.FindIndex(e => e.Key == name) is >= 0 and var at)
            map.Entries[at] = new(name, value);
        else
            map.Add(name, value);
    }

    private YamlItem? CategoryValue(Variable variable, PerlItem item)
    {
        var type = CategoryTypeOf(variable.Name);
        if (item.Value is PerlValue.Lazy lazy)
            StatementOf(item).Note($"{lazy.Name} is taken as it is now; policy banks that change it do not change this entry");
        item = Followed(item) with { Comments = CommentSet.None };
        return item.Value switch
        {
            PerlValue.Undefined => Null(item),
            PerlValue.Unknown unknown => Refuse(item, unknown.Reason),
            PerlValue.ArrayLink array when variable.Name == "quarantine_method_by_ccat" => Within(item, () => ListOf(array.To, PositionOf(item))),
            PerlValue.ArrayLink array => Within(item, () => TablesOf(array.To, type, PositionOf(item))),
            PerlValue.HashLink or PerlValue.Patterns or PerlValue.FileTable => TableOf(item, type),
            _ => ResultOf(item, type),
        };
    }

    private static MapsType CategoryTypeOf(string name) => name switch
    {
        "final_destiny_maps_by_ccat" => new MapsType(ResultType.Destiny),
        "lovers_maps_by_ccat" or "warnrecip_maps_by_ccat" or "warnsender_by_ccat" => new MapsType(ResultType.Truth),
        "defang_maps_by_ccat" => AnyTables,
        _ => new MapsType(ResultType.Text),
    };

    /// <summary>The name of a category by its number, as <c>9</c> or <c>4,3</c>; null: there is none.</summary>
    private static string? CategoryOf(string key)
    {
        var parts = key.Split(',');
        if (parts.Length > 2 || !int.TryParse(parts[0], NumberStyles.None, CultureInfo.InvariantCulture, out var major) || major > 9)
            return null;
        var minor = 0;
        if (parts.Length == 2 && !int.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out minor))
            return null;
        return CategoryNames.Of(new CategoryKey((ContentCategory)major, minor));
    }

    private YamlMap SwitchesOf(PerlHash hash, SourcePosition position)
    {
        var map = new YamlMap(position, _owner) { Closing = hash.Closing };
        if (hash.IsReplaced)
            map.Add(ByCategories.Replace, new YamlScalar(position, _owner, "true", true));
        foreach (var entry in hash.Entries.Where(e => !e.IsDefault))
        {
            var item = Followed(entry.Item);
            var off = item.Value.IsUndefined ? item with { Value = new PerlValue.Number(0) } : item;
            if (off.Value is PerlValue.Unknown unknown)
                Refuse(off, unknown.Reason);
            else if (Bool(off) is { } value)
                map.Add(entry.Key, value);
        }
        foreach (var removed in hash.Removed)
            map.Add(removed.Key, Scalar(removed.Item, "false", true));
        return WithOpening(map, hash.Opening);
    }

    private YamlMap RuleSetsOf(PerlHash hash, SourcePosition position)
    {
        var map = new YamlMap(position, _owner) { Closing = hash.Closing };
        foreach (var entry in hash.Entries)
        {
            var item = Followed(entry.Item);
            var set = item.Value switch
            {
                PerlValue.Undefined => Null(item),
                PerlValue.ArrayLink array when array.To.Items.All(i => Followed(i).Value is not (PerlValue.Pattern or PerlValue.ArrayLink)) => Within(item, () => TablesOf(array.To, MapsType.FileNames, PositionOf(item))),
                PerlValue.HashLink => TableOf(item, MapsType.FileNames),
                _ => RulesOf(item, MapsType.FileNames),
            };
            if (Commented(set, entry.Item) is { } value)
                map.Add(entry.Key, value);
        }
        return WithOpening(map, hash.Opening);
    }
}
