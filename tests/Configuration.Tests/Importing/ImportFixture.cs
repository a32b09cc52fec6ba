using System.Text.Json.Nodes;
using Amavis.Configuration.Importing;
using Amavis.Configuration.Showing;

namespace Amavis.Configuration.Tests.Importing;

/// <summary>Imports texts, and looks at what our configuration then says.</summary>
public abstract class ImportFixture : ConfigurationFixture
{
    private const string HostName = "host.example.com";

    private readonly Dictionary<string, string> _environment = [];

    protected Dictionary<string, string> Given { get; } = [];

    protected bool ReadsNamedFiles { get; set; }

    protected void SetEnvironment(string name, string value) => _environment[name] = value;

    protected ImportResult ImportFiles(params string[] paths)
    {
        var options = new ImportOptions(HostName, _environment.GetValueOrDefault) { Values = Given, ReadNamedFiles = ReadsNamedFiles };
        var result = ConfigurationImporter.Import(paths, options, out var fault).ShouldNotBeNull(fault);
        result.Mistakes.ShouldBeEmpty(result.Yaml);
        return result;
    }

    protected ImportResult Import(string text) => ImportFiles(Write("amavisd.conf", text));

    /// <summary>What is in force with an imported configuration.</summary>
    protected ConfigurationResult Loaded(ImportResult result)
    {
        var loaded = ConfigurationLoader.Check("amavis.yaml", result.Yaml, new ConfigurationEnvironment(_environment.GetValueOrDefault, HostName));
        loaded.Mistakes.ShouldBeEmpty(result.Yaml);
        return loaded;
    }

    /// <summary>The value of a variable as JSON; "absent": it is not given.</summary>
    protected string Value(ImportResult result, string name) =>
        Loaded(result).Values.FirstOrDefault(v => v.Variable.Name == name) is { Position: not null } value ? JsonText.Line(value.Value) : "absent";

    /// <summary>The value of a variable after a text that is taken over as a whole.</summary>
    protected string Value(string text, string name)
    {
        var result = Import(text);
        result.Refused.ShouldBeEmpty();
        return Value(result, name);
    }

    /// <summary>The value of <c>$logfile</c>, which may be any text.</summary>
    protected string Text(string expression) => JsonNode.Parse(Value($"$logfile = {expression};", "logfile"))?.GetValue<string>() ?? "null";

    /// <summary>The value of <c>$penpals_bonus_score</c>, which may be any number.</summary>
    protected string Number(string expression) => Value($"$penpals_bonus_score = {expression};", "penpals_bonus_score");

    /// <summary>Why the one part that was not taken over was not, with its line.</summary>
    protected (int Line, string Reason) Refusal(string text)
    {
        var refused = Import(text).Refused.ShouldHaveSingleItem();
        return (refused.Position.Line, refused.What);
    }

    /// <summary>The notes on a text that is taken over as a whole.</summary>
    protected string[] Notes(string text)
    {
        var result = Import(text);
        result.Refused.ShouldBeEmpty();
        return [.. result.Notes.Select(n => n.What)];
    }
}
