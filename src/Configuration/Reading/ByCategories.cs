using Amavis.Configuration.Catalog;
using Amavis.Configuration.Showing;
using Amavis.Configuration.Yaml;
using Amavis.Core.Categories;

namespace Amavis.Configuration.Reading;

/// <summary>Reads <c>*_by_ccat</c> maps: a category to its value; a value of null means that nothing is to be done.</summary>
internal static class ByCategories
{
    /// <summary>The key that drops the entries in force before; the map's own stay alone.</summary>
    public const string Replace = "REPLACE";

    public static ValueReader<ByCategory<T?>> Reader<T>(ValueReader<T> values) where T : class =>
        (Node node, BindContext context, out ByCategory<T?> value) =>
        {
            var entries = new Dictionary<CategoryKey, T?>();
            value = ByCategory<T?>.Empty;
            if (node is ScalarNode { IsNull: true })
                return true;
            if (node is not MapNode map)
                return context.Expects(node, "a map of content categories");
            var (good, replaces) = (true, false);
            foreach (var (name, entry) in map.Entries)
            {
                if (name.Text == Replace)
                    good &= Scalars.Truth(entry, context.For(Replace), out replaces);
                else if (!CategoryKey.TryParse(name.Text, out var key))
                    good = context.Fault(name, $"\"{name.Text}\" is not a content category{NameSuggestion.Words(name.Text, CategoryNames.All)}");
                else if (!Entry(entry, values, context.For(name.Text), out var read))
                    good = false;
                else if (!entries.TryAdd(key, read))
                    good = context.Fault(name, $"category \"{CategoryNames.Of(key)}\" is given twice");
            }
            value = new ByCategory<T?>(entries) { Replaces = replaces };
            return good;
        };

    private static bool Entry<T>(Node node, ValueReader<T> values, BindContext context, out T? value) where T : class
    {
        value = null;
        if (node is ScalarNode { IsNull: true })
            return true;
        var good = values(node, context, out var read);
        value = read;
        return good;
    }
}
