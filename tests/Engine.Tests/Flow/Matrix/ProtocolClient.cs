using System.Buffers.Binary;
using System.IO.Pipelines;
using System.Net;
using System.Text;
using Amavis.Core.Messages;
using Amavis.Core.Policy;
using Amavis.Engine.Releasing;
using Amavis.Engine.Requests;
using Amavis.Protocols.AmPdp;
using Amavis.Protocols.Milter.Server;
using Amavis.Protocols.Smtp.Server;
using Amavis.Testing;

namespace Amavis.Engine.Tests.Flow.Matrix;

/// <summary>Plays the client of each protocol against the real session on two pipes.</summary>
internal sealed class ProtocolClient(FlowHarness flow)
{
    private const string Client = "192.0.2.10";
    private const int ClientPort = 45678;
    private const string Helo = "mta.example.net";

    public Task<ClientView> SendAsync(Protocol protocol, string message, FlowEnvelope envelope, Settings settings) => protocol switch
    {
        Protocol.AmPdp => AmPdpAsync(Octets.Crlf(message), envelope, PolicyState.Base(settings)),
        Protocol.Milter => MilterAsync(Octets.Crlf(message), envelope, PolicyState.Base(settings)),
        _ => SmtpAsync(Octets.Crlf(message), envelope, PolicyState.Base(settings), protocol == Protocol.Lmtp),
    };

    private ConnectionFacts Connection => new() { Peer = new IPEndPoint(IPAddress.Loopback, 45000), Local = new IPEndPoint(IPAddress.Loopback, 10024) };

    private async Task<ClientView> SmtpAsync(byte[] message, FlowEnvelope envelope, PolicyState policy, bool lmtp)
    {
        var (up, down) = (new Pipe(), new Pipe());
        var session = new SmtpServerSession(new Duplex(up.Reader, down.Writer), new SmtpSessionContext
        {
            Connection = Connection,
            Policy = policy,
            SessionId = FlowHarness.LogId,
            Spools = flow.Services.Spools,
            Processor = flow.Processor,
            Clock = TimeProvider.System,
            Log = new SessionLog(flow),
        }).RunAsync(CancellationToken.None);
        var replies = new LineStream(down.Reader.AsStream());
        await up.Writer.WriteAsync(Octets.Of($"{(lmtp ? "LHLO" : "EHLO")} {Helo}\r\nXFORWARD ADDR={Client} PORT={ClientPort}\r\nMAIL FROM:<{envelope.Sender}>\r\n"
            + string.Concat(envelope.Recipients.Select(r => $"RCPT TO:<{r}>{Parameters(envelope)}\r\n")) + "DATA\r\n"));
        // Greeting, EHLO, XFORWARD, MAIL, each RCPT and DATA have one reply each.
        var before = "";
        for (var i = 0; i < 5 + envelope.Recipients.Count; i++)
            before = await ReplyAsync(replies);
        before.ShouldStartWith("354 ");
        await up.Writer.WriteAsync(SmtpProbe.Stuffed(message));
        var answers = new List<string>();
        for (var i = 0; i < (lmtp ? envelope.Recipients.Count : 1); i++)
            answers.Add(await ReplyAsync(replies));
        await up.Writer.CompleteAsync();
        await session;
        return new ClientView(answers, null, []);
    }

    private async Task<ClientView> AmPdpAsync(byte[] message, FlowEnvelope envelope, PolicyState policy)
    {
        var (up, down) = (new Pipe(), new Pipe());
        var directory = Path.Combine(policy.Settings.TempBase, "amavis-milter-00421");
        Directory.CreateDirectory(directory);
        await File.WriteAllBytesAsync(Path.Combine(directory, "email.txt"), message);
        var checks = new CheckService(flow.Services, flow.Processor);
        var handler = new AmPdpHandler(checks, new ReleaseService(flow.Services), flow.Services, policy, new ConnectionFacts { UnixPath = "/run/amavis/in.sock" });
        var session = new AmPdpServerSession(new Duplex(up.Reader, down.Writer), handler, TimeProvider.System, TimeSpan.FromSeconds(30)).RunAsync(CancellationToken.None);
        await up.Writer.WriteAsync(Octets.Of($"request=AM.PDP\r\nsender=<{envelope.Sender}>\r\n" + string.Concat(envelope.Recipients.Select(r => $"recipient=<{r}>\r\n"))
            + $"tempdir={directory}\r\nclient_address={Client}\r\nclient_port={ClientPort}\r\nhelo_name={Helo}\r\n\r\n"));
        await up.Writer.CompleteAsync();
        await session;
        await down.Writer.CompleteAsync();
        using var answer = new MemoryStream();
        await down.Reader.CopyToAsync(answer);
        var lines = Octets.Text(answer.ToArray()).Split("\r\n");
        var verdict = Values("return_value").Single();
        Values("exit_code").Single().ShouldBe(verdict switch { "continue" => "0", "reject" => "69", "discard" => "99", _ => "75" });
        return new ClientView([.. Values("setreply")], verdict, [.. Values("delrcpt").Select(r => r.Trim('<', '>'))]);

        IEnumerable<string> Values(string name) => lines.Where(l => l.StartsWith(name + "=", StringComparison.Ordinal)).Select(l => Uri.UnescapeDataString(l[(name.Length + 1)..]));
    }

    private async Task<ClientView> MilterAsync(byte[] message, FlowEnvelope envelope, PolicyState policy)
    {
        var (up, down) = (new Pipe(), new Pipe(new PipeOptions(pauseWriterThreshold: 0)));
        var session = new MilterServerSession(new Duplex(up.Reader, down.Writer), new MilterSessionContext
        {
            Connection = Connection,
            Policy = policy,
            SessionId = FlowHarness.LogId,
            Spools = flow.Services.Spools,
            Processor = flow.Processor,
            Clock = TimeProvider.System,
            Log = flow,
        }).RunAsync(CancellationToken.None);
        await up.Writer.WriteAsync(MilterPackets.Message(message, envelope, Client, ClientPort, Helo, Parameters(envelope).Trim()));
        await up.Writer.CompleteAsync();
        await session;
        await down.Writer.CompleteAsync();
        using var answer = new MemoryStream();
        await down.Reader.CopyToAsync(answer);
        var packets = MilterPackets.Read(answer.ToArray());
        // The options, a "continue" for MAIL, each RCPT and each piece of the body, then what answers the end of the message.
        var last = packets[^1];
        var verdict = last[0] switch { 'c' => "continue", 'd' => "discard", 'y' when last[1] == '5' => "reject", 'y' or 't' => "tempfail", _ => last };
        return new ClientView(last[0] == 'y' ? [last[1..].TrimEnd('\0')] : [], verdict, [.. packets.Where(p => p[0] == '-').Select(p => p[1..].Trim('\0', '<', '>'))]);
    }

    private static string Parameters(FlowEnvelope envelope) => envelope.Notify == DsnNotify.Never ? " NOTIFY=NEVER" : "";

    private static async Task<string> ReplyAsync(LineStream lines)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        while (await lines.ReadLineAsync(limit.Token) is { } line)
            if (line.Length < 4 || line[3] != '-')
                return line;
        return "";
    }

    private sealed record Duplex(PipeReader Input, PipeWriter Output) : IDuplexPipe;

    private sealed class SessionLog(Core.Logging.IMailLog log) : ISmtpSessionLog
    {
        public void Line(int level, string logId, string text) => log.Line(level, logId, text);
    }
}
