using System.Globalization;
using System.Net.Sockets;
using System.Text;
using Amavis.Core.Messages;
using Amavis.Scanning.Sockets;

namespace Amavis.Scanning.Spam.Learning;

/// <summary>Teaches SpamAssassin's spamd (SPAMC protocol 1.5, TELL), which has to run with <c>--allow-tell</c>. What it learned otherwise before, it forgets.</summary>
internal sealed class SpamdLearner(string name, ScannerEndpoints endpoints, ScannerLimits limits) : ISpamLearner
{
    private const int MaxReplyOctets = 8 << 10;
    private const int Unavailable = 69;

    public string Name => name;

    public async Task<LearnOutcome> LearnAsync(SpamRequest request, SpamClass taught, CancellationToken cancellationToken)
    {
        var (outcome, failure) = await endpoints.UseAsync(limits.SpamLearning, (socket, _, token) => TellAsync(socket, request, taught, token), cancellationToken);
        return outcome ?? new LearnOutcome.Failed(failure!);
    }

    private static async Task<LearnOutcome> TellAsync(Socket socket, SpamRequest request, SpamClass taught, CancellationToken cancellationToken)
    {
        var head = $"TELL SPAMC/1.5\r\n{SpamdScanner.UserField(request.User)}Message-class: {(taught == SpamClass.Ham ? "ham" : "spam")}\r\nSet: local\r\n"
            + $"Content-length: {request.Octets.ToString(CultureInfo.InvariantCulture)}\r\n\r\n";
        // It may refuse before it has read everything; its answer tells why.
        var refusal = await SpamdScanner.SendAsync(socket, Encoding.UTF8.GetBytes(head), request, cancellationToken);
        using var lines = new SocketLines(socket, MaxReplyOctets);
        var outcome = OutcomeOf(await lines.RequireAsync(cancellationToken));
        while (outcome is LearnOutcome.KnownAlready && await lines.NextAsync(cancellationToken) is { Length: > 0 } line)
            if (line.StartsWith("DidSet:", StringComparison.OrdinalIgnoreCase) || line.StartsWith("DidRemove:", StringComparison.OrdinalIgnoreCase))
                outcome = new LearnOutcome.Learned();
        return refusal is null || outcome is LearnOutcome.Failed ? outcome : new LearnOutcome.Failed(refusal);
    }

    /// <summary><c>SPAMD/1.1 0 EX_OK</c>; a refusal is no fault of the connection.</summary>
    private static LearnOutcome OutcomeOf(string line)
    {
        var words = line.Split(' ', 3, StringSplitOptions.RemoveEmptyEntries);
        if (words.Length < 2 || !words[0].StartsWith("SPAMD/", StringComparison.Ordinal) || !int.TryParse(words[1], NumberStyles.None, CultureInfo.InvariantCulture, out var code))
            throw new ScannerFaultException("not an answer of spamd");
        return code switch
        {
            0 => new LearnOutcome.KnownAlready(),
            Unavailable => new LearnOutcome.Failed("spamd does not let itself be taught: start it with --allow-tell"),
            _ => new LearnOutcome.Failed("refused: " + SpamReportText.Printable(line.Length > 200 ? line[..200] : line)),
        };
    }
}
