using System.Globalization;
using System.Net.Sockets;
using System.Text;
using Amavis.Scanning.Sockets;
using Amavis.Scanning.Virus.Answers;

namespace Amavis.Scanning.Virus.Daemons;

/// <summary>Avira's SAVAPI 3: LF lines that begin with a status, one request for each item.</summary>
internal sealed class SavapiScanner(string name, string? product, ScannerEndpoints endpoints, AnswerRules rules, ScannerLimits limits, string workDirectory)
    : DaemonScanner(name, endpoints, rules, limits, workDirectory)
{
    public const int DefaultPort = 4444;

    private const string Done = "100";
    private const string Clean = "200";
    private const string NotInfected = "300";
    private const string InfectedEnd = "319";

    protected override async Task AskAsync(DaemonExchange exchange, CancellationToken cancellationToken)
    {
        using var lines = new SocketLines(exchange.Socket, Limits.VirusReplyOctets);
        if (!(await lines.RequireAsync(cancellationToken)).StartsWith("100 SAVAPI:", StringComparison.Ordinal))
            throw new ScannerFaultException("not the greeting of a SAVAPI server");
        var seconds = (int)Math.Ceiling(Limits.VirusBudget(exchange.Items.Sum(i => i.Content.Length)).TotalSeconds);
        if (product is { Length: > 0 })
            await SetAsync("PRODUCT " + product);
        await SetAsync(string.Create(CultureInfo.InvariantCulture, $"SCAN_TIMEOUT {seconds}"));
        await SetAsync("CWD " + exchange.Directory);
        foreach (var item in exchange.Items)
            if (exchange.Take(await ScanAsync(item.Name)))
                break;
        await QuitAsync(exchange.Socket, cancellationToken);

        async Task SetAsync(string setting)
        {
            await exchange.Socket.SendAllAsync(Encoding.UTF8.GetBytes($"SET {setting}\n"), cancellationToken);
            var answer = await lines.RequireAsync(cancellationToken);
            if (!answer.StartsWith(Done, StringComparison.Ordinal))
                throw new ScannerFaultException($"SET {setting.Split(' ')[0]} is refused: {AnswerText.Short(answer)}");
            exchange.Answered();
        }

        async Task<string> ScanAsync(string file)
        {
            await exchange.Socket.SendAllAsync(Encoding.UTF8.GetBytes($"SCAN {file}\n"), cancellationToken);
            var clean = "";
            var rest = new StringBuilder();
            while (true)
            {
                var line = await lines.RequireAsync(cancellationToken);
                exchange.Answered();
                var status = StatusOf(line) ?? throw new ScannerFaultException("not an answer of SAVAPI");
                if (status == Clean)
                    clean = line;
                else
                    rest.Append(line).Append('\n');
                if (status is NotInfected or InfectedEnd || status[0] is not ('3' or '4'))
                    return rest.Length > 0 ? rest.ToString() : clean;
            }
        }
    }

    private static string? StatusOf(string line) =>
        line.Length >= 3 && line.AsSpan(0, 3).IndexOfAnyExceptInRange('0', '9') < 0 && (line.Length == 3 || !char.IsAsciiDigit(line[3])) ? line[..3] : null;

    /// <summary>All is known by now; that the end is not heard does no harm.</summary>
    private static async Task QuitAsync(Socket socket, CancellationToken cancellationToken)
    {
        try
        {
            await socket.SendAllAsync("QUIT\n"u8.ToArray(), cancellationToken);
        }
        catch (SocketException)
        {
            // It has closed already.
        }
    }
}
