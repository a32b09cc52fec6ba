using System.Net;
using Amavis.Core.Messages;
using Amavis.Core.Policy;
using Amavis.Protocols.Smtp.Server;
using Amavis.Testing;

namespace Amavis.Fuzz.Targets;

/// <summary>
/// Whole sessions of SMTP or LMTP: the same replies and the same messages however the octets come in, no reply that a client
/// could read as several, and none of the messages left open.
/// </summary>
internal sealed class SmtpSessionTarget(bool lmtp) : FuzzTarget
{
    /// <summary>Far more than a session of so few octets has.</summary>
    private const int MostReplies = 20_000;

    private static readonly Settings Settings = new();

    public override string Name => lmtp ? "lmtp-session" : "smtp-session";

    public override int MaxOctets => 4096;

    public override IReadOnlyList<string> Words { get; } =
    [
        "EHLO a\r\n", "LHLO a\r\n", "HELO a\r\n", "MAIL FROM:<a@b.example>\r\n", "MAIL FROM:<>\r\n", "RCPT TO:<c@d.example>\r\n", "DATA\r\n", ".\r\n", "\r\n.\r\n", "RSET\r\n", "QUIT\r\n",
        "NOOP\r\n", "VRFY x\r\n", "XFORWARD ADDR=192.0.2.1\r\n", "STARTTLS\r\n", "AUTH PLAIN AGEAYg==\r\n", " SIZE=99", " BODY=8BITMIME", " SMTPUTF8", " NOTIFY=NEVER", "\n", "\r", "\0", "\n.\n", "\r\n..",
    ];

    public override IEnumerable<byte[]> Seeds()
    {
        var hello = lmtp ? "LHLO" : "EHLO";
        return
        [
            Inputs.Octets($"{hello} mta.example\r\nMAIL FROM:<a@b.example> SIZE=100 BODY=8BITMIME\r\nRCPT TO:<c@d.example>\r\nRCPT TO:<e@d.example> NOTIFY=NEVER\r\nDATA\r\nSubject: x\r\n\r\n..dot\r\nend\r\n.\r\nQUIT\r\n"),
            Inputs.Octets($"{hello} mta.example\r\nXFORWARD NAME=x ADDR=192.0.2.1 PORT=25 HELO=y SOURCE=REMOTE\r\nMAIL FROM:<>\r\nRCPT TO:<\"a b\"@d.example>\r\nDATA\r\n.\r\nRSET\r\nNOOP\r\nMAIL FROM:<x@y>\r\nDATA\r\nQUIT\r\n"),
            Inputs.Octets($"{hello} m\r\nAUTH LOGIN\r\n*\r\nSTARTTLS\r\nVRFY a\r\nHELP\r\nFOO\r\nMAIL FROM:<a@b\r\nRCPT TO:<>\r\nEXPN x\r\nETRN y\r\n"),
        ];
    }

    public override void Check(byte[] input, Random random)
    {
        var (replies, messages) = Run([input]);
        var (repliesToPieces, messagesOfPieces) = Run(Inputs.Pieces(input, random));
        FindingException.Unless(replies == repliesToPieces, $"other replies when it comes in pieces:\n{repliesToPieces}\ninstead of\n{replies}");
        FindingException.Unless(messages.SequenceEqual(messagesOfPieces, StringComparer.Ordinal), "other messages when it comes in pieces");
        var lines = replies.Split("\r\n");
        FindingException.Unless(lines.Length < MostReplies, "more replies than there can be commands");
        foreach (var line in lines.AsSpan(0, lines.Length - 1))
            FindingException.Unless(line.Length >= 4 && line.AsSpan(0, 3).IndexOfAnyExceptInRange('0', '9') < 0 && line[3] is ' ' or '-' && !line.Any(c => c < ' ' || c == (char)0x7f), $"no line of a reply: {line}");
        FindingException.Unless(lines[^1].Length == 0, "a reply without its end");
    }

    private (string Replies, List<string> Messages) Run(IReadOnlyList<ReadOnlyMemory<byte>> pieces)
    {
        var pipes = new SessionPipes();
        var processor = new Processor();
        var session = new SmtpServerSession(pipes, new SmtpSessionContext
        {
            Connection = new ConnectionFacts { Peer = new(IPAddress.Loopback, 54321), Local = new(IPAddress.Loopback, 10024) },
            Policy = PolicyState.Base(Settings), SessionId = "1-01", StartAsLmtp = lmtp, Spools = new MemorySpoolFactory(), Processor = processor,
            Clock = StandingClock.Instance, Log = new NoLog(), Tls = () => null,
        }).RunAsync(CancellationToken.None);
        foreach (var piece in pieces)
            if (!session.IsCompleted)
                pipes.Send(piece.Span);
        pipes.Close();
        FindingException.Unless(session.IsCompletedSuccessfully, session.Exception?.ToString() ?? "the session does not end with the connection");
        return (Inputs.Text(pipes.Answers()), processor.Messages);
    }

    private sealed class Processor : IMessageProcessor
    {
        private static readonly SmtpReply Ok = new(250, "2.0.0 Ok");

        public List<string> Messages { get; } = [];

        public Task<MessageReplies> ProcessAsync(ReceivedMessage message, CancellationToken cancellationToken)
        {
            using var spool = message.Spool;
            var octets = new byte[spool.Length];
            spool.Read(0, octets);
            Messages.Add($"{message.Envelope.Sender} {string.Join(' ', message.Envelope.Recipients.Select(r => r.Address.Smtp))}\n{Inputs.Text(octets)}");
            return Task.FromResult(new MessageReplies(Ok, [.. message.Envelope.Recipients.Select(_ => Ok)]));
        }
    }

    private sealed class NoLog : ISmtpSessionLog
    {
        public void Line(int level, string logId, string text) =>
            FindingException.Unless(level > -2, text);
    }
}
