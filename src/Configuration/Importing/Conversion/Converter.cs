using System.Globalization;
using Amavis.Configuration.Catalog;
using Amavis.Configuration.Importing.Evaluation;
using Amavis.Configuration.Importing.Syntax;
using Amavis.Configuration.Reading;

namespace Amavis.Configuration.Importing.Conversion;

/// <summary>
/// Turns what the files left in a variable into a value of our configuration. What has no counterpart is refused at its statement;
/// null is returned where nothing of the value remains.
/// </summary>
internal sealed partial class Converter(PerlVariables variables)
{
    /// <summary>The statement that faults of the original's own values go to.</summary>
    private ImportStatement _owner = ImportStatement.Default;
    private int _depth;

    /// <summary>A variable as it is at the end; null: nothing to write, or refused.</summary>
    public YamlItem? Convert(Variable variable, PerlStorage storage)
    {
        _owner = storage.Writes.Count > 0 ? storage.Writes[^1].Statement : ImportStatement.Default;
        _depth = 0;
        if (storage.Fault is { } fault)
        {
            _owner.Refuse(fault);
            return null;
        }
        return storage switch
        {
            PerlScalar { Item: { } item } => OfScalar(variable, item),
            PerlArray array => OfArray(variable, array, _owner.Position),
            PerlHash hash => OfHash(variable, hash, _owner.Position),
            _ => null,
        };
    }

    /// <summary>A value of a policy bank, where lists and maps are given by reference.</summary>
    private YamlItem? OfBankValue(Variable variable, PerlItem item)
    {
        if (item.Value is PerlValue.Unknown unknown)
            return Refuse(item, unknown.Reason);
        if (variable.Sigil == '$')
            return OfScalar(variable, item);
        var converted = item.Value switch
        {
            PerlValue.ArrayLink array when variable.Sigil == '@' => Within(item, () => OfArray(variable, array.To, item.Position)),
            PerlValue.HashLink hash when variable.Sigil == '%' => Within(item, () => OfHash(variable, hash.To, item.Position)),
            PerlValue.Undefined => Null(item),
            _ => Refuse(item, variable.Sigil == '@' ? "a list in [ ] is wanted" : "a map in { } is wanted"),
        };
        if (converted is not null)
            converted.Comments = CommentSet.Join(item.Comments, converted.Comments);
        return converted;
    }

    private YamlItem? OfArray(Variable variable, PerlArray array, SourcePosition position)
    {
        YamlItem? converted = variable.Name switch
        {
            "av_scanners" or "av_scanners_backup" => VirusScannersOf(array, position),
            "spam_scanners" => SpamScannersOf(array, position),
            "lookup_sql_dsn" or "storage_sql_dsn" => DataSourcesOf(array, position),
            "client_ipaddr_policy" => PolicyByAddress(array, position),
            _ => variable.Kind switch
            {
                ValueKind.Tables => TablesOf(array, TypeOf(variable), position),
                ValueKind.Networks or ValueKind.NetworkTables => NetworksOf(array, position),
                ValueKind.List when variable.PartOf is not null => AclOf(array, position),
                _ => ListOf(array, position),
            },
        };
        return converted;
    }

    private YamlItem? OfHash(Variable variable, PerlHash hash, SourcePosition position) => variable.Name switch
    {
        "policy_bank" => BanksOf(hash, position),
        "interface_policy" => InterfacesOf(hash, position),
        "banned_rules" => RuleSetsOf(hash, position),
        "allowed_added_header_fields" or "allowed_header_tests" or "prefer_our_added_header_fields" => SwitchesOf(hash, position),
        _ when variable.Kind == ValueKind.ByCategory => ByCategoryOf(variable, hash, position),
        _ when variable.PartOf is { } maps => HashTableOf(hash, TypeOf(VariableCatalog.Find(maps)!), position),
        _ => MapOf(hash, position, ownOnly: true),
    };

