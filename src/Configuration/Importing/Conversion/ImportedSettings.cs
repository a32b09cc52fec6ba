using Amavis.Configuration.Catalog;
using Amavis.Configuration.Importing.Evaluation;
using Amavis.Configuration.Importing.Syntax;

namespace Amavis.Configuration.Importing.Conversion;

/// <summary>A key of the configuration to be written.</summary>
/// <param name="Anchor">The statement it is written at; null: after all of them.</param>
/// <param name="IsPart">That statement gave a part of it only, to which the comment behind it belongs.</param>
internal sealed record ImportedKey(string Name, YamlItem Value, ImportStatement? Anchor, bool IsPart = false);

/// <summary>What the files left in all variables, as keys of our configuration.</summary>
internal sealed class ImportedSettings
{
    private readonly PerlVariables _variables;
    private readonly Converter _converter;
    private readonly List<ImportedKey> _keys = [];
    private readonly SortedSet<string> _withoutEffect = new(StringComparer.Ordinal);
    private readonly SortedSet<string> _withoutMeaning = new(StringComparer.Ordinal);

    public ImportedSettings(PerlVariables variables, IReadOnlyList<PerlItem> dkimKeys)
    {
        _variables = variables;
        _converter = new Converter(variables);
        foreach (var storage in variables.All.Where(s => s.Writes.Count > 0).ToArray())
            Add(storage);
        AddAdministrators("virus");
        AddAdministrators("spam");
        if (_converter.SigningKeys(dkimKeys) is { } keys)
            Add(VariableCatalog.Find("dkim_keys")!, keys, dkimKeys[0].Statement);
        AddOriginalDefaults();
    }

    public IReadOnlyList<ImportedKey> Keys => _keys;

    /// <summary>Variables left at what they are without being given, by the statement that says so.</summary>
    public List<(ImportStatement Statement, string Name)> AsByDefault { get; } = [];

    public IReadOnlyList<string> WithoutEffect => [.. _withoutEffect];

    public IReadOnlyList<string> WithoutMeaning => [.. _withoutMeaning];

    private void Add(PerlStorage storage)
    {
        var (sigil, name) = (storage.Name![0], storage.Name[1..]);
        if (PerlVariables.KnownAs(sigil, name) is not { } variable)
        {
            // A helper of the file: what it could not give shows where it is used, and here.
            if (storage is PerlScalar { Value: PerlValue.Unknown unknown, Item: { } item })
                item.Statement.Refuse(unknown.Reason, item.Position);
            return;
        }
        var anchor = AnchorOf(storage);
        if (name is "virus_admin" or "spam_admin" && OtherAdministrators(name) is not null)
            return;
        if (storage is PerlArray array && _variables.IsDefault(array))
        {
            AsByDefault.Add((anchor, name));
            return;
        }
        var before = anchor.Refusals.Count;
        var value = _converter.Convert(variable, storage);
        var had = storage is PerlArray { Items.Count: > 0 };
        if (value is null || (had && value is YamlList { Items.Count: 0 } && (anchor.Refusals.Count > before || ((PerlArray)storage).Items.Exists(i => !i.Statement.IsTakenOver))))
            return;
        Add(variable, value, anchor, isPart: !storage.Writes.Exists(w => w.Whole));
    }

    private void Add(Variable variable, YamlItem value, ImportStatement? anchor, bool isPart = false)
    {
        if (Validator.Check(variable, value) is not { } good)
            return;
        _keys.Add(new ImportedKey(variable.Name, good, anchor, isPart));
        if (variable.Effect == VariableEffect.NotInThisVersion)
            _withoutEffect.Add(variable.Name);
        else if (variable.Effect == VariableEffect.NoMeaningHere)
            _withoutMeaning.Add(variable.Name);
    }

    /// <summary>The last statement that gave all of the variable, else the first that gave some of it.</summary>
    private static ImportStatement AnchorOf(PerlStorage storage) => (storage.Writes.FindLast(w => w.Whole) ?? storage.Writes[0]).Statement;

    /// <summary>One key can't be both a text and a map: where files give both, the tables are written out.</summary>
    private (PerlHash Map, PerlScalar Text)? OtherAdministrators(string name) =>
        _variables.Find('%', name) is PerlHash { Writes.Count: > 0, Count: > 0 } map && _variables.Find('$', name) is PerlScalar { Writes.Count: > 0 } text ? (map, text) : null;

    private void AddAdministrators(string kind)
    {
        if (OtherAdministrators(kind + "_admin") is not { } both || _variables.Find('@', kind + "_admin_maps") is PerlArray { Writes.Count: > 0 })
            return;
        var anchor = AnchorOf(both.Text);
        if (_converter.Convert(PerlVariables.KnownAs('%', kind + "_admin")!, both.Map) is not { } map || _converter.Convert(PerlVariables.KnownAs('$', kind + "_admin")!, both.Text) is not { } text)
            return;
        anchor.Note($"both %{kind}_admin and ${kind}_admin are given: they are written as the tables of {kind}_admin_maps");
        Add(VariableCatalog.Find(kind + "_admin_maps")!, new YamlList(anchor.Position, anchor) { Items = [map, text] }, anchor);
    }

    /// <summary>Where our defaults are others than the original's, and the files said nothing, the original's are written.</summary>
    private void AddOriginalDefaults()
    {
        foreach (var (name, text) in (ReadOnlySpan<(string, string)>)[
            ("virus_scanners_failure_is_fatal", "false"), ("MAXLEVELS", "null"), ("MAXFILES", "null"), ("MIN_EXPANSION_QUOTA", "null"), ("MAX_EXPANSION_QUOTA", "null"),
            ("log_recip_templ", "built-in")])
        {
            if (!_keys.Exists(k => k.Name == name))
                _keys.Add(new ImportedKey(name, Plain(text), null));
        }
        if (_variables.Find('%', "policy_bank") is PerlHash banks && banks.Find(ConfigurationDefaults.MyNets) is not null)
            return;
        if (_keys.Find(k => k.Name == "policy_bank")?.Value is YamlMap map)
        {
            map.Add(ConfigurationDefaults.MyNets, NoMyNets());
            return;
        }
        var own = new YamlMap(ImportStatement.Default.Position, ImportStatement.Default);
        own.Add(ConfigurationDefaults.MyNets, NoMyNets());
        _keys.Add(new ImportedKey("policy_bank", own, null));
    }

    private static YamlScalar NoMyNets()
    {
        var none = Plain("null");
        none.Comments = new CommentSet { Leading = [new Comment(" not set in the files: mail from mynetworks does not count as our own (originating)", 0, false, false)] };
        return none;
    }

    private static YamlScalar Plain(string text) => new(ImportStatement.Default.Position, ImportStatement.Default, text, true);
}
