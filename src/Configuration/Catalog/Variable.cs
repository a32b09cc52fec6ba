using System.Text.Json.Nodes;
using Amavis.Configuration.Reading;
using Amavis.Configuration.Yaml;
using Amavis.Core.Lookups;
using Amavis.Core.Policy;

namespace Amavis.Configuration.Catalog;

/// <summary>Where a variable may be set.</summary>
public enum VariableScope
{
    /// <summary>In files and policy banks.</summary>
    Dynamic,
    /// <summary>In files and policy banks; asked through a <c>*_by_ccat</c> table only.</summary>
    LegacyDynamic,
    /// <summary>In files only.</summary>
    Global,
    /// <summary>In files only; an older name whose value goes into a <c>*_maps</c> variable.</summary>
    LegacyStatic,
    /// <summary>No longer used; accepted.</summary>
    Retired,
}

/// <summary>Whether a variable changes anything.</summary>
public enum VariableEffect
{
    Works,
    /// <summary>Known and checked, but this version does not do what it asks for.</summary>
    NotInThisVersion,
    /// <summary>Only makes sense for the original's processes, or is retired.</summary>
    NoMeaningHere,
}

/// <summary>What a value looks like.</summary>
public enum ValueKind
{
    Truth,
    Integer,
    Number,
    Text,
    TextOrList,
    TextOrMap,
    List,
    Map,
    Tables,
    Patterns,
    Networks,
    NetworkTables,
    Method,
    Template,
    Destiny,
    ByCategory,
    Section,
}

/// <summary>What is known of one variable of the configuration.</summary>
public sealed class Variable
{
    internal Variable(string sigilledName, ValueKind kind, VariableScope scope, VariableEffect effect, string meaning)
    {
        Sigil = char.IsAsciiLetter(sigilledName[0]) ? null : sigilledName[0];
        Name = Sigil is null ? sigilledName : sigilledName[1..];
        Kind = kind;
        Scope = scope;
        Effect = effect;
        Meaning = meaning;
    }

    public string Name { get; }

    /// <summary><c>$</c>, <c>@</c> or <c>%</c> as in the original's files; null: a key of our own.</summary>
    public char? Sigil { get; }

    public ValueKind Kind { get; }

    public VariableScope Scope { get; }

    public VariableEffect Effect { get; }

    /// <summary>One line for people.</summary>
    public string Meaning { get; }

    /// <summary>The default in words or as it would be written in a file.</summary>
    public string DefaultText { get; internal set; } = "null";

    /// <summary>Never shown.</summary>
    public bool IsSecret { get; internal set; }

    /// <summary>May be a key of a policy bank.</summary>
    public bool FitsBank => Scope is VariableScope.Dynamic or VariableScope.LegacyDynamic;

    /// <summary>A later file adds to the map instead of replacing it.</summary>
    internal bool MergesByKey => Kind is ValueKind.Map or ValueKind.ByCategory or ValueKind.Section;

    /// <summary>Makes the change to the settings that a value asks for; null after noting a mistake, or when nothing is to be changed.</summary>
    internal Func<Node, BindContext, Func<Settings, Settings>?> Compile { get; init; } = (_, _) => null;

    /// <summary>The value in force, for variables that were not given; null: <see cref="DefaultText"/> says it.</summary>
    internal Func<Settings, JsonNode?>? Show { get; init; }

    /// <summary>The older variables that make up this one while it is not given; in search order.</summary>
    internal IReadOnlyList<string> Parts { get; init; } = [];

    /// <summary>Makes the change from the given older variables.</summary>
    internal Func<IReadOnlyList<(Variable Part, Node Value)>, BindContext, Func<Settings, Settings>?>? CompileParts { get; init; }

    /// <summary>What the tables of a <c>*_maps</c> variable give; null: not known, or no such variable.</summary>
    internal MapsType? Results { get; init; }

    /// <summary>The variable this one is a part of; null: none.</summary>
    internal string? PartOf { get; set; }

    /// <summary>Reads and writes the tables of a <c>*_maps</c> variable that works; null: another kind.</summary>
    internal (Func<Settings, LookupMaps> Get, Func<Settings, LookupMaps, Settings> Set)? Tables { get; init; }

    public override string ToString() => Name;
}
