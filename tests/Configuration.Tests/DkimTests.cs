using Amavis.Core.Addresses;
using Amavis.Core.Lookups;

namespace Amavis.Configuration.Tests;

public sealed class DkimTests : ConfigurationFixture
{
    private static SigningKeyFinding Check(string pem) =>
        pem.StartsWith("KEY", StringComparison.Ordinal) ? new SigningKeyFinding(null, pem.Contains("short") ? "has 512 bits" : null) : new SigningKeyFinding("holds no private key in PEM form", null);

    private ConfigurationResult LoadKeys(string yaml)
    {
        Write("amavis.yaml", yaml);
        return ConfigurationLoader.Load(MainFile, new ConfigurationEnvironment(_ => null, "mx.example.com") { SigningKeys = Check });
    }

    private string WriteKey(string name, string text = "KEY", string mode = "640")
    {
        var path = Write(name, text);
        File.SetUnixFileMode(path, (UnixFileMode)Convert.ToInt32(mode, 8));
        return path;
    }

    private string Words(string text) => text.Replace(Root + "/", "", StringComparison.Ordinal);

    [Fact]
    public void Keys_are_read_from_files_beside_the_configuration()
    {
        WriteKey("keys/a.pem");
        var result = LoadKeys("dkim_keys:\n- {domain: Example.COM, selector: S1, key: keys/a.pem, t: s, n: a note}\n- {domain: bücher.example, selector: s2, key: keys/a.pem}\n");
        result.Mistakes.ShouldBeEmpty();
        result.Notices.ShouldNotContain(n => n.Contains("dkim"));
        var keys = result.Settings!.DkimKeys;
        (keys[0].Domain, keys[0].Selector, keys[0].Pem, keys[0].Pattern).ShouldBe(("example.com", "s1", "KEY", null));
        keys[0].Tags.ShouldBe(new Dictionary<string, string> { ["t"] = "s", ["n"] = "a note" }, ignoreOrder: true);
        keys[1].Domain.ShouldBe("xn--bcher-kva.example");
        keys[1].Pem.ShouldBeSameAs(keys[0].Pem);
    }

    [Theory]
    [InlineData("*.example.com", "a.example.com", true)]
    [InlineData("*.example.com", "example.com", false)]
    [InlineData("*", "a.b", true)]
    [InlineData("/^(a|b)\\.example$/", "b.example", true)]
    [InlineData("/^(a|b)\\.example$/", "c.example", false)]
    public void A_key_may_be_for_many_domains(string domain, string asked, bool fits)
    {
        WriteKey("a.pem");
        var result = LoadKeys($"dkim_keys: [{{domain: '{domain}', selector: s, key: a.pem}}]");
        result.Mistakes.ShouldBeEmpty();
        result.Settings!.DkimKeys[0].Pattern!.IsMatch(asked).ShouldBe(fits);
    }

    [Theory]
    [InlineData("dkim_keys: [{domain: d, selector: s, key: none.pem}]", "amavis.yaml:1:43: dkim_keys: none.pem does not exist")]
    [InlineData("dkim_keys: [{domain: d, selector: s, key: bad.pem}]", "amavis.yaml:1:43: dkim_keys: bad.pem holds no private key in PEM form")]
    [InlineData("dkim_keys: [{domain: 'a b', selector: s, key: a.pem}]", "amavis.yaml:1:22: dkim_keys: \"a b\" is not a domain name")]
    [InlineData("dkim_keys: [{domain: a@b, selector: s, key: a.pem}]", "amavis.yaml:1:22: dkim_keys: \"a@b\" is not a domain name")]
    [InlineData("dkim_keys: [{domain: d, selector: s/t, key: a.pem}]", "amavis.yaml:1:35: dkim_keys: \"s/t\" is not part of a domain name")]
    [InlineData("dkim_keys: [{domain: '/(/', selector: s, key: a.pem}]", "amavis.yaml:1:22: dkim_keys: pattern \"(\": Not enough )'s")]
    [InlineData("dkim_keys: [{domain: d, selektor: s, key: a.pem}]", "amavis.yaml:1:25: dkim_keys.selektor: unknown key; did you mean \"selector\"?")]
    public void A_key_that_can_not_sign_is_a_mistake(string yaml, string mistake)
    {
        WriteKey("a.pem");
        WriteKey("bad.pem", "nothing");
        LoadKeys(yaml).Mistakes.Select(m => Words(m.ToString())).ShouldContain(mistake);
    }

    [Fact]
    public void Keys_that_are_short_or_open_to_everybody_are_noticed()
    {
        WriteKey("short.pem", "KEY short");
        WriteKey("open.pem", mode: "644");
        var notices = LoadKeys("dkim_keys: [{domain: a, selector: s, key: short.pem}, {domain: b, selector: s, key: open.pem}]").Notices.Select(Words).ToList();
        notices.ShouldContain("amavis.yaml:1:43: dkim_keys: short.pem has 512 bits");
        notices.ShouldContain(n => n.StartsWith("amavis.yaml:1:85: dkim_keys: open.pem may be read by everybody"));
    }

