using Amavis.Scanning.Spam.Rspamd;

namespace Amavis.Fuzz.Targets;

/// <summary>What rspamd answers: a score that is a number and names that fit into a list, or nothing.</summary>
internal sealed class RspamdReplyTarget : FuzzTarget
{
    public override string Name => "rspamd-replies";

    public override int MaxOctets => 8192;

    public override IReadOnlyList<string> Words { get; } =
        ["\"score\": 1e308", "\"score\": -1e-9", "\"symbols\": {", "\"action\": \"reject\"", "\"is_skipped\": true", "\"error\": \"", "{", "}", "[", "null", "\\u0000", "\\ud800", ",", "\"required_score\": 15"];

    public override IEnumerable<byte[]> Seeds() =>
    [
        Inputs.Octets("""{"is_skipped":false,"score":7.5,"required_score":15.0,"action":"add header","symbols":{"DATE_IN_PAST":{"name":"DATE_IN_PAST","score":1.0,"metric_score":1.0,"description":"Message date is in the past"},"R_SPF_ALLOW":{"name":"R_SPF_ALLOW","score":-0.2,"options":["+mx"]}},"messages":{},"message-id":"a@b"}"""),
        Inputs.Octets("""{"error":"Cannot parse"}"""), Inputs.Octets("""{"is_skipped":true}"""),
    ];

    public override void Check(byte[] input, Random random)
    {
        if (!RspamdReply.TryParse(input, out var verdict, out var fault))
        {
            FindingException.Unless(fault.Length > 0 && !fault.Any(char.IsControl), "no answer, and no word why");
            return;
        }
        FindingException.Unless(verdict is not null && double.IsFinite(verdict.Points) && verdict.Tests.All(t => double.IsFinite(t.Points)), "a score that is no number");
        FindingException.Unless(!verdict!.Tests.Any(t => t.Name.AsSpan().IndexOfAny("=, \r\n") >= 0), "a name that does not fit into a list");
    }
}