    private YamlItem? OfScalar(Variable variable, PerlItem item)
    {
        item = Followed(item);
        switch (item.Value)
        {
            case PerlValue.Unknown unknown:
                return Refuse(item, unknown.Reason);
            case PerlValue.Undefined:
                return Null(item);
            case PerlValue.Code code when variable.Name == "partition_tag" && CodeShapes.PartitionOf(code.Source) is { } function:
                return Scalar(item, function, true);
            case PerlValue.Code:
                return Refuse(item, "code can't be taken over");
        }
        return variable.Kind switch
        {
            ValueKind.Truth => Bool(item),
            ValueKind.Integer or ValueKind.Number => NumberOf(item),
            ValueKind.Destiny => DestinyOf(item),
            ValueKind.Patterns => RulesOf(item, MapsType.FileNames),
            _ when variable.PartOf is { } maps && variable.Name.EndsWith("_re", StringComparison.Ordinal) => RulesOf(item, TypeOf(VariableCatalog.Find(maps)!)),
            _ when variable.PartOf is { } maps && item.Value is PerlValue.Text && TypeOf(VariableCatalog.Find(maps)!).Result == ResultType.Number => NumberOf(item),
            _ when variable.Name == "unix_socket_mode" => ModeOf(item),
            _ => Any(item),
        };
    }

    /// <summary>What a link leads to, in as many steps as are allowed.</summary>
    private PerlItem Followed(PerlItem item)
    {
        for (var steps = 0; steps < ImportLimits.ValueDepth; steps++)
        {
            switch (item.Value)
            {
                case PerlValue.ScalarLink { To: var to }:
                    item = item with { Value = to.Value };
                    break;
                case PerlValue.Opaque opaque:
                    item = item with { Value = opaque.Value };
                    break;
                case PerlValue.Lazy lazy:
                    item = item with { Value = ValueOf(lazy) };
                    break;
                default:
                    return item;
            }
        }
        return item with { Value = new PerlValue.Unknown("links lead to each other without an end") };
    }

    private PerlValue ValueOf(PerlValue.Lazy lazy) => VariableCatalog.Find(lazy.Name)?.Sigil switch
    {
        '@' => new PerlValue.ArrayLink(variables.Array(lazy.Name)),
        '%' => new PerlValue.HashLink(variables.Hash(lazy.Name)),
        '$' => variables.Scalar(lazy.Name).Value,
        _ => new PerlValue.Unknown($"there is no variable {lazy.Name}"),
    };

    /// <summary>Converts what an item leads to; its containers belong to the item's statement.</summary>
    private T Within<T>(PerlItem item, Func<T> convert)
    {
        var owner = _owner;
        _owner = StatementOf(item);
        var converted = convert();
        _owner = owner;
        return converted;
    }

    private ImportStatement StatementOf(PerlItem item) => item.Statement == ImportStatement.Default ? _owner : item.Statement;

    private SourcePosition PositionOf(PerlItem item) => item.Statement == ImportStatement.Default ? _owner.Position : item.Position;

    private YamlItem? Refuse(PerlItem item, string reason)
    {
        StatementOf(item).Refuse(reason, PositionOf(item));
        return null;
    }

    private YamlScalar Scalar(PerlItem item, string text, bool isPlain) =>
        new(PositionOf(item), StatementOf(item), text, isPlain) { Comments = item.Comments };

    private YamlScalar Null(PerlItem item) => Scalar(item, "null", true);

    private YamlItem? Bool(PerlItem item) =>
        item.Value.IsUndefined ? Null(item)
        : item.Value.Truth is { } truth ? Scalar(item, truth ? "true" : "false", true)
        : Refuse(item, "can't be told to be true or false");

    private YamlItem? NumberOf(PerlItem item)
    {
        if (item.Value is PerlValue.Number number)
            return Scalar(item, number.Literal ?? number.Digits, true);
        // A text that begins with digits is their number, as Perl takes it.
        if (item.Value is PerlValue.Text text && item.Value.AsNumber is { } value)
        {
            var digits = new PerlValue.Number(value).Digits;
            if (digits != text.Value.Trim())
                StatementOf(item).Note($"\"{text.Value}\" is taken as the number {digits}, as Perl does");
            return Scalar(item, digits, true);
        }
        return Refuse(item, "a number is wanted");
    }

