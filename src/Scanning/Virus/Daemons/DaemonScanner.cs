using System.Net.Sockets;
using Amavis.Scanning.Sockets;
using Amavis.Scanning.Virus.Answers;

namespace Amavis.Scanning.Virus.Daemons;

/// <summary>
/// A daemon that is told where the items lie as files, and answers with text that the rules of its entry judge. What is said over
/// a connection is up to the protocol.
/// </summary>
internal abstract class DaemonScanner(string name, ScannerEndpoints endpoints, AnswerRules rules, ScannerLimits limits, string workDirectory) : IVirusScanner
{
    public string Name => name;

    protected ScannerLimits Limits => limits;

    public Task<ScanOutcome> ScanAsync(IReadOnlyList<ScanItem> items, Func<string, bool>? isEnough, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(items);
        return ScanDirectory.UseAsync(workDirectory, items, async files =>
        {
            var budget = limits.VirusBudget(items.Sum(i => i.Content.Length));
            var (tally, failure) = await endpoints.UseAsync(budget, async (socket, limit, token) =>
            {
                var tally = new AnswerTally(rules);
                try
                {
                    await AskAsync(new DaemonExchange(socket, files.Path, items, tally, isEnough, () => limit.CancelAfter(budget)), token);
                }
                catch (Exception e) when (e is SocketException or ScannerFaultException && tally.Outcome() is ScanOutcome.Infected)
                {
                    // What is known to be infected stays so, whatever becomes of the connection.
                }
                return tally;
            }, cancellationToken);
            return tally?.Outcome() ?? new ScanOutcome.Failed(failure!);
        }, cancellationToken);
    }

    /// <summary>Has every item scanned over a fresh connection.</summary>
    /// <exception cref="ScannerFaultException">The daemon did not keep to the protocol.</exception>
    protected abstract Task AskAsync(DaemonExchange exchange, CancellationToken cancellationToken);
}

/// <summary>One use of a daemon.</summary>
/// <param name="Answered">To be called when an answer has come: there is progress.</param>
internal sealed record DaemonExchange(
    Socket Socket, string Directory, IReadOnlyList<ScanItem> Items, AnswerTally Tally, Func<string, bool>? IsEnough, Action Answered)
{
    public IReadOnlyList<string> Names => [.. Items.Select(i => i.Name)];

    /// <summary>Takes an answer; true: there is no need for more.</summary>
    public bool Take(string text)
    {
        Answered();
        var plain = text.Replace("\r\n", "\n", StringComparison.Ordinal).Replace(Directory + "/", "", StringComparison.Ordinal);
        Tally.Add(plain, isCut: false, status: null);
        return !Tally.GoesOn || (IsEnough is not null && Tally.Names.Any(IsEnough));
    }
}
