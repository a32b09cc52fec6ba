using Amavis.Core.Messages;
using Amavis.Core.Policy;
using Amavis.Dkim.Signing;
using Amavis.Dkim.Verification;
using Amavis.Testing;
using FsCheck;
using FsCheck.Fluent;

namespace Amavis.Dkim.Tests.Signing;

public sealed class MessageSignerTests
{
    public static TheoryData<string, string> Kinds()
    {
        var kinds = new TheoryData<string, string>();
        foreach (var algorithm in (string[])["rsa-sha256", "ed25519-sha256"])
            foreach (var forms in (string[])["simple/simple", "simple/relaxed", "relaxed/simple", "relaxed/relaxed", "relaxed"])
                kinds.Add(algorithm, forms);
        return kinds;
    }

    private static Amavis.Dkim.Keys.SigningKey KeyFor(string algorithm) => algorithm.StartsWith("rsa", StringComparison.Ordinal) ? Signed.Rsa : Signed.Edwards;

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task P6_what_is_signed_verifies(string algorithm, string forms)
    {
        var signed = await Signed.SignAsync(options: Signed.Options((".", [("a", algorithm), ("c", forms), ("ttl", "3600")])), key: KeyFor(algorithm));
        var results = await DkimCase.VerifyAsync(signed, Signed.Zone(key: KeyFor(algorithm)));
        results.Single().Reason.ShouldBe("");
        results.Single().IsValid.ShouldBeTrue();
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task P6_any_octet_changed_in_a_signed_part_fails(string algorithm, string forms)
    {
        var signed = await Signed.SignAsync(options: Signed.Options((".", [("a", algorithm), ("c", forms)])), key: KeyFor(algorithm));
        var zone = Signed.Zone(key: KeyFor(algorithm));
        var to = Octets.Text(signed).IndexOf("To: ", StringComparison.Ordinal);
        for (var at = 0; at < signed.Length - 6; at++)
        {
            // Letters of another value only: blanks may change, a line end makes another message, To is not signed, and the last letter
            // of base64 has bits that say nothing.
            if (!char.IsAsciiLetterOrDigit((char)signed[at]) || (at >= to && at < to + 26) || signed[at + 1] == '=')
                continue;
            var changed = (byte[])signed.Clone();
            changed[at] = changed[at] == 'x' ? (byte)'y' : (byte)'x';
            var results = await DkimCase.VerifyAsync(changed, zone);
            results.ShouldAllBe(r => !r.IsValid, $"octet {at} of {Octets.Text(changed)}");
        }
    }

    [Fact]
    public async Task P6_changes_that_the_relaxed_form_allows_pass()
    {
        var signed = Octets.Text(await Signed.SignAsync(options: Signed.Options((".", [("c", "relaxed/relaxed")]))));
        var relaxed = signed.Replace("Subject: a subject", "SUBJECT :\ta  subject \r\n ", StringComparison.Ordinal).Replace("this is \t text.\r\n", "this  is text. \r\n\r\n", StringComparison.Ordinal);
        (await DkimCase.VerifyAsync(Octets.Of(relaxed), Signed.Zone())).Single().IsValid.ShouldBeTrue();
    }

    [Fact]
    public async Task Cuts_of_the_message_change_nothing()
    {
        var orders = Signed.Choose(Signed.Mail, [Signed.Key()]);
        var whole = await Sign(int.MaxValue);
        foreach (var cut in (int[])[1, 2, 3, 7, 100])
            (await Sign(cut)).ShouldBe(whole);

        async Task<string> Sign(int cut) =>
            (await MessageSigner.SignAsync(new CutMessage(Octets.Crlf(Signed.Mail), cut), orders, Settings.DefaultSignedHeaderFields, false, DkimCase.Now, MessageSigner.WithKey, CancellationToken.None))
                .Single().Body;
    }

    [Theory]
    [InlineData("")]
    [InlineData("\n")]
    [InlineData("\nbody only\n")]
    [InlineData("Subject: header only\n")]
    [InlineData("Subject: no body\n\n")]
    [InlineData("no header at all")]
    public async Task Odd_messages_are_signed_too(string mail)
    {
        var order = Signed.Choose(Signed.Mail, [Signed.Key()]);
        var signed = await Signed.SignAsync(Octets.Crlf(mail), order);
        var results = await DkimCase.VerifyAsync(signed, Signed.Zone());
        // Without a From field the signature is none that a verifier looks at.
        results.ShouldAllBe(r => r.Verdict == SignatureVerdict.Neutral);
    }

    [Fact]
    public async Task Fields_are_named_from_the_bottom_up_and_what_must_be_single_once_more()
    {
        const string mail = "Received: from a by b\nFrom: a@example.com\nDate: now\nSubject: s\nMessage-ID: <1@example.com>\n\nx\n";
        var signed = Octets.Text(await Signed.SignAsync(mail)).Replace("\r\n ", "", StringComparison.Ordinal);
        signed.ShouldContain("h=message-id:subject:subject:date:date:from:from:received;");
    }

    [Fact]
    public async Task The_topmost_Received_may_be_left_out()
    {
        const string mail = "Received: 1\nReceived: 2\nFrom: a@example.com\n\nx\n";
        var signed = await Signed.SignAsync(Octets.Crlf(mail), Signed.Choose(mail, [Signed.Key()]), withoutTopReceived: true);
        Octets.Text(signed).ShouldContain("h=from:from:received;");
        var without = Octets.Of(Octets.Text(signed).Replace("Received: 1\r\n", "", StringComparison.Ordinal));
        (await DkimCase.VerifyAsync(without, Signed.Zone())).Single().IsValid.ShouldBeTrue();
    }

    [Fact]
    public async Task A_second_field_added_later_breaks_the_signature()
    {
        var signed = Octets.Text(await Signed.SignAsync());
        foreach (var added in (string[])["From: other@evil.example\r\n", "Subject: other\r\n", "Date: other\r\n"])
            (await DkimCase.VerifyAsync(Octets.Of(added + signed), Signed.Zone())).Single().Verdict.ShouldBe(SignatureVerdict.Fail);
    }

    [Fact]
    public async Task Time_and_expiry_are_whole_seconds()
    {
        var made = await MessageSigner.SignAsync(new InMemoryMessage(Octets.Crlf(Signed.Mail)), Signed.Choose(Signed.Mail, [Signed.Key()], Signed.Options((".", [("ttl", "60")]))),
            Settings.DefaultSignedHeaderFields, false, DateTimeOffset.FromUnixTimeMilliseconds(1_000_500), MessageSigner.WithKey, CancellationToken.None);
        made.Single().Body.ShouldContain(" t=1000;");
        made.Single().Body.ShouldContain(" x=1061;");
    }

    [Fact]
    public async Task Lines_are_short_and_tags_that_say_the_default_are_left_out()
    {
        var signed = Octets.Text(await Signed.SignAsync(options: Signed.Options((".", [("c", "simple/simple")]))));
        var field = signed[..signed.IndexOf("\r\nReceived", StringComparison.Ordinal)];
        field.Split("\r\n").ShouldAllBe(line => line.Length <= 78);
        field.ShouldNotContain("c=");
        field.ShouldNotContain("i=");
        field.ShouldNotContain("q=");
        field.ShouldNotContain("l=");
    }

    [Fact]
    public async Task Two_algorithms_give_two_signatures()
    {
        var orders = Signed.Choose(Signed.Mail, [Signed.Key(), Signed.Key(selector: "e1", key: Signed.Edwards)], Signed.Options((".", [("a", "rsa-sha256,ed25519-sha256")])));
        var signed = await Signed.SignAsync(Octets.Crlf(Signed.Mail), orders);
        var zone = Signed.Zone().AddText("e1._domainkey.example.com", "k=ed25519; p=" + Convert.ToBase64String(Signed.Edwards.PublicKey));
        var results = await DkimCase.VerifyAsync(signed, zone);
        results.Select(r => r.SelectorAndDomain).ShouldBe(["s1:example.com", "e1:example.com"]);
        results.ShouldAllBe(r => r.IsValid);
    }

    [Fact]
    public async Task A_header_section_without_end_is_not_signed() =>
        (await MessageSigner.SignAsync(new CutMessage(Octets.Crlf(string.Concat(Enumerable.Repeat("X: " + new string('y', 70) + "\n", 250_000))), 1 << 20),
            Signed.Choose(Signed.Mail, [Signed.Key()]), Settings.DefaultSignedHeaderFields, false, DkimCase.Now, MessageSigner.WithKey, CancellationToken.None)).ShouldBeEmpty();

    /// <summary>Bodies of everything that canonical forms treat specially.</summary>
    [Fact]
    public void P6_any_body_verifies_as_signed()
    {
        var bodies = from pieces in Gen.Elements("\n", " ", "\t", "a", "bc ", "\r", ".\n").ArrayOf() select string.Concat(pieces);
        Prop.ForAll(Arb.From(bodies), Arb.From(Gen.Elements("simple/simple", "relaxed/relaxed")), (body, forms) =>
        {
            var mail = "From: a@example.com\nSubject:  x\ty\n  \n z\n\n" + body;
            var signed = Signed.SignAsync(mail, Signed.Options((".", [("c", forms)])));
            signed.IsCompletedSuccessfully.ShouldBeTrue();
            var results = DkimCase.VerifyAsync(signed.GetAwaiter().GetResult(), Signed.Zone()); // Completed.
            results.GetAwaiter().GetResult().Single().IsValid.ShouldBeTrue();
        }).QuickCheckThrowOnFailure();
    }

    private sealed class CutMessage(byte[] octets, int cut) : OutgoingMessage
    {
        public override long Length => octets.Length;
        public override bool LeadingDots => true;
        public override bool EightBit => false;
        public override IEnumerable<ReadOnlyMemory<byte>> Chunks() => octets.Chunk(Math.Min(cut, octets.Length)).Select(c => (ReadOnlyMemory<byte>)c);
    }
}
