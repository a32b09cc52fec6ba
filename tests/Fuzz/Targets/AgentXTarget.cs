using System.Buffers;
using Amavis.Snmp.AgentX;

namespace Amavis.Fuzz.Targets;

/// <summary>AgentX: what is read can be written, and is then read as the same.</summary>
internal sealed class AgentXTarget : FuzzTarget
{
    public override string Name => "agentx";

    public override int MaxOctets => 4096;

    public override IReadOnlyList<string> Words { get; } = ["\x01\x05\x10\0", "\x01\x06\0\0", "\x02\x04\0\0", "\0\0\0\x04", "\xff\xff\xff\xff", "\x05\0\0\0"];

    public override IEnumerable<byte[]> Seeds() =>
    [
        Inputs.Octets("\x01\x05\x10\0\0\0\0\x01\0\0\0\x02\0\0\0\x03\0\0\0\x18\x02\x04\0\0\0\0\0\x01\0\0\0\x02\x02\x04\0\0\0\0\0\x01\0\0\0\x03"),
        Inputs.Octets("\x01\x12\x10\0\0\0\0\x01\0\0\0\x02\0\0\0\x03\0\0\0\x08\0\0\0\x01\0\0\0\0"),
        Inputs.Octets("\x01\x01\x10\0\0\0\0\0\0\0\0\0\0\0\0\x01\0\0\0\x14\x05\0\0\0\0\0\0\0\0\0\0\x05hello\0\0\0"),
        Inputs.Octets("\x01\x0d\x10\0\0\0\0\x01\0\0\0\0\0\0\0\x01\0\0\0\0"),
    ];

    public override void Check(byte[] input, Random random)
    {
        var buffer = Inputs.Sequence(Inputs.Pieces(input, random));
        for (var pdus = 0; pdus <= input.Length; pdus++)
        {
            var status = PduCodec.TryRead(ref buffer, out _, out var pdu);
            if (status is PduStatus.Incomplete or PduStatus.Unusable)
                break;
            if (pdu is null)
                continue;
            var written = Written(pdu);
            var again = new ReadOnlySequence<byte>(written);
            FindingException.Unless(PduCodec.TryRead(ref again, out _, out var same) == PduStatus.Complete && again.IsEmpty && Written(same!).AsSpan().SequenceEqual(written), "written, it is read as another PDU");
        }
    }

    private static byte[] Written(AgentXPdu pdu)
    {
        var output = new ArrayBufferWriter<byte>();
        PduCodec.Write(output, pdu);
        return output.WrittenSpan.ToArray();
    }
}
