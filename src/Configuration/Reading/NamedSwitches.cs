using System.Collections.Frozen;
using Amavis.Configuration.Catalog;
using Amavis.Configuration.Yaml;

namespace Amavis.Configuration.Reading;

/// <summary>Reads maps of names to true or false that are laid over the ones in force.</summary>
internal static class NamedSwitches
{
    /// <param name="known">The names there are; null: any.</param>
    public static ValueReader<Func<FrozenSet<string>, FrozenSet<string>>> Reader(IReadOnlyCollection<string>? known = null) =>
        (Node node, BindContext context, out Func<FrozenSet<string>, FrozenSet<string>> value) =>
        {
            value = set => set;
            if (node is ScalarNode { IsNull: true })
                return true;
            if (node is not MapNode map)
                return context.Expects(node, "a map of names to true or false");
            var (good, replaces) = (true, false);
            var switches = new List<(string Name, bool On)>();
            foreach (var (name, entry) in map.Entries)
            {
                good &= Scalars.Truth(entry, context.For(name.Text), out var on);
                if (name.Text == ByCategories.Replace)
                    replaces = on;
                else if (known?.Contains(name.Text) == false)
                    good = context.Fault(name, $"\"{name.Text}\" is not known here{NameSuggestion.Words(name.Text, known)}");
                else
                    switches.Add((name.Text.ToLowerInvariant(), on));
            }
            value = set => Apply(replaces ? FrozenSet<string>.Empty : set, switches);
            return good;
        };

    private static FrozenSet<string> Apply(FrozenSet<string> set, List<(string Name, bool On)> switches)
    {
        var names = new HashSet<string>(set);
        foreach (var (name, on) in switches)
        {
            if (on)
                names.Add(name);
            else
                names.Remove(name);
        }
        return names.ToFrozenSet();
    }
}
