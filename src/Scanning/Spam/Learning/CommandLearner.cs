using Amavis.Core.Messages;
using Amavis.Core.Policy;
using Amavis.Programs;
using Amavis.Scanning.Sockets;
using Amavis.Scanning.Spam.Programs;
using Amavis.Scanning.Virus.Programs;

namespace Amavis.Scanning.Spam.Learning;

/// <summary>Teaches a program: it reads the message from its standard input (with LF line ends) and ends with 0.</summary>
internal sealed class CommandLearner(SpamScannerSettings settings, CommandLine command, ScannerPlace place, ScannerLimits limits) : ISpamLearner
{
    public string Name => settings.Name;

    public async Task<LearnOutcome> LearnAsync(SpamRequest request, SpamClass taught, CancellationToken cancellationToken)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(limits.SpamLearning);
        try
        {
            await using var input = new UnixLineStream(request with { PseudoHeader = default });
            var result = await ProgramRunner.RunAsync(
                new ProgramCall
                {
                    Program = command.Path,
                    Arguments = [.. command.Arguments, .. taught == SpamClass.Ham ? settings.LearnHam : settings.LearnSpam],
                    Input = input,
                    WorkingDirectory = place.WorkDirectory,
                    SearchPath = place.SearchPath,
                    Home = place.Home,
                    EndsLeftovers = true,
                },
                limit.Token);
            return result.ExitCode == 0
                ? new LearnOutcome.Learned()
                : new LearnOutcome.Failed($"it ended with {result.ExitCode}: {SpamReportText.Printable(result.Output.Length > 200 ? result.Output[..200] : result.Output).ReplaceLineEndings(" ").Trim()}");
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return new LearnOutcome.Failed("no answer in time");
        }
        catch (ProgramFaultException e)
        {
            return new LearnOutcome.Failed(e.Message);
        }
    }
}
