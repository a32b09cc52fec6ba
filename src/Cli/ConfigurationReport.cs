using System.Text.Json.Nodes;
using Amavis.Configuration;

namespace Amavis.Cli;

/// <summary>What was found in a configuration, as a document.</summary>
internal static class ConfigurationReport
{
    public static JsonObject Json(ConfigurationResult result) => new()
    {
        ["ok"] = result.IsGood,
        ["files"] = Texts(result.Files),
        ["mistakes"] = new JsonArray([.. result.Mistakes.Select(Json)]),
        ["notices"] = Texts(result.Notices),
    };

    public static JsonObject Json(EffectiveValue value) => new()
    {
        ["name"] = value.Variable.Name,
        ["value"] = value.Value?.DeepClone(),
        ["source"] = value.Source,
        ["file"] = value.Position?.File,
        ["line"] = value.Position?.Line,
        ["works"] = value.Variable.Effect == Configuration.Catalog.VariableEffect.Works,
    };

    private static JsonObject Json(ConfigurationMistake mistake) => new()
    {
        ["file"] = mistake.Position.File,
        ["line"] = mistake.Position.Line,
        ["column"] = mistake.Position.Column,
        ["key"] = mistake.Key,
        ["what"] = mistake.What,
    };

    private static JsonArray Texts(IEnumerable<string> texts) => new([.. texts.Select(t => JsonValue.Create(t))]);
}