    [Fact]
    public void A_program_that_does_not_sign_needs_no_key_file()
    {
        var keys = Good("dkim_keys: [{domain: d, selector: s, key: /nowhere/a.pem}]").DkimKeys;
        (keys[0].Pem, keys[0].File).ShouldBe((null, "/nowhere/a.pem"));
    }

    [Fact]
    public void Private_keys_are_not_shown()
    {
        WriteKey("a.pem", "KEY geheim");
        var result = LoadKeys("dkim_keys: [{domain: d, selector: s, key: a.pem}]");
        string.Join('\n', result.Values).ShouldNotContain("geheim");
        result.Settings!.DkimKeys[0].ToString().ShouldBe($"s._domainkey.d ({Root}/a.pem)");
    }

    [Fact]
    public void Options_by_sender_are_maps_of_tags()
    {
        var maps = Good("""
            dkim_signature_options_bysender_maps:
            - news@m.example.net: {a: rsa-sha256, ttl: 604800}
              hosted.example: {d: mail.example.net}
              quiet.example: {d: null}
              .: {ttl: 2592000, c: relaxed/relaxed, a: [rsa-sha256, ed25519-sha256]}
            """).DkimSignatureOptionsBysenderMaps;
        IReadOnlyList<IReadOnlyDictionary<string, string?>> Of(string address) =>
            [.. maps.FindAll(AddressKeys.For(MailAddress.FromUnquoted(address), AddressRules.Default)).Select(r => r.Value.Options!)];
        Of("news@m.example.net").Select(o => o["ttl"]).ShouldBe(["604800", "2592000"]);
        Of("a@hosted.example")[0]["d"].ShouldBe("mail.example.net");
        Of("a@quiet.example")[0].ContainsKey("d").ShouldBeTrue();
        Of("a@quiet.example")[0]["d"].ShouldBeNull();
        Of("a@b")[0]["a"].ShouldBe("rsa-sha256,ed25519-sha256");
    }

    [Theory]
    [InlineData("{.: {a: rsa-sha1}}", "rsa-sha1 is no longer accepted by verifiers (RFC 8301); use rsa-sha256")]
    [InlineData("{.: {a: dsa}}", "expects rsa-sha256 or ed25519-sha256, or a list of them")]
    [InlineData("{.: {c: relaxed/strict}}", "expects simple or relaxed for the header, a slash, and the same for the body")]
    [InlineData("{.: {ttl: -1}}", "expects seconds")]
    [InlineData("{.: {d: a b}}", "\"a b\" is not a domain name")]
    [InlineData("{.: {i: a;b}}", "\"a;b\" is not an address or domain")]
    [InlineData("{.: {x: 1}}", "unknown key; did you mean \"a\"?")]
    [InlineData("{.: example.com}", "expects a map with d, s, a, c, i or ttl, got \"example.com\"")]
    public void A_tag_that_makes_no_sense_is_a_mistake(string table, string mistake) => Mistake($"dkim_signature_options_bysender_maps: [{table}]").ShouldEndWith(mistake);

    [Fact]
    public void Fields_that_are_signed_are_laid_over_the_default()
    {
        var fields = Good("signed_header_fields: {To: 1, Received: 0, Subject: 1, X-Own: true}").SignedHeaderFields;
        (fields["to"], fields["received"], fields["subject"], fields["from"], fields["x-own"]).ShouldBe((1, 0, 1, 2, 1));
        Good("signed_header_fields: {REPLACE: true, From: 2}").SignedHeaderFields.ShouldBe(new Dictionary<string, int> { ["from"] = 2 }, ignoreOrder: true);
        Mistake("signed_header_fields: {From: 3}").ShouldBe("amavis.yaml:1:30: signed_header_fields.From: expects 0, 1 or 2, got \"3\"");
        Mistake("signed_header_fields: {'a b': 1}").ShouldEndWith("\"a b\" can't be the name of a header field");
    }

    [Fact]
    public void The_other_settings_have_their_values()
    {
        var settings = Good("""
            enable_dkim_verification: true
            enable_dkim_signing: true
            dkim_minimum_key_bits: 2048
            dkim_signing_service: 127.0.0.1:20203
            signer_reputation_maps: [{example.com: -5}]
            reputation_factor: 7
            dns_servers: [127.0.0.1, "[::1]:5353", 2001:db8::1]
            """);
        (settings.EnableDkimVerification, settings.EnableDkimSigning, settings.DkimMinimumKeyBits, settings.ReputationFactor, settings.DkimSigningService)
            .ShouldBe((true, true, 2048, 1.0, "127.0.0.1:20203"));
        settings.DnsServers.Select(s => s.ToString()).ShouldBe(["127.0.0.1:53", "[::1]:5353", "[2001:db8::1]:53"]);
        Mistake("dns_servers: dns.example.com").ShouldEndWith("expects an IP address, with a port or without, got \"dns.example.com\"");
        Mistake("dkim_signing_service: nowhere").ShouldEndWith("expects host:port or the path of a socket, got \"nowhere\"");
        Good("policy_bank: {A: {enable_dkim_signing: true, signed_header_fields: {to: 2}}}").PolicyBanks["A"].Overlay(settings).SignedHeaderFields["to"].ShouldBe(2);
    }
}
