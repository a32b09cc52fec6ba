using System.Net.Sockets;
using System.Text;
using Amavis.Scanning.Sockets;

namespace Amavis.Scanning.Virus.Clamd;

/// <summary>clamd, given the name of a directory with the items as files (CONTSCAN); it has to be able to read there.</summary>
internal sealed class ClamdPathScanner(string name, ScannerEndpoints endpoints, ScannerLimits limits, string workDirectory) : IVirusScanner
{
    public string Name => name;

    public Task<ScanOutcome> ScanAsync(IReadOnlyList<ScanItem> items, Func<string, bool>? isEnough, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(items);
        return ScanDirectory.UseAsync(workDirectory, items, async files =>
        {
            var budget = limits.VirusBudget(items.Sum(i => i.Content.Length));
            var (outcome, failure) = await endpoints.UseAsync(
                budget, (socket, _, token) => ScanAsync(socket, files.Path, token), cancellationToken);
            return outcome ?? new ScanOutcome.Failed(failure!);
        }, cancellationToken);
    }

    private async Task<ScanOutcome> ScanAsync(Socket socket, string directory, CancellationToken cancellationToken)
    {
        await socket.SendAllAsync(Encoding.UTF8.GetBytes($"zCONTSCAN {directory}\0"), cancellationToken);
        using var replies = new ClamdReplies(socket, limits.VirusReplyOctets);
        List<string> names = [];
        string? error = null;
        var vouched = false;
        // One answer for each finding, and a single OK for the directory when there is none; then clamd closes.
        while (await replies.NextAsync(cancellationToken) is { } octets)
        {
            if (!ClamdAnswer.TryParse(octets.Span, out var answer))
                throw new ScannerFaultException("not an answer of clamd");
            if (answer.Verdict == ClamdVerdict.Error)
                error ??= answer.Text;
            else if (answer.Subject != directory && !answer.Subject.StartsWith(directory + "/", StringComparison.Ordinal))
                throw new ScannerFaultException("an answer for another path");
            else if (answer.Verdict == ClamdVerdict.Infected)
                names.Add(answer.Text);
            else
                vouched |= answer.Subject == directory;
        }
        if (names.Count > 0)
            return new ScanOutcome.Infected(names.Distinct().ToArray());
        if (error is not null)
            return new ScanOutcome.Failed(error);
        return vouched ? ScanOutcome.Clean.Instance : throw new ScannerFaultException("no verdict");
    }
}
