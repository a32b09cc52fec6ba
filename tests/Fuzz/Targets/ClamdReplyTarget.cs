using Amavis.Scanning.Virus.Clamd;

namespace Amavis.Fuzz.Targets;

/// <summary>What clamd answers: nothing but a proper answer is one, and only OK is clean.</summary>
internal sealed class ClamdReplyTarget : FuzzTarget
{
    public override string Name => "clamd-replies";

    public override int MaxOctets => 4096;

    public override IReadOnlyList<string> Words { get; } = ["stream: OK", " FOUND", " ERROR", "1: stream: ", ": ", "OK", "/path/p001: ", "\0", "99999999999: "];

    public override IEnumerable<byte[]> Seeds() =>
    [
        Inputs.Octets("1: stream: Eicar-Signature FOUND"), Inputs.Octets("stream: OK"), Inputs.Octets("INSTREAM size limit exceeded. ERROR"), Inputs.Octets("/run/x/p001: Win.Test: EICAR FOUND"), Inputs.Octets("2: stream: OK"),
    ];

    public override void Check(byte[] input, Random random)
    {
        Seen(ClamdAnswer.TryParse(input, out var answer), answer, input);
        Seen(ClamdAnswer.TryParseNumbered(input, out answer), answer, input);
    }

    private static void Seen(bool understood, ClamdAnswer answer, byte[] input)
    {
        if (!understood)
            return;
        FindingException.Unless(answer.Verdict != ClamdVerdict.Clean || input.AsSpan().EndsWith(": OK"u8), "clean without an OK");
        FindingException.Unless(!answer.Text.Any(char.IsControl), "a control character in a name");
    }
}
