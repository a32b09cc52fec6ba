using Amavis.Authentication.Arc;
using Amavis.Authentication.Dmarc;
using Amavis.Authentication.Spf;
using Amavis.Mime.Headers;
using Amavis.Testing;

namespace Amavis.Fuzz.Targets;

/// <summary>Records of SPF and DMARC, and the fields of ARC.</summary>
internal sealed class AuthenticationTarget : FuzzTarget
{
    private static readonly ZoneResolver Zone = new();

    public override string Name => "authentication";

    public override int MaxOctets => 4096;

    public override IReadOnlyList<string> Words { get; } =
    [
        "v=spf1 ", "include:", "redirect=", "exists:%{i}.x", "ip4:192.0.2.0/24", "ip6:2001:db8::/32", "a/24//64", "-all", "%{d2r.-}", "exp=", "v=DMARC1; ", "p=reject; ", "pct=1; ", "ARC-Seal: i=1; ", "ARC-Message-Signature: i=", "ARC-Authentication-Results: i=1; ",
        "cv=none; ", "\r\n", "i=99999; ",
    ];

    public override IEnumerable<byte[]> Seeds() =>
    [
        Inputs.Octets("v=spf1 a mx/24 ip4:192.0.2.0/24 include:_spf.%{d2}.example exists:%{l1r+}._spf.%{d} redirect=x.example exp=e.%{d} -all"), Inputs.Octets("v=DMARC1; p=quarantine; sp=none; adkim=s; aspf=r; pct=50; rua=mailto:a@b"),
        Inputs.Octets("ARC-Seal: i=1; a=rsa-sha256; cv=none; d=x.example; s=y; b=AAAA\r\nARC-Message-Signature: i=1; a=rsa-sha256; c=relaxed/relaxed; d=x.example; s=y; h=from; bh=AAAA; b=AAAA\r\nARC-Authentication-Results: i=1; x.example; spf=pass\r\nFrom: a@b\r\n\r\nx\r\n"),
    ];

    public override void Check(byte[] input, Random random)
    {
        var text = Inputs.Text(input);
        if (SpfRecord.IsOne(text))
            FindingException.Unless(SpfParser.TryParse(text, out var fault) is not null || fault.Length > 0, "no record, and no word why");
        _ = SpfMacros.IsDomainSpec(text);
        if (DmarcRecord.IsOne(text))
            _ = DmarcRecord.TryParse(text);
        using var spool = new MemorySpool(input);
        var checking = new ArcVerifier(Zone).VerifyAsync(spool, HeaderSection.Read(spool), CancellationToken.None);
        FindingException.Unless(checking.IsCompleted, "waits for something");
        _ = checking.GetAwaiter().GetResult();
        Zone.Questions.Clear();
    }
}
