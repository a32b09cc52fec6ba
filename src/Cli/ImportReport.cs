using System.Text.Json.Nodes;
using Amavis.Configuration.Importing;

namespace Amavis.Cli;

/// <summary>What became of an import, for people and as a document.</summary>
internal static class ImportReport
{
    public static void Print(ImportResult result, string? output, TextWriter to)
    {
        foreach (var remark in result.Refused)
        {
            to.WriteLine($"{remark.Position.File}:{remark.Position.Line}: not taken over: {remark.What}");
            to.WriteLine("    " + remark.Statement);
        }
        foreach (var remark in result.Notes)
            to.WriteLine($"{remark.Position.File}:{remark.Position.Line}: note: {remark.What}");
        if (result.WithoutEffect.Count > 0)
            to.WriteLine("note: taken over, but without effect in this version: " + string.Join(", ", result.WithoutEffect));
        if (result.WithoutMeaning.Count > 0)
            to.WriteLine("note: taken over, but without meaning here: " + string.Join(", ", result.WithoutMeaning));
        foreach (var mistake in result.Mistakes)
            to.WriteLine($"mistake of the import, please report it: {mistake}");
        to.WriteLine($"{result.TakenOver} of {result.Statements} statements taken over from {Count(result.Files.Count, "file")}"
            + (output is null ? "" : $"; written to {output}"));
        if (result.Refused.Count > 0)
            to.WriteLine("What is left to do by hand is marked NOT TAKEN OVER in the configuration.");
    }

    public static JsonObject Json(ImportResult result, string? output)
    {
        var document = new JsonObject
        {
            ["ok"] = result.IsComplete,
            ["files"] = Texts(result.Files),
            ["output"] = output,
            ["statements"] = result.Statements,
            ["taken_over"] = result.TakenOver,
            ["not_taken_over"] = new JsonArray([.. result.Refused.Select(r => Remark(r, "reason"))]),
            ["notes"] = new JsonArray([.. result.Notes.Select(r => Remark(r, "note"))]),
            ["without_effect"] = Texts(result.WithoutEffect),
            ["without_meaning"] = Texts(result.WithoutMeaning),
            ["mistakes"] = Texts(result.Mistakes.Select(m => m.ToString())),
        };
        if (output is null)
            document["yaml"] = result.Yaml;
        return document;
    }

    private static JsonObject Remark(ImportRemark remark, string what) => new()
    {
        ["file"] = remark.Position.File,
        ["line"] = remark.Position.Line,
        ["column"] = remark.Position.Column,
        ["statement"] = remark.Statement,
        [what] = remark.What,
    };

    private static JsonArray Texts(IEnumerable<string> texts) => new([.. texts.Select(t => JsonValue.Create(t))]);

    private static string Count(int number, string of) => number == 1 ? $"1 {of}" : $"{number} {of}s";
}
