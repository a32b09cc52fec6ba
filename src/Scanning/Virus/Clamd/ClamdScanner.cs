using System.Net.Sockets;
using Amavis.Scanning.Sockets;

namespace Amavis.Scanning.Virus.Clamd;

/// <summary>clamd, given the octets to scan over its socket (INSTREAM), so that it needs no access to our files.</summary>
internal sealed class ClamdScanner(string name, ScannerEndpoints endpoints, ScannerLimits limits) : IVirusScanner
{
    public const int DefaultPort = 3310;

    /// <summary>Requests in one session: their answers fit into <see cref="ScannerLimits.VirusReplyOctets"/>.</summary>
    private const int MaxRequests = 1000;

    public string Name => name;

    public async Task<ScanOutcome> ScanAsync(IReadOnlyList<ScanItem> items, Func<string, bool>? isEnough, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(items);
        List<string> found = [];
        string? failure = null;
        foreach (var batch in items.Chunk(MaxRequests))
        {
            switch (await ScanBatchAsync(batch, isEnough, cancellationToken))
            {
                case ScanOutcome.Infected infected:
                    found.AddRange(infected.Names);
                    break;
                case ScanOutcome.Failed failed:
                    failure ??= failed.Reason;
                    break;
                default:
                    continue;
            }
            // A scanner that fails gets no further batch: the message is not clean any more.
            if (failure is not null || (isEnough is not null && found.Exists(n => isEnough(n))))
                break;
        }
        if (found.Count > 0)
            return new ScanOutcome.Infected(found.Distinct().ToArray());
        return failure is null ? ScanOutcome.Clean.Instance : new ScanOutcome.Failed(failure);
    }

    /// <summary>Whether a clamd answers at the other end.</summary>
    public static async Task<bool> ProbeAsync(Socket socket, CancellationToken cancellationToken)
    {
        var answer = await socket.AskAsync("zPING\0"u8.ToArray(), 0, 16, cancellationToken);
        return answer is not null && answer.AsSpan().SequenceEqual("PONG"u8);
    }

    private async Task<ScanOutcome> ScanBatchAsync(ScanItem[] batch, Func<string, bool>? isEnough, CancellationToken cancellationToken)
    {
        var budget = limits.VirusBudget(batch.Sum(i => i.Content.Length));
        var (outcome, failure) = await endpoints.UseAsync(
            budget,
            (socket, limit, token) => ClamdSession.RunAsync(
                socket, batch, isEnough, limits.VirusReplyOctets, () => limit.CancelAfter(budget), token),
            cancellationToken);
        return outcome ?? new ScanOutcome.Failed(failure!);
    }
}
