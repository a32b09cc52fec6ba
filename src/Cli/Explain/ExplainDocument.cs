using System.Text.Json.Nodes;
using Amavis.Core.Explaining.Policies;

namespace Amavis.Cli.Explain;

/// <summary>The policy of an address as one JSON document.</summary>
internal static class ExplainDocument
{
    public static JsonObject Of(PolicyExplanation told) => new()
    {
        ["ok"] = told.UnknownBanks.Count == 0,
        ["address"] = told.Question.Recipient.Smtp,
        ["sender"] = told.Question.Sender?.Smtp,
        ["clientAddress"] = told.Question.Client?.ToString(),
        ["bankPath"] = told.BankPath,
        ["banks"] = new JsonArray([.. told.Banks.Select(b => (JsonNode)new JsonObject { ["name"] = b.Name, ["why"] = b.Why, ["variables"] = Texts(b.Variables) })]),
        ["unknownBanks"] = Texts(told.UnknownBanks),
        ["keys"] = Texts(told.Keys),
        ["records"] = Texts(told.Records),
        ["fields"] = new JsonArray([.. told.Fields.Select(Field)]),
        ["categories"] = new JsonArray([.. told.Categories.Select(Category)]),
        ["senderLists"] = told.Senders is not { } lists ? null : new JsonObject
        {
            ["whitelisted"] = lists.Whitelisted,
            ["blacklisted"] = lists.Blacklisted,
            ["points"] = lists.Points,
            ["sources"] = new JsonArray([.. lists.Sources.Select(s => (JsonNode)new JsonObject { ["field"] = s.Field, ["value"] = s.Value, ["source"] = s.Source })]),
        },
    };

    /// <summary>A null value: no table has one, and what then holds stands beside it.</summary>
    private static JsonNode Field(ExplainedField field) => new JsonObject
    {
        ["group"] = field.Subject.Group.ToString(),
        ["field"] = field.Subject.Variable,
        ["label"] = field.Subject.Label,
        ["value"] = field.Value,
        ["absent"] = field.Subject.Absent,
        ["source"] = field.Source,
    };

    private static JsonNode Category(ExplainedCategory category) => new JsonObject
    {
        ["category"] = category.Category,
        ["destiny"] = Value(category.Destiny),
        ["wanted"] = category.IsWanted,
        ["quarantine"] = Value(category.Quarantine),
        ["forward"] = Value(category.Forward),
    };

    private static JsonObject Value(ExplainedValue value) => new() { ["value"] = value.Text, ["source"] = value.Source };

    private static JsonArray Texts(IEnumerable<string> texts) => new([.. texts.Select(t => (JsonNode)t)]);
}
