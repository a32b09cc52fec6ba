using System.Globalization;
using System.Net.Sockets;
using System.Text;
using Amavis.Core.Addresses;
using Amavis.Core.Messages;
using Amavis.Scanning.Sockets;
using Amavis.Scanning.Virus.Answers;

namespace Amavis.Scanning.Virus.Daemons;

/// <summary>A scanner that is given the message as a whole instead of its parts.</summary>
internal interface IWholeMailScanner : IVirusScanner
{
    Task<ScanOutcome> ScanAsync(Spool message, MailAddress sender, CancellationToken cancellationToken);
}

/// <summary>A scanner that is a mail server: it gets the whole message over SMTP or LMTP, and its reply to the end of data is judged.</summary>
internal sealed class MailScanner(
    string name, bool lmtp, string? recipient, ScannerEndpoints endpoints, AnswerRules rules, ScannerLimits limits) : IWholeMailScanner
{
    public const int DefaultPort = 25;

    private const string DefaultRecipient = "dummy@localhost";
    private const int MaxReplyLines = 100;

    public string Name => name;

    /// <summary>Without the message nothing can be sent.</summary>
    public Task<ScanOutcome> ScanAsync(IReadOnlyList<ScanItem> items, Func<string, bool>? isEnough, CancellationToken cancellationToken) =>
        Task.FromResult<ScanOutcome>(new ScanOutcome.Failed("it scans whole messages only"));

    public async Task<ScanOutcome> ScanAsync(Spool message, MailAddress sender, CancellationToken cancellationToken)
    {
        var (answer, failure) = await endpoints.UseAsync(
            limits.VirusBudget(message.Length), (socket, _, token) => SubmitAsync(socket, message, sender, token), cancellationToken);
        if (answer is null)
            return new ScanOutcome.Failed(failure!);
        var tally = new AnswerTally(rules);
        tally.Add(answer, isCut: false, status: null);
        return tally.Outcome();
    }

    private async Task<string> SubmitAsync(Socket socket, Spool message, MailAddress sender, CancellationToken cancellationToken)
    {
        using var lines = new SocketLines(socket, limits.VirusReplyOctets);
        await ExpectAsync('2', null);
        await ExpectAsync('2', lmtp ? "LHLO localhost" : "EHLO localhost");
        await ExpectAsync('2', $"MAIL FROM:{sender.Bracketed}");
        await ExpectAsync('2', $"RCPT TO:<{recipient ?? DefaultRecipient}>");
        await ExpectAsync('3', "DATA");
        await DotStuffing.SendAsync(socket, message, cancellationToken);
        var answer = await ReplyAsync();
        await socket.SendAllAsync("QUIT\r\n"u8.ToArray(), cancellationToken);
        return answer;

        async Task ExpectAsync(char first, string? command)
        {
            if (command is not null)
                await socket.SendAllAsync(Encoding.UTF8.GetBytes(command + "\r\n"), cancellationToken);
            var reply = await ReplyAsync();
            if (reply[0] != first)
                throw new ScannerFaultException($"{command?.Split(' ')[0] ?? "the connection"} is refused: {AnswerText.Short(reply)}");
        }

        // RFC 5321 §4.2.1: several lines have a hyphen after the code, the last one has not.
        async Task<string> ReplyAsync()
        {
            var reply = new StringBuilder();
            for (var count = 0; count < MaxReplyLines; count++)
            {
                var line = await lines.RequireAsync(cancellationToken);
                if (line.Length < 3 || !int.TryParse(line.AsSpan(0, 3), NumberStyles.None, CultureInfo.InvariantCulture, out var code) || code is < 200 or > 599)
                    throw new ScannerFaultException("not a reply of a mail server");
                reply.Append(line).Append('\n');
                if (line.Length == 3 || line[3] != '-')
                    return reply.ToString();
            }
            throw new ScannerFaultException("the reply is too long");
        }
    }
}
