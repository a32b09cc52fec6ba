using System.Net.Sockets;
using System.Text;
using Amavis.Scanning.Sockets;
using Amavis.Scanning.Virus.Answers;

namespace Amavis.Scanning.Virus.Daemons;

/// <summary>
/// Daemons without a protocol of their own: a query is sent, and the answer goes to the end of the connection. The query names the
/// directory with all items, or each of them in a connection of its own.
/// </summary>
/// <param name="query">With <c>{}</c>, <c>{}/*</c>, <c>*</c>.</param>
/// <param name="keepsOpen">The daemon answers a query with one line and waits for the next over the same connection.</param>
internal sealed class PlainScanner(
    string name, string query, bool keepsOpen, ScannerEndpoints endpoints, AnswerRules rules, ScannerLimits limits, string workDirectory) : IVirusScanner
{
    public const int DefaultPort = 10_200;

    /// <summary>Octets of an answer over a connection that stays open.</summary>
    private const int MaxLineOctets = 16_384;

    public string Name => name;

    public Task<ScanOutcome> ScanAsync(IReadOnlyList<ScanItem> items, Func<string, bool>? isEnough, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(items);
        return ScanDirectory.UseAsync(workDirectory, items, files => ScanAsync(files.Path, items, isEnough, cancellationToken), cancellationToken);
    }

    private async Task<ScanOutcome> ScanAsync(
        string directory, IReadOnlyList<ScanItem> items, Func<string, bool>? isEnough, CancellationToken cancellationToken)
    {
        var tally = new AnswerTally(rules);
        var budget = limits.VirusBudget(items.Sum(i => i.Content.Length));
        foreach (var question in ScanTemplate.Queries(query, directory, [.. items.Select(i => i.Name)]))
        {
            var (answer, failure) = await endpoints.UseAsync(
                budget, (socket, _, token) => AskAsync(socket, Encoding.UTF8.GetBytes(question), token), cancellationToken);
            if (answer is null)
                tally.Fail(failure!);
            else
                tally.Add(answer.Replace("\r\n", "\n", StringComparison.Ordinal).Replace(directory + "/", "", StringComparison.Ordinal), isCut: false, status: null);
            if (!tally.GoesOn || (isEnough is not null && tally.Names.Any(isEnough)))
                break;
        }
        return tally.Outcome();
    }

    private async Task<string> AskAsync(Socket socket, byte[] question, CancellationToken cancellationToken)
    {
        await socket.SendAllAsync(question, cancellationToken);
        var buffer = new byte[keepsOpen ? MaxLineOctets : limits.VirusReplyOctets];
        var length = 0;
        while (await socket.ReceiveAsync(buffer.AsMemory(length), SocketFlags.None, cancellationToken) is var read and > 0)
        {
            length += read;
            if (length == buffer.Length)
                throw new ScannerFaultException("the answer is too long");
            // Some of these daemons end their line and some do not; what has come in one piece is an answer.
            if (keepsOpen && socket.Available == 0)
                break;
        }
        return length > 0 ? Encoding.Latin1.GetString(buffer, 0, length).TrimEnd('\0') : throw new ScannerFaultException("the answer is empty");
    }
}
