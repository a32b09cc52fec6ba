using Amavis.Scanning.Spam;

namespace Amavis.Fuzz.Targets;

/// <summary>What spamd answers: a score that is a number, a report without control characters, or nothing.</summary>
internal sealed class SpamdReplyTarget : FuzzTarget
{
    public override string Name => "spamd-replies";

    public override int MaxOctets => 8192;

    public override IReadOnlyList<string> Words { get; } = ["SPAMD/1.1 0 EX_OK\r\n", "Spam: True ; 1e308 / 5.0\r\n", "Spam: False ; -1 / 5\r\n", "Content-length: 5\r\n", "\r\n\r\n", "nan", "pts rule name", "\n 1.0 X "];

    public override IEnumerable<byte[]> Seeds() =>
    [
        Reply(" pts rule name              description\n---- ---------------------- ------------\n 1000 GTUBE      BODY: x\n -0.1 DKIM_VALID        Message has at least one valid\n                            signature\n"),
        Reply("Content analysis details:   (7.5 points, 5.0 required)\r\n\r\n pts rule name\r\n  0.0 A_B text\r\n"), Inputs.Octets("SPAMD/1.0 76 Bad header line: x\r\n\r\n"),
    ];

    private static byte[] Reply(string report) => Inputs.Octets($"SPAMD/1.1 0 EX_OK\r\nContent-length: {report.Length}\r\nSpam: True ; 1000.0 / 5.0\r\n\r\n{report}");

    public override void Check(byte[] input, Random random)
    {
        if (SpamdReply.TryParse(input, out var verdict, out var fault))
            FindingException.Unless(verdict is not null && double.IsFinite(verdict.Points) && verdict.Tests.All(t => double.IsFinite(t.Points)), "a score that is no number");
        else
            FindingException.Unless(verdict is null && fault.Length > 0, "no answer, and no word why");
        SpamReportText.Read(input, 5, 5);
    }
}
