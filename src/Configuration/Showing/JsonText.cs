using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using Amavis.Configuration.Yaml;
using Amavis.Core.Categories;
using Amavis.Core.Lookups;
using Amavis.Core.Lookups.Databases;
using Amavis.Core.Policy;
using Amavis.Core.Templates;

namespace Amavis.Configuration.Showing;

/// <summary>Values as JSON, which is also how they could stand in a YAML file.</summary>
internal static class JsonText
{
    private static readonly JsonSerializerOptions Readable = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static string Line(JsonNode? value) => value?.ToJsonString(Readable) ?? "null";

    /// <summary>A value as written in a file, secrets masked.</summary>
    public static JsonNode? Of(Node node, bool isSecret = false) => node switch
    {
        ScalarNode { IsNull: true } => null,
        ScalarNode when isSecret => JsonValue.Create(Secrets.Mask),
        ScalarNode { Truth: { } truth } => JsonValue.Create(truth),
        ScalarNode { IsPlain: true, Number: { } number } scalar when !HasForm(scalar.Text) => OfNumber(number),
        ScalarNode scalar => JsonValue.Create(Secrets.Hide(scalar.Text)),
        ListNode list => new JsonArray([.. list.Items.Select(i => Of(i, isSecret))]),
        MapNode map => new JsonObject(map.Entries.Select(e => KeyValuePair.Create(e.Key.Text, Of(e.Value, isSecret || Secrets.IsSecretKey(e.Key.Text))))),
        _ => null,
    };

    /// <summary>A value of the settings.</summary>
    public static JsonNode? Of(object? value) => value switch
    {
        null => null,
        JsonNode json => json,
        bool truth => JsonValue.Create(truth),
        int number => JsonValue.Create(number),
        long number => JsonValue.Create(number),
        double number => OfNumber(number),
        TimeSpan span => OfNumber(span.TotalSeconds),
        string text => JsonValue.Create(Secrets.Hide(text)),
        Template template => JsonValue.Create(template.Text),
        Destiny destiny => JsonValue.Create("D_" + destiny.ToString().ToUpperInvariant()),
        BareLineEnds ends => JsonValue.Create(ends.ToString().ToLowerInvariant()),
        DeliveryMethod { Targets: [var one] } => JsonValue.Create(one.Text),
        DeliveryMethod method => Array(method.Targets.Select(t => t.Text)),
        IpNetworks networks => Array(networks.Elements.Select(e => e.Text)),
        LookupMaps maps => new JsonArray([.. maps.Tables.Select(OfTable)]),
        ByCategory<Template?> templates => new JsonObject(templates.Entries.OrderByDescending(e => e.Key).Select(e => KeyValuePair.Create(CategoryNames.Of(e.Key), Of((object?)e.Value)))),
        ByCategory<string?> texts => new JsonObject(texts.Entries.OrderByDescending(e => e.Key).Select(e => KeyValuePair.Create(CategoryNames.Of(e.Key), Of((object?)e.Value)))),
        IReadOnlyList<SqlDsn> dsns => Array(dsns.Select(d => d.Provider.ToString().ToLowerInvariant() + ":" + d.ConnectionString)),
        IReadOnlyList<VirusScannerSettings> scanners => Array(scanners.Select(s => s.Name)),
        IReadOnlyList<SpamScannerSettings> scanners => new JsonArray([.. scanners.Select(Scanner)]),
        IReadOnlySet<string> names => Array(names.Order(StringComparer.Ordinal)),
        IEnumerable<string> texts => Array(texts),
        IReadOnlyDictionary<string, string> map => new JsonObject(map.OrderBy(e => e.Key, StringComparer.Ordinal).Select(e => KeyValuePair.Create(e.Key, Of((object?)e.Value)))),
        _ => JsonValue.Create(value.ToString()),
    };

    /// <summary>Digits that stand for something else than their number: permissions, leading zeros.</summary>
    private static bool HasForm(string text) => text.Length > 1 && text[0] == '0' && char.IsAsciiDigit(text[1]);

    private static JsonArray Array(IEnumerable<string> texts) => new([.. texts.Select(t => Of((object?)t))]);

    private static JsonValue OfNumber(double number) =>
        double.IsInteger(number) && Math.Abs(number) < 1e15 ? JsonValue.Create((long)number) : JsonValue.Create(number);

    private static JsonNode? OfTable(LookupTable table) => table switch
    {
        ConstantTable { Value.Number: { } number } => OfNumber(number),
        // Several methods to choose from.
        ConstantTable { Value.Text: var text } when text.Contains('\n') => Array(text.Split('\n')),
        ConstantTable constant => Of((object?)constant.Value.Text),
        DatabaseTable field => new JsonObject { [field.Database.ToString().ToLowerInvariant()] = field.Name },
        RegexTable patterns => new JsonObject { ["regexp"] = Array(patterns.Rules.Select(r => r.Pattern.ToString())) },
        _ => JsonValue.Create("(table)"),
    };

    private static JsonObject Scanner(SpamScannerSettings scanner) => new()
    {
        ["name"] = scanner.Name,
        ["protocol"] = scanner.Protocol,
        ["address"] = Array(scanner.Addresses),
    };
}
