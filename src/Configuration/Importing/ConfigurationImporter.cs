using Amavis.Configuration.Importing.Conversion;
using Amavis.Configuration.Importing.Evaluation;
using Amavis.Configuration.Importing.Writing;

namespace Amavis.Configuration.Importing;

/// <summary>
/// Reads configuration files of amavisd-new, which are written in Perl, and writes what they say in our form. Nothing of them is
/// run: what the files mean is worked out as far as it can be, and the rest is listed.
/// </summary>
public static class ConfigurationImporter
{
    /// <summary>First words of every imported configuration, by which one can be told from a file written by hand.</summary>
    public const string FirstLine = "# Imported from the configuration of amavisd-new";

    /// <param name="paths">Files and directories, in the order they are read; files of a directory in the order of their names.</param>
    /// <param name="fault">Why there is no result: a path can't be read. Null otherwise.</param>
    public static ImportResult? Import(IReadOnlyList<string> paths, ImportOptions options, out string? fault)
    {
        ArgumentNullException.ThrowIfNull(paths);
        ArgumentNullException.ThrowIfNull(options);
        var variables = new PerlVariables();
        OriginalDefaults.Fill(variables, options);
        var evaluator = new Evaluator(variables, options);
        var files = new List<string>();
        foreach (var path in paths)
        {
            if (ImportPaths.Expand(path, files) is not { } reason)
                continue;
            fault = $"{path} {reason}";
            return null;
        }
        foreach (var file in files)
        {
            if (evaluator.RunFile(file) is not { } reason)
                continue;
            fault = $"{file} {reason}";
            return null;
        }
        fault = null;
        var settings = new ImportedSettings(variables, evaluator.DkimKeys);
        var yaml = new ImportedDocument(evaluator.Statements, settings).Write(evaluator.Files);
        var check = ConfigurationLoader.Check("amavis.yaml", yaml, new ConfigurationEnvironment(options.Variable, options.HostName));
        return Report(evaluator, settings, yaml, check);
    }

    private static ImportResult Report(Evaluator evaluator, ImportedSettings settings, string yaml, ConfigurationResult check)
    {
        var counted = evaluator.Statements.Where(s => s.Counts).ToList();
        return new ImportResult(
            yaml,
            evaluator.Files,
            counted.Count,
            counted.Count(s => s.IsTakenOver),
            [.. evaluator.Statements.SelectMany(s => s.Refusals.Select(r => new ImportRemark(r.Position, s.Text, r.Reason)))],
            [.. evaluator.Statements.SelectMany(s => s.Notes.Select(n => new ImportRemark(s.Position, s.Text, n)))],
            settings.WithoutEffect,
            settings.WithoutMeaning,
            check.Mistakes);
    }
}
