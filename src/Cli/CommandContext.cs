using System.CommandLine;
using System.Text.Json.Nodes;
using Amavis.Configuration;
using Amavis.Core.Policy;

namespace Amavis.Cli;

/// <summary>
/// What a command gets: its options, the configuration, and where to print. With <c>--json</c> everything a command has to say is
/// one document on standard output, failures included.
/// </summary>
internal sealed class CommandContext(ParseResult parsed)
{
    private static readonly string[] Places = ["/etc/amavis/amavis.yaml", "./amavis.yaml"];

    public bool Json { get; } = parsed.GetValue(CommonOptions.Json);

    public TextWriter Out => parsed.InvocationConfiguration.Output;

    public TextWriter Error => parsed.InvocationConfiguration.Error;

    /// <summary>The configuration, good or not; null when there is no file, after saying so.</summary>
    /// <param name="environment">Null: without looking at the signing keys.</param>
    public ConfigurationResult? Load(ConfigurationEnvironment? environment = null)
    {
        var given = parsed.GetValue(CommonOptions.Config);
        var path = given ?? Array.Find(Places, File.Exists);
        if (path is not null)
            return ConfigurationLoader.Load(path, environment ?? ConfigurationEnvironment.OfProcess);
        Fail($"there is no configuration: neither {Places[0]} nor {Places[1]} exists; name one with --config");
        return null;
    }

    /// <summary>The settings of a good configuration; null after naming the mistakes. Notices are left to <c>config check</c>.</summary>
    /// <param name="environment">Null: without looking at the signing keys.</param>
    public Settings? LoadSettings(ConfigurationEnvironment? environment = null)
    {
        if (Load(environment) is not { } result)
            return null;
        if (!result.IsGood)
            ReportMistakes(result);
        return result.Settings;
    }

    /// <summary>Names the mistakes of a configuration that a command needed.</summary>
    public int ReportMistakes(ConfigurationResult result)
    {
        if (Json)
        {
            WriteJson(ConfigurationReport.Json(result));
            return ExitCodes.Failed;
        }
        foreach (var mistake in result.Mistakes)
            Error.WriteLine(mistake);
        return ExitCodes.Failed;
    }

    public void WriteJson(JsonNode document) => Out.WriteLine(JsonOutput.Text(document));

    /// <summary>Says why a command failed.</summary>
    public int Fail(string reason)
    {
        if (Json)
            WriteJson(new JsonObject { ["ok"] = false, ["error"] = reason });
        else
            Error.WriteLine("amavis: " + reason);
        return ExitCodes.Failed;
    }

    /// <summary>Says what a command did, as text or as a document.</summary>
    public int Done(string text, JsonObject document)
    {
        if (Json)
            WriteJson(document);
        else
            Out.WriteLine(text);
        return ExitCodes.Done;
    }
}
