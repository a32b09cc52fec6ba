using Amavis.Programs;
using Amavis.Scanning.Virus.Answers;

namespace Amavis.Scanning.Virus.Programs;

/// <summary>A scanner that is a program: given the items as files of a directory, it says with its exit status and its output what it found.</summary>
internal sealed class CommandScanner(
    string name, CommandLine command, IReadOnlyList<string> arguments, string? workingDirectory, AnswerRules rules, ScannerPlace place) : IVirusScanner
{
    public string Name => name;

    public Task<ScanOutcome> ScanAsync(IReadOnlyList<ScanItem> items, Func<string, bool>? isEnough, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(items);
        return ScanDirectory.UseAsync(place.WorkDirectory, items, files => ScanAsync(files, items, isEnough, cancellationToken), cancellationToken);
    }

    private async Task<ScanOutcome> ScanAsync(
        ScanDirectory files, IReadOnlyList<ScanItem> items, Func<string, bool>? isEnough, CancellationToken cancellationToken)
    {
        var tally = new AnswerTally(rules);
        foreach (var list in ScanTemplate.Calls(arguments, files.Path, [.. items.Select(i => i.Name)]))
        {
            try
            {
                var result = await ProgramRunner.RunAsync(
                    new ProgramCall
                    {
                        Program = command.Path,
                        Arguments = [.. command.Arguments, .. list],
                        WorkingDirectory = workingDirectory ?? files.Path,
                        SearchPath = place.SearchPath,
                        Home = place.Home,
                        EndsLeftovers = true,
                    },
                    cancellationToken);
                if (result.WasKilled)
                    tally.Fail($"a signal ended it ({result.ExitCode - 128})");
                else
                    tally.Add(result.Output.Replace("\r\n", "\n", StringComparison.Ordinal).Replace(files.Path + "/", "", StringComparison.Ordinal), result.IsCut, result.ExitCode);
            }
            catch (ProgramFaultException e)
            {
                tally.Fail(e.Message);
            }
            if (!tally.GoesOn || (isEnough is not null && tally.Names.Any(isEnough)))
                break;
        }
        return tally.Outcome();
    }
}
