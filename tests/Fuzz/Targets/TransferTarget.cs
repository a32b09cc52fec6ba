using System.Buffers;
using Amavis.Mime.Transfer;

namespace Amavis.Fuzz.Targets;

/// <summary>Transfer encodings: the same octets however they come in.</summary>
internal sealed class TransferTarget : FuzzTarget
{
    private static readonly TransferEncoding[] Encodings = Enum.GetValues<TransferEncoding>();

    public override string Name => "transfer";

    public override IReadOnlyList<string> Words { get; } = ["=\r\n", "=3D", "====", "\r\n", "begin 644 x\r\n", "end\r\n", "(This file must be converted with BinHex 4.0)\r\n:", "TVqQAAMAAAAE"];

    public override IEnumerable<byte[]> Seeds() =>
    [
        Inputs.Octets("TVqQAAMAAAAEAAAA//8AALgAAAAAAAAAQAAAAAAAAAAAAAAA\r\nAAAAAAAAAAAAAAAAAAAAAA==\r\n"),
        Inputs.Octets("Gr=C3=BC=C3=9Fe=\r\n weiter = \r\n=20=\r\n"),
        Inputs.Octets("begin 644 a.com\r\n#86%A\r\n`\r\nend\r\n"),
        .. Inputs.Folder("mimekit").Take(100),
    ];

    public override void Check(byte[] input, Random random)
    {
        foreach (var encoding in Encodings)
        {
            var whole = TransferDecoder.DecodeAll(encoding, input);
            FindingException.Unless(whole.Length <= input.Length + 64 || encoding.ToString() == "BinHex", $"{encoding}: {whole.Length} octets of {input.Length}");
            var decoder = TransferDecoder.Create(encoding);
            var output = new ArrayBufferWriter<byte>();
            foreach (var piece in Inputs.Pieces(input, random))
                decoder.Decode(piece.Span, output);
            decoder.Finish(output);
            FindingException.Unless(output.WrittenSpan.SequenceEqual(whole), $"{encoding}: other octets when they come in pieces");
        }
    }
}
