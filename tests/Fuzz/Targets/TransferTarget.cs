using Amavis.Mime.Transfer;
using System.Buffers;

namespace Amavis.Fuzz.Targets;

/// <summary>One transfer encoding: the same octets however they come in, and never more than the encoding can give.</summary>
internal sealed class TransferTarget(string name, Func<TransferDecoder> create) : FuzzTarget
{
    public static IEnumerable<TransferTarget> All =>
    [
        new("base64", () => TransferDecoder.Create(TransferEncoding.Base64)), new("quoted-printable", () => TransferDecoder.Create(TransferEncoding.QuotedPrintable)),
        new("uuencode", () => TransferDecoder.Create(TransferEncoding.Uuencode)), new("binhex", () => TransferDecoder.Create(TransferEncoding.BinHex)),
        new("yenc", () => new YEncDecoder()), new("xxencode", () => new XxDecoder()),
    ];

    public override string Name => name;

    public override int MaxOctets => 4096;

    public override IReadOnlyList<string> Words { get; } = ["=\r\n", "=3D", "====", "\r\n", "\n", " \r\n", "begin 644 x\r\n", "end\r\n", "`\r\n", "(This file must be converted with BinHex 4.0)\r\n:", "TVqQAAMAAAAE", "=ybegin line=128 size=5 name=a\r\n", "=ypart begin=1 end=5\r\n", "=yend size=5\r\n", "=}", "hGR", ":", "!!!", "\x90"];

    public override IEnumerable<byte[]> Seeds() =>
    [
        Inputs.Octets("TVqQAAMAAAAEAAAA//8AALgAAAAAAAAAQAAAAAAAAAAAAAAA\r\nAAAAAAAAAAAAAAAAAAAAAA==\r\n"), Inputs.Octets("Gr=C3=BC=C3=9Fe=\r\n weiter = \r\n=20=\r\n"), Inputs.Octets("begin 644 a.com\r\n#86%A\r\n`\r\nend\r\n"),
        Inputs.Octets("(This file must be converted with BinHex 4.0)\r\n\r\n:#R0KEA\"XC5jdH(3!-!#3!`!!!!%!!!!!rJ!:\r\n"),
        .. Inputs.Folder("mimekit/encoders").Concat(Inputs.Folder("mimekit/yenc")).Concat(Inputs.Folder("mimekit/messages")).Take(40),
    ];

    public override void Check(byte[] input, Random random)
    {
        var whole = Decode([input]);
        FindingException.Unless(whole.Length <= input.Length + 64 || create() is BinHexDecoder, $"{whole.Length} octets of {input.Length}");
        FindingException.Unless(Decode(Inputs.Pieces(input, random)).AsSpan().SequenceEqual(whole), "other octets when they come in pieces");
    }

    private byte[] Decode(IReadOnlyList<ReadOnlyMemory<byte>> pieces)
    {
        var decoder = create();
        var output = new ArrayBufferWriter<byte>();
        foreach (var piece in pieces)
            decoder.Decode(piece.Span, output);
        decoder.Finish(output);
        return output.WrittenSpan.ToArray();
    }
}
