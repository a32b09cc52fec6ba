using Amavis.Protocols.AmPdp;

namespace Amavis.Fuzz.Targets;

/// <summary>AM.PDP: the same requests for every cut; what is read can be written and read again as the same.</summary>
internal sealed class AmPdpTarget : FuzzTarget
{
    public override string Name => "ampdp";

    public override int MaxOctets => 1024;

    public override IReadOnlyList<string> Words { get; } = ["request=release\r\n", "mail_id=", "%00", "%0D%0A", "%", "\r\n\r\n", "recipient=<a@b>\r\n", "tempdir=/x\r\n", "="];

    public override IEnumerable<byte[]> Seeds() =>
    [
        Inputs.Octets("request=release\r\nmail_id=aX3C4f6btXgX\r\nsecret_id=x\r\nquar_type=Q\r\nrecipient=<a@b.example>\r\n\r\n"),
        Inputs.Octets("request=AM.PDP\r\nversion_client=1\r\ntempdir=/tmp/x\r\nmail_file=/tmp/x/email.txt\r\nsender=<a%20b@c>\r\nrecipient=<d@e>\r\ndelivery_care_of=client\r\n\r\nrequest=report\r\n\r\n"),
    ];

    public override void Check(byte[] input, Random random)
    {
        var whole = Read([input], out var status);
        var pieces = Read(Inputs.Pieces(input, random), out var piecesStatus);
        FindingException.Unless(status == piecesStatus && whole.Select(Written).SequenceEqual(pieces.Select(Written), StringComparer.Ordinal), "other requests when they come in pieces");
        foreach (var message in whole)
        {
            _ = ReleaseRequest.TryFrom(message, out _, out _);
            _ = AmPdpCheckRequest.TryFrom(message, out _, out _);
        }
        foreach (var message in whole.Where(m => m.Attributes.Count > 0))
        {
            var again = Read([Inputs.Octets(Written(message))], out _);
            FindingException.Unless(again.Count == 1 && again[0].Attributes.SequenceEqual(message.Attributes), "written, it is read as another request");
        }
    }

    private static List<AmPdpMessage> Read(IReadOnlyList<ReadOnlyMemory<byte>> pieces, out AmPdpReadStatus status)
    {
        var reader = new AmPdpReader();
        var messages = new List<AmPdpMessage>();
        status = AmPdpReadStatus.Incomplete;
        var all = Inputs.Sequence(pieces);
        var (taken, came) = (0L, 0L);
        foreach (var piece in pieces)
        {
            // As a pipe gives it: what was not taken is there again, with what came since.
            came += piece.Length;
            var buffer = all.Slice(taken, came - taken);
            while ((status = reader.Read(ref buffer, out var message)) != AmPdpReadStatus.Incomplete)
            {
                if (message is null)
                    return messages;
                messages.Add(message);
            }
            taken = came - buffer.Length;
        }
        return messages;
    }

    private static string Written(AmPdpMessage message)
    {
        var writer = new AmPdpWriter();
        foreach (var (name, value) in message.Attributes)
            writer.Attribute(name, value);
        writer.End();
        return Inputs.Text(writer.Written.Span);
    }
}
