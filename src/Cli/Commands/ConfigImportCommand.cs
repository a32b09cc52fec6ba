using System.CommandLine;
using Amavis.Configuration.Catalog;
using Amavis.Configuration.Importing;

namespace Amavis.Cli.Commands;

/// <summary>
/// <c>amavis config import</c>: an amavisd.conf, or the files of Debian's conf.d, as our configuration. 0: all was taken over;
/// 1: written, but something is left to do by hand; 2: nothing was written, since the command or a path is wrong.
/// </summary>
internal sealed class ConfigImportCommand : Command
{
    private readonly Argument<string[]> _paths = new("FILE_OR_DIR")
    {
        Description = "Files and directories in the order they are read (default: /usr/share/amavis/conf.d and /etc/amavis/conf.d, or /etc/amavisd/amavisd.conf)",
        Arity = ArgumentArity.ZeroOrMore,
    };

    private readonly Option<string?> _output = new("--output", "-o") { Description = "Write the configuration there; without it, to standard output", HelpName = "FILE" };
    private readonly Option<bool> _force = new("--force") { Description = "Replace a file that was not made by an import" };
    private readonly Option<string[]> _values = new("--set") { Description = "Value of a variable that no file gives, or that only a command would give; may be repeated", HelpName = "NAME=VALUE" };
    private readonly Option<bool> _readFiles = new("--read-files") { Description = "Read files that commands in back-ticks would print (head, cat); commands are never run" };

    public ConfigImportCommand() : base("import", "Write our configuration from amavisd-new's, and list what could not be taken over")
    {
        Arguments.Add(_paths);
        Options.Add(_output);
        Options.Add(_force);
        Options.Add(_values);
        Options.Add(_readFiles);
        SetAction(parsed => Run(parsed, new CommandContext(parsed)));
    }

    private int Run(ParseResult parsed, CommandContext context)
    {
        if (!TryValues(parsed.GetValue(_values) ?? [], out var values, out var fault))
            return Wrong(context, fault);
        var paths = parsed.GetValue(_paths) is { Length: > 0 } given ? given : ImportPaths.Installed();
        if (paths.Count == 0)
            return Wrong(context, "there is no configuration of amavisd-new where one is known to be; name its files");
        var output = parsed.GetValue(_output);
        if (output is not null && !ImportOutput.MayReplace(output, parsed.GetValue(_force)))
            return Wrong(context, $"{output} exists and was not made by an import; --force replaces it");
        var options = ImportOptions.OfProcess with { Values = values, ReadNamedFiles = parsed.GetValue(_readFiles) };
        if (ConfigurationImporter.Import(paths, options, out var reason) is not { } result)
            return Wrong(context, reason!);
        if (output is not null && ImportOutput.Write(output, result.Yaml) is { } failure)
            return Wrong(context, failure);
        Print(result, output, context);
        return result.IsComplete ? ExitCodes.Done : ExitCodes.Failed;
    }

    private static int Wrong(CommandContext context, string reason)
    {
        context.Fail(reason);
        return ExitCodes.WrongUsage;
    }

    /// <summary>The report goes where it does not get into the configuration.</summary>
    private static void Print(ImportResult result, string? output, CommandContext context)
    {
        if (context.Json)
        {
            context.WriteJson(ImportReport.Json(result, output));
            return;
        }
        if (output is null)
            context.Out.Write(result.Yaml);
        ImportReport.Print(result, output, output is null ? context.Error : context.Out);
    }

    private static bool TryValues(string[] texts, out Dictionary<string, string> values, out string fault)
    {
        values = [];
        fault = "";
        foreach (var text in texts)
        {
            var equals = text.IndexOf('=');
            var name = equals > 0 ? text[..equals].TrimStart('$') : "";
            if (equals <= 0)
                fault = $"--set expects NAME=VALUE, got \"{text}\"";
            else if (VariableCatalog.Find(name) is not { Sigil: '$' })
                fault = $"--set: there is no variable ${name} with a single value";
            else
                values[name] = text[(equals + 1)..];
        }
        return fault.Length == 0;
    }
}
