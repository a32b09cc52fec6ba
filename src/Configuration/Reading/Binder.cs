using System.Collections.Frozen;
using Amavis.Configuration.Catalog;
using Amavis.Configuration.Files;
using Amavis.Configuration.Showing;
using Amavis.Configuration.Yaml;
using Amavis.Core.Policy;

namespace Amavis.Configuration.Reading;

/// <param name="Settings">Complete only when there was no mistake.</param>
internal sealed record BoundConfiguration(Settings Settings, IReadOnlyList<EffectiveValue> Values);

/// <summary>Applies the given variables to the settings, in the order of the catalog.</summary>
internal sealed class Binder(Dictionary<string, Assignment> assignments, BindSession session)
{
    public BoundConfiguration Bind(Settings defaults)
    {
        var settings = defaults;
        foreach (var variable in VariableCatalog.All.Where(v => VariableCatalog.Find(v.Name) == v))
            if (ChangeOf(variable) is { } change)
                settings = change(settings);
        IReadOnlyList<EffectiveValue> values = [.. VariableCatalog.All.Where(IsShown).Select(v => Value(v, settings))];
        settings = ImpliedDatabases.Put(settings) with
        {
            Places = values.Where(v => v.Position is not null).ToFrozenDictionary(v => v.Variable.Name, v => v.Source),
        };
        return new BoundConfiguration(settings, values);
    }

    private BindContext For(Variable variable) => new(assignments.GetValueOrDefault(variable.Name)?.Key.Text ?? variable.Name, session);

    private Func<Settings, Settings>? ChangeOf(Variable variable)
    {
        if (assignments.TryGetValue(variable.Name, out var given))
            return IsPartInUse(variable) ? null : variable.Compile(given.Value, For(variable));
        var parts = GivenParts(variable);
        return parts.Count == 0 ? null : variable.CompileParts?.Invoke(parts, For(variable));
    }

    /// <summary>An older variable is read with the one it goes into, unless that is given itself.</summary>
    private bool IsPartInUse(Variable variable) => variable.PartOf is { } maps && !assignments.ContainsKey(maps);

    private List<(Variable Part, Node Value)> GivenParts(Variable variable) =>
        [.. variable.Parts.Where(assignments.ContainsKey).Select(p => (VariableCatalog.Find(p)!, assignments[p].Value))];

    private bool IsShown(Variable variable) =>
        VariableCatalog.Find(variable.Name) == variable
        && (assignments.ContainsKey(variable.Name) || (variable.Effect == VariableEffect.Works && variable.Scope != VariableScope.LegacyStatic));

    private EffectiveValue Value(Variable variable, Settings settings)
    {
        if (assignments.TryGetValue(variable.Name, out var given))
            return new EffectiveValue(variable, JsonText.Of(given.Value, variable.IsSecret), given.Key.Position, null);
        var parts = GivenParts(variable);
        var fedBy = parts.Count == 0 ? null : string.Join(", ", parts.Select(p => p.Part.Name));
        var at = parts.Count == 0 ? null : assignments[parts[0].Part.Name].Key.Position;
        return new EffectiveValue(variable, variable.Show?.Invoke(settings), at, fedBy);
    }
}
