using Amavis.Mime.Transfer;
using System.Buffers;

namespace Amavis.Fuzz.Targets;

/// <summary>One transfer encoding: the same octets however they come in, and never more than the encoding can give.</summary>
internal sealed class TransferTarget(TransferEncoding encoding, string name) : FuzzTarget
{
    public static IEnumerable<TransferTarget> All =>
    [
        new(TransferEncoding.Base64, "base64"), new(TransferEncoding.QuotedPrintable, "quoted-printable"), new(TransferEncoding.Uuencode, "uuencode"), new(TransferEncoding.BinHex, "binhex"),
    ];

    public override string Name => name;

    public override int MaxOctets => 4096;

    public override IReadOnlyList<string> Words { get; } = ["=\r\n", "=3D", "====", "\r\n", "\n", " \r\n", "begin 644 x\r\n", "end\r\n", "`\r\n", "(This file must be converted with BinHex 4.0)\r\n:", "TVqQAAMAAAAE", ":", "!!!", "\x90"];

    public override IEnumerable<byte[]> Seeds() =>
    [
        Inputs.Octets("TVqQAAMAAAAEAAAA//8AALgAAAAAAAAAQAAAAAAAAAAAAAAA\r\nAAAAAAAAAAAAAAAAAAAAAA==\r\n"), Inputs.Octets("Gr=C3=BC=C3=9Fe=\r\n weiter = \r\n=20=\r\n"), Inputs.Octets("begin 644 a.com\r\n#86%A\r\n`\r\nend\r\n"),
        Inputs.Octets("(This file must be converted with BinHex 4.0)\r\n\r\n:#R0KEA\"XC5jdH(3!-!#3!`!!!!%!!!!!rJ!:\r\n"),
        .. Inputs.Folder("mimekit/encoders").Concat(Inputs.Folder("mimekit/messages")).Take(40),
    ];

    public override void Check(byte[] input, Random random)
    {
        var whole = TransferDecoder.DecodeAll(encoding, input);
        FindingException.Unless(whole.Length <= input.Length + 64 || encoding == TransferEncoding.BinHex, $"{whole.Length} octets of {input.Length}");
        var decoder = TransferDecoder.Create(encoding);
        var output = new ArrayBufferWriter<byte>();
        foreach (var piece in Inputs.Pieces(input, random))
            decoder.Decode(piece.Span, output);
        decoder.Finish(output);
        FindingException.Unless(output.WrittenSpan.SequenceEqual(whole), "other octets when they come in pieces");
    }
}
