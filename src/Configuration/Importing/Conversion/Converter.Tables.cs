using Amavis.Configuration.Catalog;
using Amavis.Configuration.Importing.Evaluation;
using Amavis.Configuration.Importing.Syntax;
using Amavis.Configuration.Reading;
using Amavis.Configuration.Yaml;

namespace Amavis.Configuration.Importing.Conversion;

/// <summary>Lookup tables.</summary>
internal sealed partial class Converter
{
    /// <summary>Maps of one of these keys alone would be taken for another kind of table.</summary>
    private static readonly string[] TableWords =
        ["regexp", "acl", "hash", "file", "array", "cidr", "sql", "ldap", "q_sql_s", "q_sql_n", "q_sql_b", "q_ldap_s", "q_ldap_n", "q_ldap_b", OlderVariables.Key];

    private YamlList TablesOf(PerlArray array, MapsType type, SourcePosition position)
    {
        var list = new YamlList(position, _owner) { Closing = array.Closing };
        AddTables(array, type, list, 0);
        return WithOpening(list, array.Opening);
    }

    private void AddTables(PerlArray array, MapsType type, YamlList list, int depth)
    {
        if (array.Fault is { } fault)
        {
            _owner.Refuse(fault);
            return;
        }
        foreach (var item in array.Items)
        {
            // The tables of another variable, by its name.
            if (item.Value is PerlValue.Lazy lazy && ValueOf(lazy) is PerlValue.ArrayLink other && depth < 4)
                AddTables(other.To, type, list, depth + 1);
            else if (TableOf(item, type) is { } table)
                list.Items.Add(table);
        }
    }

    /// <summary>One table; null: it knows nothing, or was refused.</summary>
    private YamlItem? TableOf(PerlItem item, MapsType type)
    {
        if (OlderVariable(item) is { } name)
            return Commented(Named(OlderVariables.Key, name, item), item);
        var linked = item.Value is PerlValue.ScalarLink;
        item = Followed(item);
        switch (item.Value)
        {
            case PerlValue.Unknown unknown:
                return Refuse(item, unknown.Reason);
            case PerlValue.Undefined:
                return linked ? null : Null(item);
            case PerlValue.ArrayLink array:
                return array.To is { Name: not null, Items.Count: 0, Fault: null } ? null : Commented(Within(item, () => AclOf(array.To, PositionOf(item))), item);
            case PerlValue.HashLink hash:
                return hash.To is { Name: not null, Count: 0, Files.Count: 0, Fault: null } ? null : Commented(Within(item, () => HashTableOf(hash.To, type, PositionOf(item))), item);
            case PerlValue.Patterns patterns:
                return Commented(Within(item, () => PatternTable(patterns.Rules, type, PositionOf(item))), item);
            case PerlValue.Pattern:
                return Refuse(item, "a pattern alone is no table; it stands in new_RE(…)");
            case PerlValue.FileTable file:
                return FileTableOf(item, file, type);
            case PerlValue.Field field:
                return FieldOf(item, field);
            case PerlValue.Code or PerlValue.Routine:
                return Refuse(item, "code can't be taken over");
        }
        return ConstantOf(item, type);
    }

    /// <summary>The older variable that a link leads to, and that is written under its own name; null: something else.</summary>
    private static string? OlderVariable(PerlItem item)
    {
        PerlStorage? storage = item.Value switch
        {
            PerlValue.ScalarLink link => link.To,
            PerlValue.ArrayLink link => link.To,
            PerlValue.HashLink link => link.To,
            _ => null,
        };
        return storage is { Name: { } name, Fault: null } && PerlVariables.KnownAs(name[0], name[1..]) is { Scope: VariableScope.LegacyStatic } variable
            && variable.Name is not ("virus_admin" or "spam_admin") && (storage.Writes.Count > 0 || variable.DefaultText is ['"', ..])
            ? variable.Name
            : null;
    }

