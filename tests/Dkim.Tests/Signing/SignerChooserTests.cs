using Amavis.Core.Addresses;
using Amavis.Core.Lookups;
using Amavis.Dkim.Keys;
using Amavis.Dkim.Signing;
using Amavis.Dkim.Verification;
using Amavis.Mime.Headers;
using Amavis.Testing;

namespace Amavis.Dkim.Tests.Signing;

public sealed class SignerChooserTests
{
    private static string Who(string mail, string sender = "s@sender.example") =>
        string.Join(' ', SignerChooser.Candidates(HeaderSection.Parse(Octets.Crlf(mail)), MailAddress.FromUnquoted(sender)).Select(c => c.Source + ":" + c.Address.Unquoted));

    private static SignatureOrder? Choose(string from, LookupMaps? options = null, params Core.Policy.DkimKeySettings[] keys) =>
        Signed.Choose($"From: {from}\n\n", keys.Length == 0 ? [Signed.Key()] : keys, options) is [var first, ..] ? first : null;

    [Fact]
    public void Candidates_are_the_authors_those_who_resent_it_the_sender_and_the_envelope_sender()
    {
        Who("Resent-Sender: rs2@x.example\nResent-From: rf2@x.example\nReceived: 1\nResent-From: rf1@x.example\nSender: s@x.example\nFrom: a@x.example, b@x.example\n\n")
            .ShouldBe("From:a@x.example From:b@x.example Resent-Sender:rs2@x.example Resent-From:rf2@x.example Resent-From:rf1@x.example Sender:s@x.example mail_from:s@sender.example");
        Who("From: A@x.example, nobody\nSender: a@X.example\n\n", "").ShouldBe("From:A@x.example");
        Who("\n", "").ShouldBe("");
    }

    [Fact]
    public void The_first_candidate_with_a_key_decides()
    {
        var order = Signed.Choose("From: a@unknown.example\nSender: b@example.com\n\n", [Signed.Key()]).Single();
        (order.Candidate.Source, order.Domain, order.Selector, order.Identity).ShouldBe(("Sender", "example.com", "s1", null));
        order.Options.HeaderForm.ShouldBe(Amavis.Dkim.Canonicalization.CanonicalForm.Relaxed);
        order.Options.BodyForm.ShouldBe(Amavis.Dkim.Canonicalization.CanonicalForm.Simple);
        Signed.Choose("From: a@unknown.example\n\n", [Signed.Key()], sender: "x@other.example").ShouldBeEmpty();
    }

    [Fact]
    public void Options_of_the_more_specific_key_come_first_and_others_fill_them_up()
    {
        var options = Signed.Options(("news@example.com", [("c", "simple/simple")]), ("example.com", [("ttl", "60"), ("c", "relaxed/relaxed")]), (".", [("ttl", "9")]));
        var order = Choose("news@example.com", options)!;
        order.Options.HeaderForm.ShouldBe(Amavis.Dkim.Canonicalization.CanonicalForm.Simple);
        order.Options.TimeToLive.ShouldBe(TimeSpan.FromSeconds(60));
        Choose("other@example.com", options)!.Options.BodyForm.ShouldBe(Amavis.Dkim.Canonicalization.CanonicalForm.Relaxed);
    }

    [Fact]
    public void Another_domain_can_sign_for_an_address()
    {
        var options = Signed.Options(("hosted.example", [("d", "Example.com")]));
        var order = Choose("a@hosted.example", options)!;
        (order.Domain, order.Identity).ShouldBe(("example.com", null));
    }

    [Fact]
    public void A_domain_that_is_not_set_switches_signing_off()
    {
        var options = Signed.Options(("quiet@example.com", [("d", null)]), ("example.com", [("d", "example.com")]));
        Choose("quiet@example.com", options)!.Candidate.Source.ShouldBe("mail_from");
        Choose("loud@example.com", options)!.Candidate.Source.ShouldBe("From");
    }

    [Fact]
    public void Mail_of_a_sub_domain_says_so_where_the_key_allows_it()
    {
        var options = Signed.Options((".example.com", [("d", "example.com")]));
        Choose("a@sub.example.com", options)!.Identity.ShouldBe("@sub.example.com");
        Choose("a@sub.example.com", options, Signed.Key(tags: ("t", "s")))!.Identity.ShouldBeNull();
        Choose("a@example.com", options)!.Identity.ShouldBeNull();
    }