    private YamlItem? DestinyOf(PerlItem item)
    {
        if (item.Value.AsNumber is not { } number)
            return Refuse(item, "a destiny such as D_PASS is wanted");
        var name = number switch { 1 => "D_PASS", 0 => "D_DISCARD", -2 => "D_BOUNCE", -3 => "D_REJECT", -4 => "D_TEMPFAIL", _ => null };
        return name is null ? Refuse(item, $"{item.Value.Printed} is no destiny") : Scalar(item, name, true);
    }

    /// <summary>Permissions are numbers there, and written in octal here.</summary>
    private YamlItem? ModeOf(PerlItem item) => item.Value.AsNumber is >= 0 and <= 4095 and var mode
        ? Scalar(item, "0" + System.Convert.ToString((int)mode, 8), true)
        : Refuse(item, "permissions such as 0660 are wanted");

    /// <summary>A text, number, list or map as it is.</summary>
    private YamlItem? Any(PerlItem item)
    {
        item = Followed(item);
        if (++_depth > ImportLimits.ValueDepth)
        {
            _depth--;
            return Refuse(item, $"lists and maps lie more than {ImportLimits.ValueDepth} deep in each other");
        }
        var converted = item.Value switch
        {
            PerlValue.Undefined => Null(item),
            PerlValue.Text text => Scalar(item, text.Value, false),
            PerlValue.Number { Constant: { } constant } when constant.StartsWith("D_", StringComparison.Ordinal) => Scalar(item, constant, true),
            PerlValue.Number number => Scalar(item, number.Literal ?? number.Digits, true),
            PerlValue.Pattern pattern => Scalar(item, PatternText(pattern), false),
            PerlValue.Patterns or PerlValue.FileTable => TableOf(item, AnyTables),
            PerlValue.Routine routine => Scalar(item, routine.Name, false),
            PerlValue.ArrayLink array => Commented(Within(item, () => ListOf(array.To, PositionOf(item))), item),
            PerlValue.HashLink hash => Commented(Within(item, () => MapOf(hash.To, PositionOf(item), ownOnly: false)), item),
            PerlValue.Unknown unknown => Refuse(item, unknown.Reason),
            PerlValue.Field field => Refuse(item, $"{field.Function}('{field.Name}') has no counterpart here"),
            _ => Refuse(item, "code can't be taken over"),
        };
        _depth--;
        return converted;
    }

    private static YamlItem? Commented(YamlItem? converted, PerlItem item)
    {
        if (converted is not null)
            converted.Comments = CommentSet.Join(item.Comments, converted.Comments);
        return converted;
    }

    /// <summary>A list as it is; elements that can't be taken over are left out.</summary>
    private YamlList ListOf(PerlArray array, SourcePosition position)
    {
        var list = new YamlList(position, _owner) { Closing = array.Closing };
        foreach (var item in array.Items)
            if (Any(item) is { } converted)
                list.Items.Add(converted);
        return WithOpening(list, array.Opening);
    }

    /// <summary>Comments behind the opening bracket stand before the first element.</summary>
    private static YamlList WithOpening(YamlList list, IReadOnlyList<Comment> opening)
    {
        if (opening.Count > 0)
            list.Comments = CommentSet.Join(new CommentSet { Trailing = [.. opening] }, list.Comments);
        return list;
    }

    private static YamlMap WithOpening(YamlMap map, IReadOnlyList<Comment> opening)
    {
        if (opening.Count > 0)
            map.Comments = CommentSet.Join(new CommentSet { Trailing = [.. opening] }, map.Comments);
        return map;
    }

    /// <summary>A map as it is.</summary>
    /// <param name="ownOnly">Without what the original sets by itself.</param>
    private YamlMap MapOf(PerlHash hash, SourcePosition position, bool ownOnly)
    {
        var map = new YamlMap(position, _owner) { Closing = hash.Closing };
        foreach (var file in hash.Files)
            Refuse(file, "a file can't be a part of this map");
        foreach (var entry in hash.Entries.Where(e => !ownOnly || !e.IsDefault))
            if (Any(entry.Item) is { } converted)
                map.Add(entry.Key, converted);
        return WithOpening(map, hash.Opening);
    }

    private static MapsType TypeOf(Variable variable) => variable.Results ?? AnyTables;

    private static readonly MapsType AnyTables = new(ResultType.Any);
}
