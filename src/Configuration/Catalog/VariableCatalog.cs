using System.Collections.Frozen;

namespace Amavis.Configuration.Catalog;

/// <summary>Every variable the configuration knows: the original's and our own.</summary>
public static class VariableCatalog
{
    private static readonly FrozenDictionary<string, string> Aliases = new Dictionary<string, string>
    {
        ["DO_SYSLOG"] = "do_syslog",
        ["LOGFILE"] = "logfile",
        ["final_destiny_by_ccat"] = "final_destiny_maps_by_ccat",
        ["defang_by_ccat"] = "defang_maps_by_ccat",
        ["sql_partition_tag"] = "partition_tag",
    }.ToFrozenDictionary();

    private static readonly FrozenDictionary<string, Variable> ByName;

    static VariableCatalog()
    {
        var add = new CatalogBuilder(ConfigurationDefaults.Create("localhost"));
        Sections.General(add);
        Sections.Network(add);
        Sections.Actions(add);
        Sections.Notices(add);
        Sections.Content(add);
        Sections.Scanners(add);
        Sections.Dkim(add);
        Sections.Databases(add);
        Sections.Own(add);
        All = add.Variables;
        ByName = Combine(All);
    }

    /// <summary>In the order they are applied and documented.</summary>
    public static IReadOnlyList<Variable> All { get; }

    /// <summary>The variable of a name or alias, or null. A name that is both a text and a map gives the text's entry first.</summary>
    public static Variable? Find(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        return ByName.GetValueOrDefault(Aliases.GetValueOrDefault(name, name));
    }

    private static FrozenDictionary<string, Variable> Combine(IEnumerable<Variable> all)
    {
        var names = new Dictionary<string, Variable>();
        foreach (var variable in all)
            names.TryAdd(variable.Name, variable);
        return names.ToFrozenDictionary();
    }
}
