using Amavis.Core.Addresses;
using Amavis.Dkim.Results;
using Amavis.Dkim.Tests.Signing;
using Amavis.Dkim.Verification;
using Amavis.Mime.Headers;
using Amavis.Testing;

namespace Amavis.Dkim.Tests.Results;

public sealed class DkimResultsTests
{
    private static readonly HeaderFacts Facts = FactsOf("From: a@example.com, b@other.example\nSender: s@example.net\n\n");

    private static HeaderFacts FactsOf(string header) => HeaderFacts.Collect(HeaderSection.Parse(Octets.Crlf(header)), MailAddress.Null);

    private static SignatureResult Result(string domain = "example.com", string text = "AAAAAAAAAAAA", SignatureVerdict verdict = SignatureVerdict.Pass) =>
        new() { Verdict = verdict, Domain = domain, Selector = "s", Identity = "@" + domain, SignatureText = text, KeyBits = 2048, RsaStrength = 2048 };

    private static string Written(params SignatureResult[] results) =>
        new AuthenticationResultsField("mx.example.com", DkimResults.Of(results, Facts)).Write("amavis").Replace("\n", "", StringComparison.Ordinal);

    [Fact]
    public void One_signature_is_told_with_its_domain_and_the_bits_of_its_key() =>
        Written(Result()).ShouldBe("mx.example.com (amavis); dkim=pass (2048-bit key) header.d=example.com");

    [Fact]
    public void Several_signatures_are_told_apart_by_their_first_characters()
    {
        Written(Result(text: "ABCDEFGHIJ"), Result("b.example", "12/4567890"))
            .ShouldBe("mx.example.com (amavis); dkim=pass (2048-bit key) header.d=example.com header.b=ABCDEFGH; dkim=pass (2048-bit key) header.d=b.example header.b=\"12/45678\"");
        Written(Result(text: "ABCDEFGH1"), Result("b.example", "ABCDEFGH2")).ShouldNotContain("header.b");
    }

    [Theory]
    [InlineData(SignatureVerdict.Fail, "fail")]
    [InlineData(SignatureVerdict.Neutral, "neutral")]
    [InlineData(SignatureVerdict.PermError, "permerror")]
    [InlineData(SignatureVerdict.TempError, "temperror")]
    public void Verdicts_have_their_words_and_reasons(SignatureVerdict verdict, string word) =>
        Written(Result(verdict: verdict) with { Reason = "because", KeyBits = null }).ShouldBe($"mx.example.com (amavis); dkim={word} reason=\"because\" header.d=example.com");

    [Fact]
    public void A_good_signature_whose_time_is_over_or_that_leaves_things_out_is_no_pass()
    {
        Written(Result() with { IsExpired = true }).ShouldContain("dkim=fail (2048-bit key) reason=\"good, but expired\"");
        Written(Result() with { Weakness = "9 octets of the body are not signed" }).ShouldContain("dkim=policy (2048-bit key) reason=\"good, but 9 octets of the body are not signed\"");
    }

    [Fact]
    public void A_damaged_copy_of_a_valid_signature_is_not_told() => Written(Result(), Result(verdict: SignatureVerdict.Fail)).Split("dkim=").Length.ShouldBe(2);

    [Fact]
    public void DomainKeys_signatures_are_told_with_the_address_they_are_for() =>
        Written(new SignatureResult { Kind = SignatureKind.DomainKeys, Verdict = SignatureVerdict.PermError, Reason = "rsa-sha1 is not accepted", Domain = "example.net" })
            .ShouldBe("mx.example.com (amavis); domainkeys=permerror reason=\"rsa-sha1 is not accepted\" header.sender=s@example.net header.d=example.net");

    [Fact]
    public async Task New_signatures_are_taken_for_good()
    {
        var made = await Dkim.Signing.MessageSigner.SignAsync(new Core.Messages.InMemoryMessage(Octets.Crlf(Signed.Mail)), Signed.Choose(Signed.Mail, [Signed.Key()]),
            Core.Policy.Settings.DefaultSignedHeaderFields, false, DkimCase.Now, Dkim.Signing.MessageSigner.WithKey, CancellationToken.None);
        new AuthenticationResultsField("filter.example.com", DkimResults.OfNew(made)).Write("amavis").Replace("\n", "", StringComparison.Ordinal)
            .ShouldBe("filter.example.com (amavis); dkim=pass reason=\"pass (just generated, assumed good)\" header.d=example.com");
    }

    [Fact]
    public void Who_signed_is_compared_with_authors_sender_and_envelope_sender()
    {
        DkimReport Report(params string[] domains) => DkimReport.Of([.. domains.Select(d => Result(d))], Facts, MailAddress.FromUnquoted("b@Bounce.example"));
        var report = Report("example.com");
        (report.ByAuthor, report.BySender, report.ByEnvelopeSender, report.ByThirdParty).ShouldBe((true, false, false, false));
        report.Authors.Select(a => (a.Author.Unquoted, a.IsOwn)).ShouldBe([("a@example.com", true), ("b@other.example", false)]);
        report = Report("example.net", "bounce.example");
        (report.ByAuthor, report.BySender, report.ByEnvelopeSender, report.ByThirdParty).ShouldBe((false, true, true, true));
        Report("sub.example.com").ByAuthor.ShouldBeFalse();
        var weak = DkimReport.Of([Result() with { IsExpired = true }], Facts, MailAddress.Null);
        (weak.ByAuthor, weak.Valid.Count, weak.Results.Count).ShouldBe((false, 0, 1));
    }

    [Fact]
    public void Without_Sender_the_first_author_is_the_sender() =>
        DkimReport.Of([Result()], FactsOf("From: a@example.com\n\n"), MailAddress.Null).BySender.ShouldBeTrue();
}
