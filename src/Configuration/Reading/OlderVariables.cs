using System.Text.Json.Nodes;
using Amavis.Configuration.Catalog;
using Amavis.Configuration.Yaml;
using Amavis.Core.Lookups;

namespace Amavis.Configuration.Reading;

/// <summary>
/// Reads <c>{variable: sa_kill_level_deflt}</c> in a list of tables: what the older variable of that name would be there. So a list
/// can add tables to those it is made of by default, and the older variable stays the one place where its value stands.
/// </summary>
internal static class OlderVariables
{
    public const string Key = "variable";

    public static bool Table(ScalarNode named, MapsType type, BindContext context, out LookupTable? table)
    {
        table = null;
        if (VariableCatalog.Find(named.Text) is not { Scope: VariableScope.LegacyStatic } variable)
            return context.Fault(named, $"\"{named.Text}\" is no older variable that feeds tables, such as sa_kill_level_deflt");
        context.Session.LinkedVariables.Add(variable.Name);
        if (context.Session.Given.GetValueOrDefault(variable.Name)?.Value is not { } given)
            return Default(variable, named, type, context, out table);
        if (given is MapNode { Entries: [{ Key.Text: Key }] })
            return context.Fault(named, $"{variable.Name} refers to another variable itself");
        // The same name may be a text and a map.
        var sigil = given is MapNode && variable.Sigil == '$' && !variable.Name.EndsWith("_re", StringComparison.Ordinal) ? '%' : variable.Sigil;
        return MapsParts.Part(given, MapsParts.KindOf(sigil + variable.Name), type, context.ForVariable(variable.Name), out table);
    }

    /// <summary>A variable that is not given is the text it is by default, or nothing.</summary>
    private static bool Default(Variable variable, ScalarNode named, MapsType type, BindContext context, out LookupTable? table)
    {
        table = null;
        return variable.PartOf is null
            || variable.DefaultText is not ['"', ..] text
            || Maps.Table(new ScalarNode(named.Position, JsonNode.Parse(text)!.GetValue<string>(), false), type, context, out table);
    }
}
