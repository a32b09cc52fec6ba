using System.CommandLine;
using System.Text.Json.Nodes;
using Amavis.Configuration;
using Amavis.Configuration.Catalog;

namespace Amavis.Cli.Commands;

/// <summary><c>amavis config show</c>: every variable in force, its value, and where that comes from. Passwords are masked.</summary>
internal sealed class ConfigShowCommand : Command
{
    private readonly Argument<string[]> _names = new("name") { Description = "Show these variables only", Arity = ArgumentArity.ZeroOrMore };
    private readonly Option<bool> _changed = new("--changed") { Description = "Leave out what has its default" };

    public ConfigShowCommand() : base("show", "Show every variable in force, its value and its source")
    {
        Arguments.Add(_names);
        Options.Add(_changed);
        SetAction(parsed => Run(new CommandContext(parsed), parsed.GetValue(_names) ?? [], parsed.GetValue(_changed)));
    }

    private static int Run(CommandContext context, string[] names, bool changedOnly)
    {
        if (Array.Find(names, n => VariableCatalog.Find(n) is null) is { } unknown)
        {
            context.Fail($"there is no variable \"{unknown}\"");
            return ExitCodes.WrongUsage;
        }
        if (context.Load() is not { } result)
            return ExitCodes.Failed;
        if (!result.IsGood)
            return context.ReportMistakes(result);
        var wanted = names.Select(n => VariableCatalog.Find(n)!.Name).ToHashSet();
        var values = result.Values
            .Where(v => wanted.Count == 0 || wanted.Contains(v.Variable.Name))
            .Where(v => !changedOnly || v.Position is not null)
            .OrderBy(v => v.Variable.Name, StringComparer.OrdinalIgnoreCase).ToArray();
        if (context.Json)
            context.WriteJson(new JsonObject { ["files"] = new JsonArray([.. result.Files.Select(f => JsonValue.Create(f))]), ["variables"] = new JsonArray([.. values.Select(ConfigurationReport.Json)]) });
        else
            Print(values, context.Out);
        return ExitCodes.Done;
    }

    private static void Print(IEnumerable<EffectiveValue> values, TextWriter output)
    {
        foreach (var value in values)
            output.WriteLine($"{value.Variable.Name}: {JsonOutput.Line(value.Value)}  # {value.Source}{Remark(value.Variable)}");
    }

    private static string Remark(Variable variable) => variable.Effect switch
    {
        VariableEffect.NotInThisVersion => ", without effect in this version",
        VariableEffect.NoMeaningHere => ", without meaning here",
        _ => "",
    };
}
