using System.Buffers;
using Amavis.Protocols.Milter;
using Amavis.Protocols.Milter.Server;

namespace Amavis.Fuzz.Targets;

/// <summary>Milter packets: never more octets than came in, the same ones for every cut.</summary>
internal sealed class MilterTarget : FuzzTarget
{
    public override string Name => "milter";

    public override IReadOnlyList<string> Words { get; } = ["\0\0\0\x0dO", "\0\0\0\x01E", "C", "Dj\0", "M<a@b>\0", "R<c@d>\0", "L", "\0", "4\0\x19", "6"];

    public override IEnumerable<byte[]> Seeds() =>
    [
        Inputs.Octets("\0\0\0\x0dO\0\0\0\x06\0\0\x01\xff\0\x1f\xff\xff" + "\0\0\0\x18" + "Cmx.example\0" + "4\0\x19" + "192.0.2.1\0"),
        Inputs.Octets("\0\0\0\x09M<a@b.c>\0\0\0\0\x08R<d@e>\0\0\0\0\x0eLSubject\0hello\0\0\0\0\x01N\0\0\0\x06Babcde\0\0\0\x01E"),
    ];

    public override void Check(byte[] input, Random random)
    {
        var whole = Read(Inputs.Sequence([input]), input.Length);
        var pieces = Read(Inputs.Sequence(Inputs.Pieces(input, random)), input.Length);
        FindingException.Unless(whole == pieces, "other packets when they come in pieces");
    }

    private static string Read(ReadOnlySequence<byte> buffer, int octets)
    {
        var reader = new MilterPacketReader();
        var seen = new System.Text.StringBuilder();
        var status = MilterReadStatus.Incomplete;
        for (var packets = 0; packets <= octets; packets++)
        {
            status = reader.Read(ref buffer, out var packet);
            if (status is MilterReadStatus.Incomplete or MilterReadStatus.Malformed)
                break;
            var payload = packet.Payload.ToArray();
            MilterClient.Read(payload);
            MilterOptions.Read(payload);
            MilterText.Decode(payload);
            // Bodies come in pieces that depend on the cut.
            seen.Append(packet.Command).Append(Convert.ToHexString(payload));
        }
        return seen.ToString().Replace(nameof(MilterCommand.Body), "", StringComparison.Ordinal).Replace(nameof(MilterCommand.EndOfMessage), "", StringComparison.Ordinal) + status;
    }
}
