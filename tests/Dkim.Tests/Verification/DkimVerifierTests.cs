using System.Security.Cryptography;
using Amavis.Dkim.Keys;
using Amavis.Dkim.Tests.Signing;
using Amavis.Dkim.Verification;
using Amavis.Mime.Headers;
using Amavis.Testing;

namespace Amavis.Dkim.Tests.Verification;

public sealed class DkimVerifierTests
{
    private static async Task<SignatureResult> One(byte[] message, ZoneResolver? zone = null, DateTimeOffset? now = null) =>
        (await DkimCase.VerifyAsync(message, zone ?? Signed.Zone(), now)).Single();

    private static async Task<string> Text(params (string, string?)[] options) =>
        Octets.Text(await Signed.SignAsync(options: Signed.Options((".", options))));

    private static (SignatureVerdict, string) Verdict(SignatureResult result) => (result.Verdict, result.Reason);

    [Fact]
    public async Task A_message_without_signatures_has_no_results() => (await DkimCase.VerifyAsync(Octets.Crlf(Signed.Mail), new ZoneResolver())).ShouldBeEmpty();

    [Fact]
    public async Task The_facts_of_a_signature_are_told()
    {
        var result = await One(await Signed.SignAsync());
        (result.Domain, result.Selector, result.Identity, result.KeyBits, result.RsaStrength, result.Algorithm).ShouldBe(("example.com", "s1", "@example.com", 1024, 1024, SigningAlgorithm.RsaSha256));
        result.SignatureText.Length.ShouldBe(172);
    }

    [Theory]
    [InlineData("v=1;", "v=2;", SignatureVerdict.Neutral, "of another version")]
    [InlineData("v=1; ", "", SignatureVerdict.Neutral, "tag v= is missing")]
    [InlineData("d=example.com; ", "", SignatureVerdict.Neutral, "tag d= is missing")]
    [InlineData("d=example.com", "d=exa mple.com", SignatureVerdict.Neutral, "tag d= is not a domain name")]
    [InlineData("d=example.com", "d=exa\u0001mple.com", SignatureVerdict.Neutral, "tag d= is not a domain name")]
    [InlineData("d=example.com", "d=.example.com", SignatureVerdict.Neutral, "tag d= is not a domain name")]
    [InlineData("s=s1", "s=../../x", SignatureVerdict.Neutral, "tag s= is not a domain name")]
    [InlineData("a=rsa-sha256", "a=rsa-md5", SignatureVerdict.Neutral, "an algorithm that is not known")]
    [InlineData("a=rsa-sha256", "a=rsa-sha1", SignatureVerdict.PermError, "rsa-sha1 is not accepted")]
    [InlineData("a=rsa-sha256", "a=ed25519-sha256", SignatureVerdict.PermError, "the key is not for ed25519-sha256")]
    [InlineData("c=relaxed/simple", "c=relaxed/simple/x", SignatureVerdict.Neutral, "tag c= can't be understood")]
    [InlineData("c=relaxed/simple", "c=loose", SignatureVerdict.Neutral, "tag c= can't be understood")]
    [InlineData("v=1;", "v=1; i=@other.example;", SignatureVerdict.Neutral, "the domain of i= is outside of d=")]
    [InlineData("v=1;", "v=1; i=@notexample.com;", SignatureVerdict.Neutral, "the domain of i= is outside of d=")]
    [InlineData("v=1;", "v=1; i=x;", SignatureVerdict.Neutral, "tag i= is not an address")]
    [InlineData("v=1;", "v=1; l=-1;", SignatureVerdict.Neutral, "tag l= is not a number")]
    [InlineData("v=1;", "v=1; q=http;", SignatureVerdict.Neutral, "the key is not in the DNS")]
    [InlineData("v=1;", "v=1; v=1;", SignatureVerdict.Neutral, "tag v= occurs twice")]
    [InlineData("v=1;", "v=1; x=99999999999999;", SignatureVerdict.Neutral, "tag x= is not a number")]
    [InlineData(" b=", " b=!", SignatureVerdict.Neutral, "tag b= is not base64")]
    [InlineData("bh=", "bh=!", SignatureVerdict.Neutral, "tag bh= is not base64")]
    [InlineData("from:from:", "", SignatureVerdict.Neutral, "the From field is not signed")]
    [InlineData("Hello", "Hallo", SignatureVerdict.Fail, "the body was changed")]
    [InlineData("Subject: a", "Subject: b", SignatureVerdict.Fail, "the signature does not fit the header")]
    public async Task A_fault_is_named(string good, string bad, SignatureVerdict verdict, string reason)
    {
        var text = (await Text()).Replace(":\r\n ", ":", StringComparison.Ordinal).Replace("\r\n ", " ", StringComparison.Ordinal);
        var at = text.IndexOf(good, StringComparison.Ordinal);
        at.ShouldBeGreaterThan(0);
        Verdict(await One(Octets.Of(text[..at] + bad + text[(at + good.Length)..]))).ShouldBe((verdict, reason));
    }

