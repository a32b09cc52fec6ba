using Amavis.Configuration.Yaml;
using Amavis.Core.Lookups;

namespace Amavis.Configuration.Reading;

/// <summary>What the results of a lookup variable are.</summary>
internal enum ResultType
{
    Truth,
    Number,
    Text,
    Method,
    Destiny,
    /// <summary>A kind of change to passed mail, or a truth value.</summary>
    Mangling,
    /// <summary>Names of banned rule sets, or tables over file names.</summary>
    RuleNames,
    /// <summary>Tables over sender addresses that give scores.</summary>
    SenderScores,
    /// <summary>One table over sender addresses.</summary>
    SenderTable,
    /// <summary>Tags of a DKIM signature.</summary>
    SignatureOptions,
    /// <summary>The verdict of a rule over a file or virus name: a truth value or a text.</summary>
    Verdict,
    /// <summary>Short types of content: a text or a list of texts.</summary>
    ShortTypes,
    /// <summary>Checked for its form only.</summary>
    Any,
}

/// <summary>Results and keys of a lookup variable.</summary>
/// <param name="AddressKeys">Keys are mail addresses and domains and are normalised so; otherwise texts, compared as written.</param>
internal sealed record MapsType(ResultType Result, bool AddressKeys = true)
{
    public static readonly MapsType FileNames = new(ResultType.Verdict, AddressKeys: false);
    public static readonly MapsType Scores = new(ResultType.Number);
    private static readonly MapsType Senders = new(ResultType.Truth);

    public string ResultWords => Result switch
    {
        ResultType.Truth => "true or false",
        ResultType.Number => "a number",
        ResultType.Method => "a delivery method",
        ResultType.Destiny => "a destiny (D_PASS …)",
        ResultType.Mangling => SpecialScalars.ManglingWords,
        ResultType.SenderScores => "a list of tables by sender",
        ResultType.SenderTable => "a table of senders",
        ResultType.SignatureOptions => "a map with d, s, a, c, i or ttl",
        ResultType.ShortTypes => "a short type such as zip, or a list of them",
        _ => "a text",
    };

    /// <summary>A result in the configuration's own words. A null value means "not defined".</summary>
    public bool Read(Node node, BindContext context, out LookupValue? value)
    {
        value = null;
        if (node is ScalarNode { IsNull: true })
            return true;
        if (Result == ResultType.SenderTable)
            return ReadTable(node, context, out value);
        if (node is ListNode list && (Result is ResultType.RuleNames or ResultType.SenderScores))
            return ReadTables(list, context, out value);
        if (Result == ResultType.Method)
            return ReadMethod(node, context, out value);
        if (Result == ResultType.ShortTypes)
            return ReadShortTypes(node, context, out value);
        if (Result == ResultType.SignatureOptions)
            return SignatureTags.Read(node, context, out value);
        if (node is not ScalarNode scalar || Result == ResultType.SenderScores)
            return Result == ResultType.Any || context.Expects(node, ResultWords);
        switch (Result)
        {
            case ResultType.Truth:
                if (Scalars.TruthOf(scalar) is not { } truth)
                    return context.Expects(node, ResultWords);
                value = truth ? LookupValue.True : LookupValue.False;
                return true;
            case ResultType.Verdict when scalar.Truth is { } verdict:
                value = verdict ? LookupValue.True : LookupValue.False;
                return true;
            case ResultType.Mangling:
                var good = SpecialScalars.Mangling(node, context, out var mangling);
                value = new LookupValue(mangling ?? "");
                return good;
            case ResultType.Destiny:
                var known = Scalars.DestinyOf(node, context, out var destiny);
                value = new LookupValue((double)(int)destiny);
                return known;
            default:
                return FromText(scalar.Text, scalar.Position, context, out value);
        }
    }

    /// <summary>A result from a file of keys and values. There every text but "0" is true, as it always was.</summary>
    public bool FromText(string text, SourcePosition position, BindContext context, out LookupValue? value)
    {
        value = new LookupValue(text);
        switch (Result)
        {
            // A place holder is filled with what the pattern or key matched.
            case ResultType.Number when text.Contains('$'):
                return true;
            case ResultType.Number:
                if (new ScalarNode(position, text, true).Number is not { } number)
                    return context.Fault(position, $"expects a number, got \"{text}\"");
                value = new LookupValue(number);
                return true;
            case ResultType.Method:
                return text.Length == 0 || Methods.Fault(text) is not { } fault || context.Fault(position, fault);
            case ResultType.Destiny or ResultType.Mangling:
                return Read(new ScalarNode(position, text, true), context, out value);
            case ResultType.SenderScores or ResultType.SenderTable or ResultType.SignatureOptions:
                return context.Fault(position, $"expects {ResultWords}, got \"{text}\"");
            default:
                return !text.Any(char.IsControl) || context.Fault(position, "holds a control character or line end");
        }
    }

    /// <summary>A method, or several to choose from.</summary>
    private static bool ReadMethod(Node node, BindContext context, out LookupValue? value)
    {
        var good = Methods.Method(node, context, out var method);
        value = new LookupValue(method?.LookupText ?? "");
        return good;
    }

    private static bool ReadShortTypes(Node node, BindContext context, out LookupValue? value)
    {
        var good = Scalars.Lines(node, context, out var types);
        value = new LookupValue(string.Join(',', types));
        return good;
    }

    private static bool ReadTable(Node node, BindContext context, out LookupValue? value)
    {
        var good = Maps.Table(node, Senders, context, out var table);
        value = table is null ? null : new LookupValue([table]);
        return good;
    }

    private bool ReadTables(ListNode list, BindContext context, out LookupValue? value)
    {
        var good = Maps.Reader(Result == ResultType.RuleNames ? FileNames : Scores)(list, context, out var maps);
        value = new LookupValue(maps.Tables);
        return good;
    }
}
