using Amavis.Dkim.Verification;
using Amavis.Mime.Headers;
using Amavis.Testing;

namespace Amavis.Fuzz.Targets;

/// <summary>Signed mail, whoever changed it on the way.</summary>
internal sealed class SignedMailTarget : FuzzTarget
{
    private static readonly ZoneResolver Zone = new ZoneResolver()
        .AddText("test._domainkey.football.example.com", "v=DKIM1; k=rsa; p=MIGfMA0GCSqGSIb3DQEBAQUAA4GNADCBiQKBgQDkHlOQoBTzWRiGs5V6NpP3idY6Wk08a5qhdR6wy5bdOKb2jLQiY/J16JYi0Qvx/byYzCNb3W91y3FutACDfzwQ/BC/e/8uBsCR+yz1Lxj+PL6lHvqMKrM3rG4hstT5QjvHO9PzoxZyVYLzBfO2EeC3Ip3G+2kryOTIKT+l/K4w3QIDAQAB");

    public override string Name => "signed-mail";

    public override IReadOnlyList<string> Words { get; } =
        ["DKIM-Signature: ", "l=0; ", "c=simple; ", "h=From; ", "\r\n\r\n", "\r\n", " \r\n", "From: ", "d=football.example.com; s=test; ", "x=1; ", "DKIM-Signature: v=1; a=rsa-sha256; d=football.example.com; s=test; h=from; bh=; b="];

    public override IEnumerable<byte[]> Seeds() => Inputs.Folder("dkim").Concat(Inputs.Folder("chasquid-dkim")).Concat(Inputs.Folder("mailauth")).Append(Inputs.Mail().First());

    public override void Check(byte[] input, Random random)
    {
        using var spool = new MemorySpool(input, chunkOctets: random.Next(1, 4096));
        var header = HeaderSection.Read(spool);
        // The resolver has its answers at hand, so this is done at once.
        var checking = new DkimVerifier(Zone).VerifyAsync(spool, header, new DateTimeOffset(2026, 11, 22, 0, 0, 0, TimeSpan.Zero), CancellationToken.None);
        FindingException.Unless(checking.IsCompleted, "waits for something");
        checking.GetAwaiter().GetResult();
        Zone.Questions.Clear();
    }
}
