using Amavis.Protocols.Smtp.Server;

namespace Amavis.Fuzz.Targets;

/// <summary>Message data: one end, the same for every cut; what comes out has proper line ends and comes back the same.</summary>
internal sealed class DataTarget : FuzzTarget
{
    public override string Name => "data";

    public override int MaxOctets => 8192;

    public override IReadOnlyList<string> Words { get; } = ["\r\n.\r\n", "\n.\n", "\r\n.\n", "\n.\r\n", "\r.\r", "\r\n..", "\r\n.\r\r\n", ".\r\n", "\0"];

    public override IEnumerable<byte[]> Seeds() => [Inputs.Octets("Subject: x\r\n\r\n..a\r\nb\r\n.\r\nQUIT\r\n"), Inputs.Octets(".\r\n"), .. Inputs.Folder("mime4j").Take(50)];

    public override void Check(byte[] input, Random random)
    {
        var (whole, taken, ended) = Decode([input]);
        var pieces = Decode(Inputs.Pieces(input, random));
        FindingException.Unless(pieces.Taken == taken && pieces.Ended == ended && pieces.Octets.AsSpan().SequenceEqual(whole), "another message when it comes in pieces");
        for (var i = 0; i < whole.Length; i++)
        {
            FindingException.Unless(whole[i] != '\n' || (i > 0 && whole[i - 1] == '\r'), "a lone LF comes out");
            FindingException.Unless(whole[i] != '\r' || (i + 1 < whole.Length && whole[i + 1] == '\n') || !ended, "a lone CR comes out");
        }
        if (!ended)
            return;
        var (again, _, endedAgain) = Decode([Stuffed(whole)]);
        FindingException.Unless(endedAgain && again.AsSpan().SequenceEqual(whole), "sent on, it is another message");
    }

    private static (byte[] Octets, long Taken, bool Ended) Decode(IReadOnlyList<ReadOnlyMemory<byte>> pieces)
    {
        var decoder = new DataDecoder();
        var sink = new Sink();
        var taken = 0L;
        foreach (var piece in pieces)
        {
            taken += decoder.Decode(piece.Span, sink);
            if (decoder.IsComplete)
                break;
        }
        return (sink.Octets.ToArray(), taken, decoder.IsComplete);
    }

    private static byte[] Stuffed(byte[] message)
    {
        var output = new MemoryStream();
        for (var i = 0; i < message.Length; i++)
        {
            if (message[i] == '.' && (i == 0 || message[i - 1] == '\n'))
                output.WriteByte((byte)'.');
            output.WriteByte(message[i]);
        }
        if (message.Length > 0 && message[^1] != '\n')
            output.Write("\r\n"u8);
        output.Write(".\r\n"u8);
        return output.ToArray();
    }

    private sealed class Sink : IOctetSink
    {
        public MemoryStream Octets { get; } = new();

        public void Write(ReadOnlySpan<byte> octets) => Octets.Write(octets);
    }
}
