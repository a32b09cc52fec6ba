using Amavis.Scanning.Spam;
using Amavis.Scanning.Virus.Clamd;

namespace Amavis.Fuzz.Targets;

/// <summary>What scanners answer: nothing but a proper answer counts as one.</summary>
internal sealed class ScannerReplyTarget : FuzzTarget
{
    public override string Name => "scanner-replies";

    public override int MaxOctets => 8192;

    public override IReadOnlyList<string> Words { get; } = ["stream: OK\0", " FOUND\0", " ERROR\0", "1: stream: ", "SPAMD/1.1 0 EX_OK\r\n", "Spam: True ; 1e308 / 5.0\r\n", "Content-length: 5\r\n", "\r\n\r\n", "nan", "pts rule name"];

    public override IEnumerable<byte[]> Seeds() =>
    [
        Inputs.Octets("1: stream: Eicar-Signature FOUND\0"), Inputs.Octets("stream: OK\0"), Inputs.Octets("INSTREAM size limit exceeded. ERROR\0"),
        Inputs.Octets("SPAMD/1.1 0 EX_OK\r\nContent-length: 64\r\nSpam: True ; 1000.0 / 5.0\r\n\r\n pts rule name              description\n1000 GTUBE      BODY: x\r\n     "),
    ];

    public override void Check(byte[] input, Random random)
    {
        _ = ClamdAnswer.TryParse(input, out _);
        _ = ClamdAnswer.TryParseNumbered(input, out _);
        if (SpamdReply.TryParse(input, out var verdict, out _))
            FindingException.Unless(verdict is not null && double.IsFinite(verdict.Points), "a score that is no number");
        SpamReportText.Read(input, 5, 5);
    }
}