    private YamlItem? ConstantOf(PerlItem item, MapsType type)
    {
        if (type.Result == ResultType.Truth && item.Value is PerlValue.Text { Value: var text } && Scalars.TruthOf(new ScalarNode(item.Position, text, true)) is null)
        {
            StatementOf(item).Note($"\"{text}\" alone is a constant, which matches every address, and was taken over as such; a list of domains would be [\"{text}\"]");
            return Scalar(item, "true", true);
        }
        return ResultOf(item, type);
    }

    /// <summary>What the tables of a variable give.</summary>
    private YamlItem? ResultOf(PerlItem item, MapsType type)
    {
        item = Followed(item);
        if (item.Value.IsUndefined)
            return Null(item);
        if (item.Value is PerlValue.Unknown unknown)
            return Refuse(item, unknown.Reason);
        switch (type.Result)
        {
            case ResultType.Truth when item.Value is PerlValue.Text or PerlValue.Number:
                return Bool(item);
            case ResultType.Number:
                return item.Value is PerlValue.Text { Value: var text } && text.Contains('$') ? Scalar(item, text, false) : NumberOf(item);
            case ResultType.Destiny:
                return DestinyOf(item);
            case ResultType.Verdict when item.Value is PerlValue.Number { Value: 0 or 1 } or PerlValue.Text { Value: "0" or "1" or "" }:
                return Bool(item);
            case ResultType.SenderScores when item.Value is PerlValue.ArrayLink scores:
                return Commented(Within(item, () => TablesOf(scores.To, MapsType.Scores, PositionOf(item))), item);
            case ResultType.RuleNames when item.Value is PerlValue.ArrayLink rules:
                return Commented(Within(item, () => TablesOf(rules.To, MapsType.FileNames, PositionOf(item))), item);
            case ResultType.RuleNames when item.Value is PerlValue.Patterns rules:
                return new YamlList(PositionOf(item), StatementOf(item)) { Items = [PatternTable(rules.Rules, MapsType.FileNames, PositionOf(item))], Comments = item.Comments };
            case ResultType.Method when item.Value is PerlValue.ArrayLink { To.Items: [var only] }:
                return Any(only);
            default:
                return Any(item);
        }
    }

    /// <summary>An access list; one in a file is read there.</summary>
    private YamlItem? AclOf(PerlArray array, SourcePosition position)
    {
        if (array.Fault is { } fault)
        {
            _owner.Refuse(fault);
            return null;
        }
        if (array.Items is [{ IsSpread: true, Value: PerlValue.FileTable file } only])
            return Commented(Named("array", file.Path, only), only);
        var list = new YamlList(position, _owner) { Closing = array.Closing, IsRemovable = true };
        foreach (var item in array.Items)
        {
            if (item.Value.IsUndefined)
                continue;
            // An element left out could let in what it was to keep out.
            if (item.Value.Printed is not { } text || item.Value is PerlValue.Unknown)
                return Refuse(item, item.Value is PerlValue.Unknown unknown ? unknown.Reason : "an access list holds addresses and domains only");
            list.Items.Add(Scalar(item, text, false));
        }
        return WithOpening(list, array.Opening);
    }

    private YamlMap Named(string kind, string path, PerlItem item)
    {
        var map = new YamlMap(PositionOf(item), StatementOf(item)) { IsRemovable = true };
        map.Add(kind, Scalar(item with { Comments = CommentSet.None }, path, false));
        return map;
    }

    private YamlItem? FileTableOf(PerlItem item, PerlValue.FileTable file, MapsType type) =>
        Commented(Named(file.Kind == "array" && type.Result is ResultType.Truth or ResultType.Any ? "array" : "file", file.Path, item), item);

    private YamlItem? FieldOf(PerlItem item, PerlValue.Field field) => field.Name.Length == 0
        ? Refuse(item, "a look-up of several database fields at once has no counterpart")
        : Commented(Named(field.Function, field.Name, item), item);

