using Amavis.Dkim.Keys;
using Amavis.Dkim.Results;
using Amavis.Dkim.Tags;
using Amavis.Dkim.Verification;

namespace Amavis.Fuzz.Targets;

/// <summary>Fields and records of DKIM, and Authentication-Results.</summary>
internal sealed class DkimFieldTarget : FuzzTarget
{
    public override string Name => "dkim-fields";

    public override int MaxOctets => 4096;

    public override IReadOnlyList<string> Words { get; } =
        ["v=1;", "a=rsa-sha256;", "b=", "bh=", "c=relaxed/simple;", "d=example.com;", "h=from:to;", "i=@x;", "l=10;", "q=dns/txt;", "s=sel;", "t=1;", "x=99999999999999999999;", "v=DKIM1;", "k=ed25519;", "p=", ";;", "mx; dkim=pass", " reason=\"", "header.d="];

    public override IEnumerable<byte[]> Seeds() =>
    [
        Inputs.Octets(" v=1; a=rsa-sha256; c=relaxed/relaxed; d=example.com; s=s1; h=From:To:Subject;\r\n bh=47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=; b=AAAA"),
        Inputs.Octets("v=DKIM1; k=rsa; t=y:s; p=MIGfMA0GCSqGSIb3DQEBAQUAA4GNADCBiQKBgQCtest"), Inputs.Octets("v=DKIM1; k=ed25519; p=11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo="),
        Inputs.Octets("mx.example.com (amavis); dkim=pass (1024-bit key) reason=\"x\" header.d=example.org header.b=\"abcd\"; spf=none smtp.mailfrom=a@b"),
    ];

    public override void Check(byte[] input, Random random)
    {
        var text = Inputs.Text(input);
        DkimSignature.TryParse(input, out _);
        KeyRecord.TryParse(text, out _);
        TagList.TryParse(text, out _);
        PublicKey.TryRead("rsa", input, out _);
        PublicKey.TryRead("ed25519", input, out _);
        AuthenticationResultsField.MayClaimToBe(text, "mx.example.com");
        if (AuthenticationResultsField.TryParse(text) is not { } field)
            return;
        var written = field.Write("");
        FindingException.Unless(AuthenticationResultsField.TryParse(written) is { } again && again.Write("") == written, "written, it is read as other results");
    }
}
