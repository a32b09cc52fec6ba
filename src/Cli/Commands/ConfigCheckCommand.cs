using System.CommandLine;
using Amavis.Configuration;

namespace Amavis.Cli.Commands;

/// <summary><c>amavis config check</c>: every mistake on a line of its own; 0 when there is none.</summary>
internal sealed class ConfigCheckCommand : Command
{
    public ConfigCheckCommand() : base("check", "Name every mistake of the configuration, with file, line and column") =>
        SetAction(parsed => Run(new CommandContext(parsed)));

    private static int Run(CommandContext context)
    {
        if (context.Load(SigningEnvironment.Value) is not { } result)
            return ExitCodes.Failed;
        if (context.Json)
            context.WriteJson(ConfigurationReport.Json(result));
        else
            Print(result, context.Out);
        return result.IsGood ? ExitCodes.Done : ExitCodes.Failed;
    }

    /// <summary>The mistakes are what was asked for, and so go to standard output.</summary>
    private static void Print(ConfigurationResult result, TextWriter output)
    {
        foreach (var mistake in result.Mistakes)
            output.WriteLine(mistake);
        foreach (var notice in result.Notices)
            output.WriteLine("notice: " + notice);
        if (result.IsGood)
            output.WriteLine($"{string.Join(", ", result.Files)}: no mistakes");
    }
}