    [Theory]
    [InlineData("v=DKIM1; p=", "the key was revoked")]
    [InlineData("v=DKIM1; p=YWJj", "the public key can't be read")]
    [InlineData("v=DKIM1; k=ed25519; p=YWJj", "the key is not for rsa-sha256")]
    [InlineData("garbage", "not a list of tags")]
    [InlineData("v=spf1 -all", "the key record is of another version")]
    [InlineData("", "the key record holds no key")]
    public async Task A_key_that_is_no_good_is_a_permanent_error(string record, string reason) =>
        Verdict(await One(await Signed.SignAsync(), new ZoneResolver().AddText("s1._domainkey.example.com", record))).ShouldBe((SignatureVerdict.PermError, reason));

    [Fact]
    public async Task F20_no_key_is_a_permanent_error_and_no_answer_a_temporary_one()
    {
        var signed = await Signed.SignAsync();
        Verdict(await One(signed, new ZoneResolver())).ShouldBe((SignatureVerdict.PermError, "there is no key"));
        Verdict(await One(signed, new ZoneResolver().Fail("s1._domainkey.example.com"))).ShouldBe((SignatureVerdict.TempError, "the DNS did not answer"));
    }

    [Fact]
    public async Task F20_when_time_is_over_signatures_are_temporary_errors()
    {
        using var spool = new MemorySpool(await Signed.SignAsync());
        using var patience = new CancellationTokenSource();
        var verifying = new DkimVerifier(new ZoneResolver { IsSilent = true }).VerifyAsync(spool, HeaderSection.Read(spool), DkimCase.Now, patience.Token);
        await patience.CancelAsync();
        Verdict((await verifying).Single()).ShouldBe((SignatureVerdict.TempError, "no time left for the DNS"));
    }

    [Fact]
    public async Task A_key_may_stand_among_other_records_and_behind_an_alias()
    {
        var zone = Signed.Zone(selector: "real").Add(new Dns.Messages.DnsRecord.Named("s1._domainkey.example.com", 5, Dns.Messages.RecordType.CNAME, "real._domainkey.example.com"))
            .AddText("real._domainkey.example.com", "v=spf1 -all", "v=DKIM1; k=ed25519; p=YQ==");
        (await One(await Signed.SignAsync(), zone)).IsValid.ShouldBeTrue();
    }

    [Fact]
    public async Task Keys_under_1024_bits_are_refused()
    {
        using var rsa = RSA.Create(768);
        var zone = new ZoneResolver().AddText("s1._domainkey.example.com", "p=" + Convert.ToBase64String(rsa.ExportSubjectPublicKeyInfo()));
        Verdict(await One(await Signed.SignAsync(), zone)).ShouldBe((SignatureVerdict.PermError, "the key is too short: 768 bits"));
    }

    [Fact]
    public async Task A_strict_key_forbids_identities_below_its_domain()
    {
        var signed = await Signed.SignAsync(options: Signed.Options((".", [("i", "@sub.example.com")])));
        (await One(signed)).Identity.ShouldBe("@sub.example.com");
        Verdict(await One(signed, Signed.Zone(tags: "t=s; "))).ShouldBe((SignatureVerdict.PermError, "the key does not allow i= below d="));
        (await One(await Signed.SignAsync(), Signed.Zone(tags: "t=y:s; "))).IsTest.ShouldBeTrue();
    }

    [Fact]
    public async Task F19_a_signature_whose_time_is_over_passes_but_counts_for_nothing()
    {
        var signed = await Signed.SignAsync(options: Signed.Options((".", [("ttl", "60")])));
        (await One(signed, now: DkimCase.Now.AddSeconds(60))).IsValid.ShouldBeTrue();
        var late = await One(signed, now: DkimCase.Now.AddSeconds(61));
        (late.Verdict, late.IsExpired, late.IsValid).ShouldBe((SignatureVerdict.Pass, true, false));
    }

    [Fact]
    public async Task F19_a_signature_from_the_future_counts_for_nothing_unless_a_clock_is_a_little_wrong()
    {
        (await One(await Signed.SignAsync(), now: DkimCase.Now.AddHours(-1))).IsValid.ShouldBeTrue();
        (await One(await Signed.SignAsync(), now: DkimCase.Now.AddYears(-10))).Weakness.ShouldBe("signed in the future");
    }

