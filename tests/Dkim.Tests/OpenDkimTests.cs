using Amavis.Core.Policy;
using Amavis.Dkim.Keys;
using Amavis.Dkim.Tests.Signing;
using Amavis.Testing;

namespace Amavis.Dkim.Tests;

/// <summary>What opendkim signs verifies here, and what is signed here verifies there.</summary>
[Trait("Needs", "Server")]
public sealed class OpenDkimTests : IDisposable
{
    private static readonly string[] Bodies =
    [
        "Hello\n", "", "\n\n\n", "  leading\n\ttabs \t inside \n \n\n", "dots\n.\n..\n", "\u00e4\u00f6\u00fc 8-bit\n", " \n", "a\n\n\n \t\n\n",
    ];

    private static readonly string[] Headers =
    [
        "From: a@example.com\nTo: b@example.net\nSubject: s\nDate: Sun, 22 Nov 2026 11:00:00 +0000\nMessage-ID: <1@example.com>\n",
        "Received: from x by y;\n\tSun, 22 Nov 2026 11:00:00 +0000\nReceived: from w by x\nFROM:  \"A  B\"\n <a@example.com>\nsubject : \t odd  \n  blanks \t\nDate:Sun, 22 Nov 2026 11:00:00 +0000\nMIME-Version: 1.0\nContent-Type: text/plain;\n charset=utf-8\n",
    ];

    private readonly OpenDkim _openDkim = new();

    public void Dispose() => _openDkim.Dispose();

    public static TheoryData<string, string> Kinds() => MessageSignerTests.Kinds();

    private static SigningKey Key(string algorithm) => algorithm.StartsWith("rsa", StringComparison.Ordinal) ? Signed.Rsa : Signed.Edwards;

    /// <summary>Reading files, opendkim keeps names and values of fields, but not the blanks between, which the simple form signs.</summary>
    private static List<byte[]> Mail(string forms) =>
        [.. Headers.Take(forms.StartsWith("simple", StringComparison.Ordinal) ? 1 : 2).SelectMany(_ => Bodies, (header, body) => Octets.Crlf(header + "\n" + body))];

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task What_is_signed_here_verifies_there(string algorithm, string forms)
    {
        _openDkim.AddKey("s1._domainkey.example.com", $"v=DKIM1; k={Key(algorithm).KeyType}; p={Convert.ToBase64String(Key(algorithm).PublicKey)}");
        var options = Signed.Options((".", [("a", algorithm), ("c", forms), ("ttl", "86400")]));
        var signed = new List<byte[]>();
        foreach (var mail in Mail(forms))
            signed.Add(await Signed.SignAsync(mail, Signed.Choose("From: a@example.com\n\n", [Signed.Key(key: Key(algorithm))], options)));
        (await _openDkim.VerifyAsync(signed)).ShouldAllBe(good => good);
    }

    /// <summary>In the simple form opendkim, over a file, signs a field of its own otherwise than it writes it out.</summary>
    public static TheoryData<string, string> KindsSignedThere()
    {
        var kinds = new TheoryData<string, string>();
        foreach (var algorithm in (string[])["rsa-sha256", "ed25519-sha256"])
            foreach (var forms in (string[])["relaxed/simple", "relaxed/relaxed"])
                kinds.Add(algorithm, forms);
        return kinds;
    }

    [Theory]
    [MemberData(nameof(KindsSignedThere))]
    public async Task What_is_signed_there_verifies_here(string algorithm, string forms)
    {
        foreach (var mail in Mail(forms))
        {
            var signed = await _openDkim.SignAsync(mail, Key(algorithm).ToPem(), "example.com", "s1", algorithm, forms);
            var result = (await DkimCase.VerifyAsync(signed, Signed.Zone(key: Key(algorithm)), DateTimeOffset.UtcNow)).Single();
            result.Reason.ShouldBe("", Octets.Text(signed));
            result.IsValid.ShouldBeTrue(result.Weakness);
        }
    }

    [Fact]
    public async Task A_changed_message_fails_there_as_well()
    {
        _openDkim.AddKey("s1._domainkey.example.com", $"v=DKIM1; p={Convert.ToBase64String(Signed.Rsa.PublicKey)}");
        var signed = Octets.Text(await Signed.SignAsync());
        (await _openDkim.VerifyAsync([Octets.Of(signed), Octets.Of(signed + "more\r\n"), Octets.Of("Subject: other\r\n" + signed)])).ShouldBe([true, false, false]);
    }

    [Fact]
    public async Task Mail_of_the_public_collection_signed_here_verifies_there()
    {
        _openDkim.AddKey("s1._domainkey.example.com", $"v=DKIM1; p={Convert.ToBase64String(Signed.Rsa.PublicKey)}");
        var orders = Signed.Choose("From: a@example.com\n\n", [Signed.Key()], Signed.Options((".", [("c", "relaxed/relaxed")])));
        var files = Samples.Files("spamassassin", "*").Concat(Samples.Files("dkim", "message.eml"))
            .Where(f => new FileInfo(f).Length is > 0 and < 200_000 && IsMail(f)).Where((_, i) => i % 4 == 0).ToList();
        var signed = new List<byte[]>();
        foreach (var file in files)
            signed.Add(await Signed.SignAsync(WithoutSignatures(DkimCase.Message(file)), orders));
        var verdicts = await _openDkim.VerifyAsync(signed);
        files.Zip(verdicts).Where(p => !p.Second).Select(p => p.First).ShouldBeEmpty();
    }

    /// <summary>A From field, no NUL, which opendkim's strings end at, and no octets it takes for the end of the header.</summary>
    private static bool IsMail(string path)
    {
        var text = Octets.Text(DkimCase.Message(path));
        return !text.Contains('\0') && text.Contains("\r\nFrom: ", StringComparison.Ordinal) && text.IndexOf("\r\n\r\n", StringComparison.Ordinal) > text.IndexOf("\r\nFrom: ", StringComparison.Ordinal)
            && !text.StartsWith("From ", StringComparison.Ordinal) && !text.Contains("\r\r", StringComparison.Ordinal);
    }

    private static byte[] WithoutSignatures(byte[] message) => Octets.Of(Octets.Text(message).Replace("DKIM-Signature:", "X-Signature:", StringComparison.OrdinalIgnoreCase));
}