    [Theory]
    [InlineData("example.com", null)]
    [InlineData("list@example.com", "list@example.com")]
    [InlineData("@a.example.com", "@a.example.com")]
    public void An_identity_gets_an_at_sign_and_is_left_out_when_it_says_nothing(string given, string? identity) =>
        Choose("a@example.com", Signed.Options((".", [("i", given)])))!.Identity.ShouldBe(identity);

    [Theory]
    [InlineData("@other.example")]
    [InlineData("@notexample.com")]
    public void An_identity_outside_of_the_domain_is_not_signed(string identity) => Choose("a@example.com", Signed.Options((".", [("i", identity)]))).ShouldBeNull();

    [Fact]
    public void A_key_that_forbids_sub_domains_does_not_sign_for_one() =>
        Choose("a@example.com", Signed.Options((".", [("i", "@a.example.com")])), Signed.Key(tags: ("t", "y:s"))).ShouldBeNull();

    [Fact]
    public void The_first_key_that_fits_is_taken()
    {
        var keys = new[]
        {
            Signed.Key(selector: "not-mail", tags: ("s", "other")), Signed.Key(selector: "not-sha256", tags: ("h", "sha1")), Signed.Key(selector: "edwards", key: Signed.Edwards),
            Signed.Key("*.example.com", "wild"), Signed.Key(selector: "first", tags: ("s", "x:email")), Signed.Key(selector: "second"), Signed.Key("*", "any"),
        };
        Choose("a@example.com", null, keys)!.Selector.ShouldBe("first");
        Choose("a@b.example.com", null, keys)!.Selector.ShouldBe("wild");
        Choose("a@far.example", null, keys)!.Selector.ShouldBe("any");
        Choose("a@example.com", Signed.Options((".", [("s", "second")])), keys)!.Selector.ShouldBe("second");
        Choose("a@example.com", Signed.Options((".", [("a", "ed25519-sha256")])), keys)!.Selector.ShouldBe("edwards");
    }

    [Theory]
    [InlineData("*", true)]
    [InlineData("news", true)]
    [InlineData("n*s", true)]
    [InlineData("ne*ews", false)]
    [InlineData("other", false)]
    public void A_key_may_be_for_some_local_parts_only(string pattern, bool fits) =>
        (Choose("a@example.com", Signed.Options((".", [("i", "news@example.com")])), Signed.Key(tags: ("g", pattern))) is not null).ShouldBe(fits);

    [Fact]
    public void What_the_same_domain_has_signed_validly_is_not_signed_again()
    {
        var valid = new SignatureResult { Verdict = SignatureVerdict.Pass, Domain = "example.com", Selector = "x", Identity = "@example.com" };
        bool Signs(SignatureResult has, string? identity = null) => SignerChooser.Choose(
            [new SignerCandidate("From", MailAddress.FromUnquoted("a@example.com"))], identity is null ? LookupMaps.Empty : Signed.Options((".", [("i", identity)])),
            AddressRules.Default, KeyRing.Of([Signed.Key()]), [has], out _).Count > 0;
        Signs(valid).ShouldBeFalse();
        Signs(valid with { Domain = "other.example" }).ShouldBeTrue();
        Signs(valid with { Verdict = SignatureVerdict.Fail }).ShouldBeTrue();
        Signs(valid with { IsExpired = true }).ShouldBeTrue();
        Signs(valid, "list@example.com").ShouldBeTrue();
        Signs(valid with { Identity = "list@example.com" }, "list@example.com").ShouldBeFalse();
    }

    [Fact]
    public void A_file_used_twice_is_read_once_and_a_ring_is_made_once()
    {
        var keys = new[] { Signed.Key(), Signed.Key("other.example") };
        var ring = KeyRing.Of(keys);
        ring.Keys[0].Key.ShouldBeSameAs(ring.Keys[1].Key);
        KeyRing.Of(keys).ShouldBeSameAs(ring);
    }

    [Fact]
    public void Without_a_key_the_reason_is_told()
    {
        SignerChooser.Choose([new SignerCandidate("From", MailAddress.FromUnquoted("a@x.example"))], LookupMaps.Empty, AddressRules.Default, KeyRing.Of([]), [], out var reason).ShouldBeEmpty();
        reason.ShouldBe("no key for x.example");
        new SignatureOptions().Algorithms.ShouldBe([SigningAlgorithm.RsaSha256]);
    }
}
