using System.Globalization;
using System.Text;
using Amavis.Scanning.Sockets;
using Amavis.Scanning.Virus.Answers;

namespace Amavis.Scanning.Virus.Daemons;

/// <summary>Sophos's savdid (SSSP): CRLF lines, one request for the directory with all items.</summary>
internal sealed class SsspScanner(string name, ScannerEndpoints endpoints, AnswerRules rules, ScannerLimits limits, string workDirectory)
    : DaemonScanner(name, endpoints, rules, limits, workDirectory)
{
    public const int DefaultPort = 4010;

    protected override async Task AskAsync(DaemonExchange exchange, CancellationToken cancellationToken)
    {
        using var lines = new SocketLines(exchange.Socket, Limits.VirusReplyOctets);
        if (!(await lines.RequireAsync(cancellationToken)).StartsWith("OK SSSP/", StringComparison.Ordinal))
            throw new ScannerFaultException("not the greeting of an SSSP server");
        await exchange.Socket.SendAllAsync(Encoding.Latin1.GetBytes($"SSSP/1.0 SCANDIRR {Escape(exchange.Directory)}\r\n"), cancellationToken);
        var answer = await lines.RequireAsync(cancellationToken);
        if (!answer.StartsWith("ACC ", StringComparison.Ordinal))
            throw new ScannerFaultException("refused: " + AnswerText.Short(answer));
        exchange.Answered();
        var text = new StringBuilder();
        while (await lines.RequireAsync(cancellationToken) is { Length: > 0 } line)
        {
            text.Append(Unescape(line)).Append('\n');
            exchange.Answered();
        }
        exchange.Take(text.ToString());
        await exchange.Socket.SendAllAsync("BYE\r\n"u8.ToArray(), cancellationToken);
    }

    private static string Escape(string path)
    {
        var text = new StringBuilder(path.Length);
        foreach (var octet in Encoding.UTF8.GetBytes(path))
            if (octet is (byte)'%' or <= 0x20 or 0x7f or 0xff)
                text.Append(CultureInfo.InvariantCulture, $"%{octet:X2}");
            else
                text.Append((char)octet);
        return text.ToString();
    }

    /// <summary>Line ends that come escaped stay out: a name can't make a line of its own.</summary>
    private static string Unescape(string line)
    {
        if (!line.Contains('%'))
            return line;
        var text = new StringBuilder(line.Length);
        for (var i = 0; i < line.Length; i++)
        {
            if (line[i] == '%' && i + 2 < line.Length && byte.TryParse(line.AsSpan(i + 1, 2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var octet))
            {
                text.Append(octet < 0x20 ? '?' : (char)octet);
                i += 2;
            }
            else
                text.Append(line[i]);
        }
        return text.ToString();
    }
}
