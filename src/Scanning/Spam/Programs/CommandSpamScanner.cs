using System.Text;
using Amavis.Core.Policy;
using Amavis.Programs;
using Amavis.Scanning.Sockets;
using Amavis.Scanning.Virus.Programs;

namespace Amavis.Scanning.Spam.Programs;

/// <summary>
/// A spam checker that is a program: it reads the message (with LF line ends, the pseudo header in front) and writes header fields with
/// its opinion.
/// </summary>
internal sealed class CommandSpamScanner(SpamScannerSettings settings, CommandLine command, ScannerPlace place, ScannerLimits limits) : ISpamScanner
{
    public string Name => settings.Name;

    /// <summary>Applied already: what is usual differs by program.</summary>
    public double ScoreFactor => 1;

    public long? BodySizeLimit => settings.BodySizeLimit;

    public async Task<SpamOutcome> CheckAsync(SpamRequest request, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(settings.Timeout ?? limits.SpamAnswer);
        var output = new HeaderOutput();
        try
        {
            await using var input = new UnixLineStream(request);
            var result = await ProgramRunner.RunAsync(
                new ProgramCall
                {
                    Program = command.Path,
                    Arguments = [.. command.Arguments, .. settings.Arguments],
                    Input = input,
                    Output = output.Add,
                    WorkingDirectory = place.WorkDirectory,
                    SearchPath = place.SearchPath,
                    Home = place.Home,
                    EndsLeftovers = true,
                },
                limit.Token);
            if (result.ExitCode != 0)
                return new SpamOutcome.Failed($"it ended with {result.ExitCode}: {SpamReportText.Printable(result.Output.Length > 200 ? result.Output[..200] : result.Output).Trim()}");
            return ProgramFields.Read(settings.Name, output.ToString(), settings.ScoreFactor) is { } verdict
                ? new SpamOutcome.Scored(verdict)
                : new SpamOutcome.Failed("its output has none of the fields that are known (X-DSPAM-Result, X-CRM114-Status, X-Bogosity)");
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return new SpamOutcome.Failed("no answer in time");
        }
        catch (ProgramFaultException e)
        {
            return new SpamOutcome.Failed(e.Message);
        }
    }

    /// <summary>The first octets of what it writes, which are the header section; it may write the whole message again.</summary>
    private sealed class HeaderOutput
    {
        private const int MaxOctets = 64 << 10;

        private readonly StringBuilder _text = new();

        public void Add(ReadOnlyMemory<byte> octets) =>
            _text.Append(Encoding.Latin1.GetString(octets.Span[..Math.Min(octets.Length, MaxOctets - _text.Length)]));

        public override string ToString() => _text.ToString();
    }
}
