using System.Collections.Frozen;
using System.Text;
using Amavis.Authentication.Arc;
using Amavis.Core.Messages;
using Amavis.Core.Policy;
using Amavis.Dkim.Keys;
using Amavis.Dkim.Signing;
using Amavis.Mime.Headers;
using Amavis.Testing;

namespace Amavis.Authentication.Tests.Arc;

/// <summary>Seals of our own, judged by our verifier and by python3-dkim.</summary>
public sealed class ArcSealerTests
{
    private const string Message = "Received: from far.example by mx.example.com; Mon, 05 Jan 2026 10:04:00 +0000\r\nFrom: A <a@far.example>\r\nTo: b@example.com\r\nSubject: a  folded\r\n subject\r\n"
        + "Date: Mon, 05 Jan 2026 10:04:00 +0000\r\nMessage-ID: <1@far.example>\r\n\r\nsome text  \r\n\r\nmore\r\n\r\n";

    private const string Results = "mx.example.com;\n spf=pass smtp.mailfrom=far.example;\n dkim=none";

    private static readonly DateTimeOffset At = DateTimeOffset.FromUnixTimeSeconds(1_767_607_440);
    private static readonly SigningKey Rsa = SigningKey.GenerateRsa(2048);
    private static readonly Dictionary<string, int> Signed = new() { ["from"] = 2, ["subject"] = 2, ["to"] = 1, ["date"] = 2, ["message-id"] = 1, ["authentication-results"] = 1, ["arc-seal"] = 1 };

    private readonly ZoneResolver _zone = new();
    private readonly PythonDkim _python = new();

    private DeclaredKey Key(string domain, SigningKey? key = null, string selector = "s1")
    {
        key ??= Rsa;
        var record = $"v=DKIM1; k={key.KeyType}; p={Convert.ToBase64String(key.PublicKey)}";
        _zone.AddText($"{selector}._domainkey.{domain}", record);
        _python.AddKey($"{selector}._domainkey.{domain}", record);
        return new DeclaredKey(new DkimKeySettings(domain, null, selector, "key.pem", key.ToPem(), FrozenDictionary<string, string>.Empty), key);
    }

    private async Task<ArcResult> VerifyAsync(byte[] message)
    {
        using var spool = new MemorySpool(message);
        return await new ArcVerifier(_zone).VerifyAsync(spool, HeaderSection.Read(spool), CancellationToken.None);
    }

    /// <summary>The message as it leaves one more handler.</summary>
    private async Task<byte[]> PassOnAsync(byte[] message, string domain, SigningKey? key = null, Func<byte[], byte[]>? change = null)
    {
        var chain = await VerifyAsync(message);
        return SealedAs(change is null ? message : change(message), chain, domain, key);
    }

    private byte[] SealedAs(byte[] message, ArcResult chain, string domain, SigningKey? key = null)
    {
        var fields = ArcSealer.Seal(new Whole(message), new SealOrder(domain, Key(domain, key), Signed, Results, chain, At), withoutTopReceived: false, out var fault);
        fault.ShouldBe(fields.Count == 0 ? fault : "");
        return [.. Encoding.UTF8.GetBytes(string.Concat(fields.Select(f => f.Text))), .. message];
    }

    private static byte[] Replaced(byte[] message, string old, string with) => Octets.Of(Octets.Text(message).Replace(old, with, StringComparison.Ordinal));

    [Fact]
    public async Task A_first_seal_is_good_to_us_and_to_python()
    {
        var message = await PassOnAsync(Octets.Of(Message), "example.com");

        var chain = await VerifyAsync(message);
        (chain.Word, chain.Instances, chain.Domain).ShouldBe(("pass", 1, "example.com"), chain.Reason);
        chain.Results.ShouldStartWith("mx.example.com;");
        (await _python.VerifyAsync(message)).Status.ShouldBe("pass");
        var text = Octets.Text(message);
        text.ShouldStartWith("ARC-Seal: i=1; a=rsa-sha256; d=example.com; s=s1; t=1767607440; cv=none;");
        text.ShouldContain("\r\nARC-Authentication-Results: i=1; mx.example.com;\r\n spf=pass smtp.mailfrom=far.example;\r\n dkim=none\r\nReceived:");
        text.Split("\r\n").ShouldAllBe(l => l.Length <= 100);
        text[text.IndexOf("ARC-Message-Signature", StringComparison.Ordinal)..text.IndexOf("bh=", StringComparison.Ordinal)].ShouldNotContain("arc-seal", Case.Insensitive);
    }

