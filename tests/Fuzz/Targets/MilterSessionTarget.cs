using System.Buffers.Binary;
using System.Net;
using Amavis.Core.Logging;
using Amavis.Core.Messages;
using Amavis.Core.Policy;
using Amavis.Protocols.Milter.Server;
using Amavis.Testing;

namespace Amavis.Fuzz.Targets;

/// <summary>Whole milter sessions: the same answers and messages however the octets come in, and only whole packets as answers.</summary>
internal sealed class MilterSessionTarget : FuzzTarget
{
    private static readonly Settings Settings = new();

    public override string Name => "milter-session";

    public override int MaxOctets => 4096;

    public override IReadOnlyList<string> Words { get; } =
    [
        Packet("O\0\0\0\x06\0\0\x01\xff\0\x1f\xff\xff"), Packet("O\0\0\0\x02\0\0\0\x3f\0\0\0\0"), Packet("Cmx.example\0" + "4\0\x19" + "192.0.2.1\0"), Packet("Hmx\0"), Packet("M<a@b.c>\0"), Packet("R<d@e>\0"),
        Packet("T"), Packet("LSubject\0 x\0"), Packet("N"), Packet("Btext\r\n"), Packet("E"), Packet("A"), Packet("K"), Packet("Q"), Packet("DMi\0" + "4QX\0"), Packet("Uxx\0"), "\xff\xff\xff\xff", "\0\0\0\0",
    ];

    public override IEnumerable<byte[]> Seeds() =>
    [
        Inputs.Octets(string.Concat(Words.Where((_, i) => i is 0 or 2 or 3 or 4 or 5 or 7 or 8 or 9 or 10 or 13))),
        Inputs.Octets(string.Concat(Words.Where((_, i) => i is 1 or 2 or 3 or 4 or 5 or 7 or 8 or 9 or 10)) + Packet("A") + Packet("M<>\0") + Packet("R<x@y>\0") + Packet("LFrom\0 a@b\0") + Packet("N") + Packet("E")),
        Inputs.Octets(string.Concat(Words.Take(16))),
    ];

    public override void Check(byte[] input, Random random)
    {
        var (answers, messages) = Run([input]);
        var (answersToPieces, messagesOfPieces) = Run(Inputs.Pieces(input, random));
        FindingException.Unless(answers.AsSpan().SequenceEqual(answersToPieces), $"other answers when it comes in pieces: {Convert.ToHexString(answersToPieces)} instead of {Convert.ToHexString(answers)}");
        FindingException.Unless(messages.SequenceEqual(messagesOfPieces, StringComparer.Ordinal), "other messages when it comes in pieces");
        for (var at = 0; at < answers.Length;)
        {
            FindingException.Unless(answers.Length - at > 4, "a piece of a packet as an answer");
            var length = BinaryPrimitives.ReadInt32BigEndian(answers.AsSpan(at));
            FindingException.Unless(length >= 1 && length <= answers.Length - at - 4, "a packet that is not whole as an answer");
            at += 4 + length;
        }
    }

    private static (byte[] Answers, List<string> Messages) Run(IReadOnlyList<ReadOnlyMemory<byte>> pieces)
    {
        var pipes = new SessionPipes();
        var processor = new Processor();
        var session = new MilterServerSession(pipes, new MilterSessionContext
        {
            Connection = new ConnectionFacts { Peer = new(IPAddress.Loopback, 54321), Local = new(IPAddress.Loopback, 10025) },
            Policy = PolicyState.Base(Settings), SessionId = "1-01", Spools = new MemorySpoolFactory(), Processor = processor, Clock = StandingClock.Instance, Log = new NoLog(),
        }).RunAsync(CancellationToken.None);
        foreach (var piece in pieces)
            if (!session.IsCompleted)
                pipes.Send(piece.Span);
        pipes.Close();
        FindingException.Unless(session.IsCompletedSuccessfully, session.Exception?.ToString() ?? "the session does not end with the connection");
        return (pipes.Answers(), processor.Messages);
    }

    private static string Packet(string content) => "\0\0" + (char)(content.Length >> 8) + (char)(content.Length & 0xff) + content;

    private sealed class Processor : IMessageProcessor
    {
        public List<string> Messages { get; } = [];

        public Task<MessageReplies> ProcessAsync(ReceivedMessage message, CancellationToken cancellationToken)
        {
            using var spool = message.Spool;
            var octets = new byte[spool.Length];
            spool.Read(0, octets);
            Messages.Add($"{message.Envelope.Sender} {string.Join(' ', message.Envelope.Recipients.Select(r => r.Address.Smtp))}\n{Inputs.Text(octets)}");
            return Task.FromResult(new MessageReplies(new SmtpReply(250, "2.0.0 Ok"), []) { HandedBack = new HandedBack { Verdict = ClientVerdict.Continue } });
        }
    }

    private sealed class NoLog : IMailLog
    {
        public bool IsEnabled(int level) => level <= 0;

        public void Line(int level, string? logId, string text) => FindingException.Unless(level > -2, text);
    }
}
