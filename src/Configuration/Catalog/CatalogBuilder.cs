using Amavis.Configuration.Reading;
using Amavis.Configuration.Showing;
using Amavis.Configuration.Yaml;
using Amavis.Core.Lookups;
using Amavis.Core.Policy;
using Amavis.Core.Templates;

namespace Amavis.Configuration.Catalog;

/// <summary>Declares variables; the sections of the catalog are written with it.</summary>
internal sealed class CatalogBuilder(Settings defaults)
{
    private readonly List<Variable> _variables = [];

    public IReadOnlyList<Variable> Variables => _variables;

    /// <summary>A variable that works: how it is read, where it goes, and how to tell its value.</summary>
    /// <param name="shown">Default in words, where the value itself would mislead.</param>
    public Variable Add<T>(
        string name, ValueKind kind, VariableScope scope, ValueReader<T> read, Func<Settings, object?> get, Func<Settings, T, Settings> set,
        string meaning, string? shown = null)
    {
        var variable = new Variable(name, kind, scope, VariableEffect.Works, meaning)
        {
            Compile = (node, context) => read(node, context, out var value) ? s => set(s, value) : null,
            Show = s => JsonText.Of(get(s)),
            DefaultText = shown ?? JsonText.Line(JsonText.Of(get(defaults))),
        };
        _variables.Add(variable);
        return variable;
    }

    public void Truth(string name, VariableScope scope, Func<Settings, bool> get, Func<Settings, bool, Settings> set, string meaning) =>
        Add<bool>(name, ValueKind.Truth, scope, Scalars.Truth, s => get(s), set, meaning);

    public void Line(string name, VariableScope scope, Func<Settings, string?> get, Func<Settings, string?, Settings> set, string meaning, string? shown = null) =>
        Add<string?>(name, ValueKind.Text, scope, Scalars.Line, s => get(s), set, meaning, shown);

    /// <summary>A text that is shown nowhere.</summary>
    public void Secret(string name, VariableScope scope, Func<Settings, string?> get, Func<Settings, string?, Settings> set, string meaning)
    {
        var variable = Add<string?>(name, ValueKind.Text, scope, Scalars.Line, s => get(s) is null ? null : Secrets.Mask, set, meaning);
        variable.IsSecret = true;
    }

    /// <summary>A text that null empties.</summary>
    public void TextOrEmpty(string name, VariableScope scope, Func<Settings, string> get, Func<Settings, string, Settings> set, string meaning) =>
        Add<string>(name, ValueKind.Text, scope, Scalars.LineOrEmpty, s => get(s), set, meaning);

    /// <summary>A text that must not be empty.</summary>
    public void Required(string name, VariableScope scope, Func<Settings, string> get, Func<Settings, string, Settings> set, string meaning, string? shown = null) =>
        Add<string>(name, ValueKind.Text, scope, Scalars.RequiredLine, s => get(s), set, meaning, shown);

    public void Integer(string name, VariableScope scope, ValueReader<long> read, Func<Settings, long> get, Func<Settings, long, Settings> set, string meaning) =>
        Add(name, ValueKind.Integer, scope, read, s => get(s), set, meaning);

    public void Method(string name, VariableScope scope, Func<Settings, DeliveryMethod?> get, Func<Settings, DeliveryMethod?, Settings> set, string meaning, string? shown = null) =>
        Add<DeliveryMethod?>(name, ValueKind.Method, scope, Methods.Method, get, set, meaning, shown);

    /// <summary>A <c>*_maps</c> variable with the older variables it is made of until it is given itself.</summary>
    public void Maps(
        string name, VariableScope scope, MapsType type, Func<Settings, LookupMaps> get, Func<Settings, LookupMaps, Settings> set, string meaning,
        string? shown = null, LookupTable? last = null, params string[] parts) =>
        MapsSharing(name, scope, type, get, set, meaning, shown, last, parts, []);

    /// <summary>As <see cref="Maps"/>, with older variables after its own that are declared with another one.</summary>
    public void MapsSharing(
        string name, VariableScope scope, MapsType type, Func<Settings, LookupMaps> get, Func<Settings, LookupMaps, Settings> set, string meaning,
        string? shown, LookupTable? last, string[] parts, string[] shared)
    {
        var read = Reading.Maps.Reader(type);
        var partNames = parts.Concat(shared).Select(p => p.TrimStart('$', '@', '%')).ToArray();
        _variables.Add(new Variable(name, ValueKind.Tables, scope, VariableEffect.Works, meaning)
        {
            Compile = (node, context) => read(node, context, out var value) ? s => set(s, value) : null,
            CompileParts = (given, context) => MapsParts.Compile(given, type, last, context) is { } value ? s => set(s, value) : null,
            Parts = partNames,
            Tables = (get, set),
            Results = type,
            Show = s => JsonText.Of(get(s)),
            DefaultText = shown ?? (parts.Length > 0 ? string.Join(", ", partNames) : JsonText.Line(JsonText.Of(get(defaults)))),
        });
        foreach (var part in parts)
        {
            _variables.Add(new Variable(part, MapsParts.KindOf(part), VariableScope.LegacyStatic, VariableEffect.Works, $"goes into {name.TrimStart('@')}")
            {
                PartOf = name.TrimStart('@'),
                DefaultText = parts.Length == 1 && get(defaults).Tables is [ConstantTable] ? JsonText.Line(JsonText.Of(get(defaults).Tables[0] is ConstantTable c ? c.Value.Text : null)) : "null",
                Compile = (node, context) => MapsParts.Compile([(part, node)], type, null, context) is null ? null : s => s,
            });
        }
    }

    /// <summary>A template; null: none.</summary>
    public void Templ(string name, VariableScope scope, Func<Settings, Template?> get, Func<Settings, Template?, Settings> set, string meaning, string shown = "built in") =>
        Add<Template?>(name, ValueKind.Template, scope, Templates.Read, s => get(s), set, meaning, shown);

    /// <summary>The map of a name that is also a text and is declared as such: the two are one key.</summary>
    public void MapOfText(string name, string maps, string meaning) => _variables.Add(new Variable(name, ValueKind.Map, VariableScope.LegacyStatic, VariableEffect.Works, meaning)
    {
        PartOf = maps,
        DefaultText = "{}",
    });

    /// <summary>A variable that is known and checked, but not acted on yet.</summary>
    public void Later(string name, ValueKind kind, VariableScope scope, string shown, string meaning, bool secret = false) =>
        AddInert(name, kind, scope, VariableEffect.NotInThisVersion, shown, meaning).IsSecret = secret;

    /// <summary>Variables of one kind that are known and checked, but not acted on yet.</summary>
    public void LaterAll(ValueKind kind, VariableScope scope, string shown, string meaning, params string[] names)
    {
        foreach (var name in names)
            Later(name, kind, scope, shown, meaning);
    }

    /// <summary>A variable that only means something to the original's processes.</summary>
    public void Meaningless(string name, ValueKind kind, VariableScope scope, string shown, string meaning) =>
        AddInert(name, kind, scope, VariableEffect.NoMeaningHere, shown, meaning);

    private Variable AddInert(string name, ValueKind kind, VariableScope scope, VariableEffect effect, string shown, string meaning)
    {
        var variable = new Variable(name, kind, scope, effect, meaning)
        {
            Compile = (node, context) =>
            {
                Forms.Check(node, kind, context);
                return null;
            },
            DefaultText = shown,
        };
        _variables.Add(variable);
        return variable;
    }
}