    private YamlItem? HashTableOf(PerlHash hash, MapsType type, SourcePosition position)
    {
        if (hash.Fault is { } fault)
        {
            _owner.Refuse(fault);
            return null;
        }
        if (hash.Files.Count > 0 && (hash.Files.Count > 1 || hash.Count > 0))
            return Refuse(hash.Files[^1], "several files, or a file and entries, in one map have no counterpart; list them as tables of their own in the *_maps variable");
        if (hash.Files is [{ Value: PerlValue.FileTable file } only])
            return Named(file.Kind, file.Path, only);
        var map = new YamlMap(position, _owner) { Closing = hash.Closing };
        foreach (var entry in hash.Entries)
            if (ResultOf(entry.Item, type) is { } value)
                map.Add(entry.Key, value);
        WithOpening(map, hash.Opening);
        if (map.Entries is not [{ Key: var key }] || !TableWords.Contains(key))
            return map;
        var wrapped = new YamlMap(position, _owner);
        wrapped.Add("hash", map);
        return wrapped;
    }

    private YamlMap PatternTable(PerlArray rules, MapsType type, SourcePosition position)
    {
        var map = new YamlMap(position, _owner);
        map.Add("regexp", Rules(rules, type, position));
        return map;
    }

    /// <summary>A <c>*_re</c> variable: its patterns.</summary>
    private YamlItem? RulesOf(PerlItem item, MapsType type) => item.Value switch
    {
        PerlValue.Patterns patterns => Commented(Within(item, () => Rules(patterns.Rules, type, PositionOf(item))), item),
        PerlValue.ArrayLink array => Commented(Within(item, () => Rules(array.To, type, PositionOf(item))), item),
        PerlValue.Pattern => Commented(Rules(new PerlArray { Items = [item with { Comments = CommentSet.None }] }, type, PositionOf(item)), item),
        _ => Refuse(item, "patterns in new_RE(…) are wanted"),
    };

    private YamlList Rules(PerlArray rules, MapsType type, SourcePosition position)
    {
        var list = new YamlList(position, _owner) { Closing = rules.Closing };
        foreach (var item in rules.Items)
            if (RuleOf(item, type) is { } rule)
                list.Items.Add(rule);
        return WithOpening(list, rules.Opening);
    }

    /// <summary>A pattern alone, or with its result.</summary>
    private YamlItem? RuleOf(PerlItem item, MapsType type)
    {
        var rule = Followed(item);
        switch (rule.Value)
        {
            case PerlValue.Unknown unknown:
                return Refuse(rule, unknown.Reason);
            case PerlValue.Pattern or PerlValue.Text:
                return new YamlScalar(PositionOf(rule), StatementOf(rule), PatternTextOf(rule.Value)!, false) { Comments = item.Comments, IsRemovable = true };
            case PerlValue.ArrayLink { To: { Items.Count: 1 or 2 } pair } when PatternTextOf(Followed(pair.Items[0]).Value) is { } text:
                var first = Scalar(pair.Items[0] with { Comments = CommentSet.None }, text, false);
                var inner = pair.Items.Select(i => i.Comments).Aggregate(CommentSet.None, CommentSet.Join);
                if (pair.Items.Count == 1)
                    return new YamlScalar(PositionOf(rule), StatementOf(rule), text, false) { Comments = CommentSet.Join(inner, item.Comments), IsRemovable = true };
                if (ResultOf(pair.Items[1] with { Comments = CommentSet.None }, type) is not { } result)
                    return null;
                return new YamlList(PositionOf(rule), StatementOf(rule)) { Items = [first, result], Comments = CommentSet.Join(inner, item.Comments), IsRemovable = true };
            default:
                return Refuse(rule, "a pattern, or [pattern, result], is wanted");
        }
    }

    private static string? PatternTextOf(PerlValue value) => value switch
    {
        PerlValue.Pattern pattern => PatternText(pattern),
        PerlValue.Text text => text.Value,
        _ => null,
    };

    /// <summary>A pattern with its flags in front; the loader translates the rest.</summary>
    private static string PatternText(PerlValue.Pattern pattern, string without = "")
    {
        var flags = string.Concat(pattern.Flags.Where(f => !without.Contains(f)).Order());
        return flags.Length == 0 ? pattern.Source : $"(?{flags}){pattern.Source}";
    }
}