    [Fact]
    public async Task What_is_appended_behind_the_signed_length_is_counted_and_makes_the_signature_worthless()
    {
        var key = Signed.Rsa;
        var mail = Octets.Crlf("From: a@example.com\n\nhello\n");
        var field = $"DKIM-Signature: v=1; a=rsa-sha256; d=example.com; s=s1; h=from; l=7; bh={Convert.ToBase64String(SHA256.HashData("hello\r\n"u8))}; b=";
        var hash = SHA256.HashData(Octets.Of("From: a@example.com\r\n" + field));
        byte[] signed = [.. Octets.Of(field + Convert.ToBase64String(key.Sign(hash)) + "\r\n"), .. mail];
        (await One(signed)).IsValid.ShouldBeTrue();
        var appended = await One([.. signed, .. "and more\r\n"u8]);
        (appended.Verdict, appended.UnsignedOctets, appended.IsValid, appended.Weakness).ShouldBe((SignatureVerdict.Pass, 10, false, "10 octets of the body are not signed"));
    }

    [Theory]
    [InlineData("From: other@evil.example\r\n", "a further From field is not signed")]
    [InlineData("Subject: buy\r\n", "a further Subject field is not signed")]
    [InlineData("Content-Type: text/html\r\n", "")]
    public async Task A_second_field_beside_a_signed_one_makes_the_signature_worthless(string added, string weakness)
    {
        var fields = System.Collections.Frozen.FrozenDictionary.ToFrozenDictionary(new Dictionary<string, int> { ["from"] = 1, ["subject"] = 1 });
        var signed = await Signed.SignAsync(Octets.Crlf(Signed.Mail), Signed.Choose(Signed.Mail, [Signed.Key()]), fields);
        (await One([.. Octets.Of(added), .. signed])).Weakness.ShouldBe(weakness);
    }

    [Fact]
    public async Task Ten_signatures_are_verified_and_the_authors_own_come_first()
    {
        var own = Octets.Text(await Signed.SignAsync());
        var own1 = own[..(own.IndexOf("\r\nReceived", StringComparison.Ordinal) + 2)];
        var junk = string.Concat(Enumerable.Range(0, 30).Select(i => own1.Replace("d=example.com", $"d=d{i}.example", StringComparison.Ordinal)));
        var zone = Signed.Zone();
        var results = await DkimCase.VerifyAsync(Octets.Of(junk + own), zone);
        results.Count.ShouldBe(DkimVerifier.MaxVerified);
        results[^1].IsValid.ShouldBeTrue();
        zone.Questions.Count.ShouldBe(DkimVerifier.MaxVerified);
    }

    [Fact]
    public async Task DomainKeys_are_named_but_not_accepted()
    {
        var result = await One(Octets.Crlf("DomainKey-Signature: a=rsa-sha1; s=x; d=example.com; c=nofws; b=AAAA\n" + Signed.Mail));
        (result.Kind, result.Verdict, result.Domain).ShouldBe((SignatureKind.DomainKeys, SignatureVerdict.PermError, "example.com"));
    }

    [Fact]
    public async Task A_long_list_of_fields_over_a_long_header_is_quick()
    {
        var header = string.Concat(Enumerable.Range(0, 20_000).Select(i => $"X-{i % 100}: {i}\n"));
        var names = string.Join(':', Enumerable.Range(0, 999).Select(i => $"x-{i % 100}"));
        var text = string.Concat(Enumerable.Repeat($"DKIM-Signature: v=1; a=rsa-sha256; d=example.com; s=s1; h=from:{names}; bh=AAAA; b=AAAA\n", 10)) + header + "From: a@example.com\n\n";
        var started = TimeProvider.System.GetTimestamp();
        (await DkimCase.VerifyAsync(Octets.Crlf(text), Signed.Zone())).Count.ShouldBe(10);
        TimeProvider.System.GetElapsedTime(started).ShouldBeLessThan(TimeSpan.FromSeconds(2));
    }

    [Theory]
    [InlineData("")]
    [InlineData("DKIM-Signature")]
    [InlineData("DKIM-Signature:")]
    [InlineData("DKIM-Signature: v=1; a=rsa-sha256; d=example.com; s=s1; h=from; bh=AAAA; b=AAAA")]
    [InlineData("DKIM-Signature: v=1; a=rsa-sha256; d=example.com; s=s1; h=:::; bh=AAAA; b=AAAA\n\n\n")]
    public async Task Odd_messages_break_nothing(string mail) =>
        (await DkimCase.VerifyAsync(Octets.Crlf(mail), Signed.Zone())).ShouldAllBe(r => !r.IsValid);
}
