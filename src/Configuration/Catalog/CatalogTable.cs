using System.Text;

namespace Amavis.Configuration.Catalog;

/// <summary>The table of all variables in docs/configuration.md; a test compares the two.</summary>
internal static class CatalogTable
{
    public static string Render()
    {
        var text = new StringBuilder();
        text.Append("| name | value | default | where | effect | meaning |\n| --- | --- | --- | --- | --- | --- |\n");
        foreach (var variable in VariableCatalog.All.OrderBy(v => v.Name, StringComparer.OrdinalIgnoreCase).ThenBy(v => v.Sigil))
        {
            text.Append("| `").Append(variable.Name).Append("` | ").Append(Words(variable.Kind)).Append(" | ").Append(Cell(variable.DefaultText))
                .Append(" | ").Append(variable.FitsBank ? "file, bank" : "file").Append(" | ").Append(Words(variable)).Append(" | ")
                .Append(Cell(variable.Meaning)).Append(" |\n");
        }
        return text.ToString();
    }

    private static string Cell(string text)
    {
        var plain = text.Replace("|", "\\|", StringComparison.Ordinal);
        return plain.Length > 120 ? plain[..117] + "…" : plain.Replace("<", "&lt;", StringComparison.Ordinal);
    }

    private static string Words(Variable variable) => variable switch
    {
        { Scope: VariableScope.Retired } => "retired",
        { Effect: VariableEffect.NoMeaningHere } => "no meaning here",
        { Effect: VariableEffect.NotInThisVersion } => "not in this version",
        { Sigil: null } => "works, our own",
        _ => "works",
    };

    private static string Words(ValueKind kind) => kind switch
    {
        ValueKind.Truth => "true/false",
        ValueKind.Integer => "whole number",
        ValueKind.TextOrList => "text or list",
        ValueKind.TextOrMap => "text or map",
        ValueKind.NetworkTables => "network tables",
        ValueKind.ByCategory => "map by category",
        _ => kind.ToString().ToLowerInvariant(),
    };
}
