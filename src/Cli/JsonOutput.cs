using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Amavis.Cli;

/// <summary>JSON as it is printed: readable by people, too.</summary>
internal static class JsonOutput
{
    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };
    private static readonly JsonSerializerOptions OnOneLine = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static string Text(JsonNode document) => document.ToJsonString(Indented);

    /// <summary>A value on one line; null is <c>null</c>.</summary>
    public static string Line(JsonNode? value) => value?.ToJsonString(OnOneLine) ?? "null";
}