    [Theory]
    [InlineData("Subject: a  folded", "Subject: another")]
    [InlineData("more", "less")]
    [InlineData("spf=pass", "spf=fail")]
    [InlineData("cv=none", "cv=pass")]
    public async Task Whatever_is_changed_behind_the_seal_breaks_it(string old, string with)
    {
        var message = Replaced(await PassOnAsync(Octets.Of(Message), "example.com"), old, with);

        (await VerifyAsync(message)).Word.ShouldBe("fail");
        (await _python.VerifyAsync(message)).Status.ShouldNotBe("pass");
    }

    [Fact]
    public async Task Handlers_one_behind_the_other_may_change_what_they_seal()
    {
        var message = Octets.Of(Message);
        foreach (var number in Enumerable.Range(1, 4))
            message = await PassOnAsync(message, $"relay{number}.example", change: m => Replaced(m, "Subject: ", $"Subject: [{number}] "));

        var chain = await VerifyAsync(message);
        (chain.Word, chain.Instances, chain.Domain).ShouldBe(("pass", 4, "relay4.example"), chain.Reason);
        (await _python.VerifyAsync(message)).Status.ShouldBe("pass");
    }

    [Fact]
    public async Task A_chain_that_python_began_goes_on()
    {
        Key("python.example");
        byte[] told = [.. Octets.Of("Authentication-Results: python.example; spf=pass smtp.mailfrom=far.example\r\n"), .. Octets.Of(Message)];
        var first = await _python.SealAsync(told, Rsa.ToPem(), "python.example", "s1", "python.example");
        (await VerifyAsync(first)).Word.ShouldBe("pass");

        var message = await PassOnAsync(first, "example.com", change: m => Replaced(m, "Subject: ", "Subject: [tag] "));

        (await VerifyAsync(message)).ShouldSatisfyAllConditions(c => c.Word.ShouldBe("pass", c.Reason), c => c.Instances.ShouldBe(2));
        (await _python.VerifyAsync(message)).Status.ShouldBe("pass");
    }

    [Fact]
    public async Task A_broken_chain_is_sealed_as_broken_once()
    {
        var broken = Replaced(await PassOnAsync(Octets.Of(Message), "example.com"), "more", "less");

        var marked = await PassOnAsync(broken, "relay.example");
        Octets.Text(marked).ShouldStartWith("ARC-Seal: i=2; a=rsa-sha256; d=relay.example; s=s1; t=1767607440; cv=fail;");
        (await VerifyAsync(marked)).IsClosed.ShouldBeTrue();

        (await PassOnAsync(marked, "next.example")).ShouldBe(marked);
    }

    [Fact]
    public async Task Nothing_is_sealed_while_the_dns_does_not_answer()
    {
        var message = await PassOnAsync(Octets.Of(Message), "example.com");
        _zone.Fail("s1._domainkey.example.com");

        var chain = await VerifyAsync(message);
        (chain.Word, chain.IsTemporary).ShouldBe(("fail", true));
        SealedAs(message, chain, "relay.example").ShouldBe(message);
    }

    [Fact]
    public async Task Sets_that_cannot_be_counted_are_left_alone()
    {
        var message = Replaced(await PassOnAsync(Octets.Of(Message), "example.com"), "ARC-Message-Signature: i=1", "ARC-Message-Signature: i=2");

        (await PassOnAsync(message, "relay.example")).ShouldBe(message);
    }

    [Fact]
    public void The_chain_ends_at_fifty_sets() =>
        SealedAs(Octets.Of(Message), new ArcResult(ArcVerdict.Pass, 50, "example.com", "", ""), "relay.example").ShouldBe(Octets.Of(Message));

    [Fact]
    public async Task An_ed25519_key_seals_too()
    {
        using var key = SigningKey.GenerateEd25519();

        var chain = await VerifyAsync(await PassOnAsync(Octets.Of(Message), "example.com", key));

        (chain.Word, chain.Instances).ShouldBe(("pass", 1), chain.Reason);
    }

    private sealed class Whole(byte[] octets) : OutgoingMessage
    {
        public override long Length => octets.Length;

        public override bool LeadingDots => false;

        public override bool EightBit => false;

        public override IEnumerable<ReadOnlyMemory<byte>> Chunks() => [octets];
    }
}
