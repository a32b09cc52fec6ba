using System.Diagnostics;
using System.Text;
using Amavis.Dkim.Keys;
using Amavis.Protocols.AmPdp;
using Amavis.Testing;

namespace Amavis.EndToEnd.Tests;

/// <summary>Signatures in and out, with opendkim on the other side.</summary>
[Trait("Needs", "Server")]
public sealed class DkimTests : IAsyncLifetime, IDisposable
{
    private const string Author = "ann@example.org";

    private readonly TestDirectory _keys = new();
    private readonly OpenDkim _openDkim = new();
    private readonly DnsServer _dns = new();
    private readonly MailSink _sink = new();
    private readonly SigningKey _rsa = SigningKey.GenerateRsa(2048);
    private readonly SigningKey _ed25519 = SigningKey.GenerateEd25519();

    private string Settings => $"{Lab.NoScanners}\nlocal_domains_maps: [[.example.com]]\ndns_servers: \"{_dns.EndPoint}\"\n";

    private string Verifying => Settings + "enable_dkim_verification: true\n";

    private static string RecordOf(SigningKey key) => $"v=DKIM1; k={key.KeyType}; p={Convert.ToBase64String(key.PublicKey)}";

    public async Task InitializeAsync()
    {
        foreach (var domain in (string[])["example.org", "filter.example.net"])
        {
            foreach (var (selector, key) in ((string, SigningKey)[])[("rsa", _rsa), ("ed", _ed25519)])
            {
                _dns.AddText($"{selector}._domainkey.{domain}", RecordOf(key));
                _openDkim.AddKey($"{selector}._domainkey.{domain}", RecordOf(key));
            }
        }
        await File.WriteAllTextAsync(_keys.FilePath("rsa.pem"), _rsa.ToPem());
        await File.WriteAllTextAsync(_keys.FilePath("ed.pem"), _ed25519.ToPem());
    }

    public async Task DisposeAsync()
    {
        await _dns.DisposeAsync();
        await _sink.DisposeAsync();
    }

    public void Dispose()
    {
        _openDkim.Dispose();
        _keys.Dispose();
        _rsa.Dispose();
        _ed25519.Dispose();
    }

    /// <summary>Signs mail of example.org and our own notices.</summary>
    private string Signing(string more = "") => Settings + $$"""
        enable_dkim_signing: true
        originating: true
        dkim_keys:
          - {domain: example.org, selector: rsa, key: {{_keys.FilePath("rsa.pem")}}}
          - {domain: example.org, selector: ed, key: {{_keys.FilePath("ed.pem")}}}
          - {domain: filter.example.net, selector: rsa, key: {{_keys.FilePath("rsa.pem")}}}
        {{more.ReplaceLineEndings("\n")}}

        """;

    private Task<byte[]> SignedAsync(byte[] message, string forms = "relaxed/simple") => _openDkim.SignAsync(message, _rsa.ToPem(), "example.org", "rsa", "rsa-sha256", forms);

    private async Task<IReadOnlyList<SunkMessage>> SendAsync(FilterProcess filter, byte[] message, params string[] recipients)
    {
        await using var client = await SmtpProbe.ConnectAsync(filter.SmtpPort);
        await client.SayAsync("EHLO mta.example.net");
        var before = _sink.Messages.Count;
        (await client.DeliverAsync(Author, recipients, message)).ShouldStartWith("250 ");
        return [.. (await _sink.WaitForAsync(before + 1)).Skip(before)];
    }

    private async Task ShouldVerifyAsync(byte[] message, int signatures = 1)
    {
        Octets.Text(message).Split("DKIM-Signature: ").Length.ShouldBe(signatures + 1);
        (await _openDkim.VerifyAsync([message])).ShouldBe([true]);
    }

    private static string Unfolded(SunkMessage message) => message.Text.Replace("\r\n ", " ", StringComparison.Ordinal);

    [Fact]
    public async Task A_signature_of_opendkim_is_verified_and_told_to_local_recipients_alone()
    {
        await using var filter = await FilterProcess.StartAsync(_sink.Port, Verifying
            + "author_to_policy_bank_maps: [{example.org: TRUSTED}]\nlog_level: 2", "TRUSTED: {}");
        var forged = Octets.Of("Authentication-Results: filter.example.net; dkim=pass header.d=bank.example\r\nAuthentication-Results: other.example; dkim=none\r\n"
            + "Authentication-Results: FILTER.example.net/1; spf=pass\r\n");

        var copies = await SendAsync(filter, [.. forged, .. await SignedAsync(Mail.Clean())], "box@example.com");
        var copy = Unfolded(copies.ShouldHaveSingleItem());
        copy.ShouldContain("Authentication-Results: filter.example.net (amavis); dkim=pass (2048-bit key) header.d=example.org\r\n");
        copy.ShouldContain("Authentication-Results: other.example; dkim=none\r\n");
        copy.ShouldNotContain("bank.example");
        copy.ShouldNotContain("spf=pass");
        var line = await filter.WaitForLogAsync("Passed CLEAN");
        line.ShouldContain(", TRUSTED ");
        line.ShouldContain(", dkim_sd=rsa:example.org, ");

        var far = (await SendAsync(filter, [.. forged, .. await SignedAsync(Mail.Clean("far"))], "box@example.net"))[0].Text;
        far.ShouldNotContain("dkim=pass");
        far.ShouldContain("other.example");
    }

    [Fact]
    public async Task A_list_that_signs_vouches_for_authors_it_is_trusted_with()
    {
        await using var filter = await FilterProcess.StartAsync(_sink.Port, Verifying + "author_to_policy_bank_maps: [{\".example.org/@filter.example.net\": TRUSTED, example.org: OTHER}]", "TRUSTED: {}");
        var signed = await _openDkim.SignAsync(Mail.Clean(), _ed25519.ToPem(), "filter.example.net", "ed", "ed25519-sha256", "relaxed/relaxed");
        Unfolded((await SendAsync(filter, signed, "box@example.com"))[0]).ShouldContain("; dkim=pass (256-bit key) header.d=filter.example.net");
        (await filter.WaitForLogAsync("Passed CLEAN")).ShouldContain(", TRUSTED ");
    }

    [Theory]
    [InlineData("simple/simple")]
    [InlineData("relaxed/relaxed")]
    public async Task A_message_changed_on_its_way_fails(string forms)
    {
        await using var filter = await FilterProcess.StartAsync(_sink.Port, Verifying + "author_to_policy_bank_maps: [{example.org: TRUSTED}]", "TRUSTED: {}");
        var signed = await SignedAsync(Mail.Clean(), forms);
        signed[^5] ^= 1;
        Unfolded((await SendAsync(filter, signed, "box@example.com"))[0]).ShouldContain("; dkim=fail (2048-bit key) reason=\"");
        var line = await filter.WaitForLogAsync("Passed CLEAN");
        line.ShouldNotContain("TRUSTED");
        line.ShouldNotContain("dkim_sd=");
    }

    [Fact]
    public async Task The_signers_reputation_moves_the_score()
    {
        await using var spamd = ScannerDoubles.Spamd();
        await using var filter = await FilterProcess.StartAsync(_sink.Port, Verifying.Replace("spam_scanners: []", $"spam_scanners: [{{name: double, protocol: spamd, address: {spamd.Address}}}]", StringComparison.Ordinal)
            + "signer_reputation_maps: [{example.org: -10}]\nreputation_factor: 0.5\nsa_tag_level_deflt: -999\nsa_kill_level_deflt: 20");
        var copy = (await SendAsync(filter, await SignedAsync([.. Octets.Of("X-Test-Score: 6\r\n"), .. Mail.Clean()]), "box@example.com"))[0].Text;
        copy.ShouldContain("X-Spam-Score: -2\r\n");
        copy.ShouldContain("AM.DKIM_REPUT=-8");
    }

    [Fact]
    public async Task Mail_of_our_own_is_signed_with_both_kinds_of_keys()
    {
        await using var filter = await FilterProcess.StartAsync(_sink.Port, Signing(
            "dkim_signature_options_bysender_maps: [{example.org: {a: \"ed25519-sha256,rsa-sha256\", c: relaxed/relaxed, ttl: 604800}}]"));
        var copy = (await SendAsync(filter, Mail.Clean(), "box@far.example"))[0];
        await ShouldVerifyAsync(copy.Octets, signatures: 2);
        copy.Text.ShouldContain("a=ed25519-sha256");
        copy.Text.ShouldContain("a=rsa-sha256");
        (await filter.WaitForLogAsync("Passed CLEAN")).ShouldMatch("dkim_new=ed:example\\.org, ?rsa:example\\.org");
    }

    [Fact]
    public async Task Mail_that_our_filter_signed_verifies_in_another_of_ours()
    {
        await using var signing = await FilterProcess.StartAsync(_sink.Port, Signing());
        await using var verifying = await FilterProcess.StartAsync(_sink.Port, Verifying);
        var signed = (await SendAsync(signing, Mail.Clean(), "box@far.example"))[0];
        Unfolded((await SendAsync(verifying, signed.Octets, "box@example.com"))[0]).ShouldContain("; dkim=pass (2048-bit key) header.d=example.org");
    }

    [Fact]
    public async Task A_notification_to_the_sender_is_signed()
    {
        await using var filter = await FilterProcess.StartAsync(_sink.Port, Signing(
            "banned_filename_re: ['(?i).\\.exe$']\nfinal_banned_destiny: D_BOUNCE\nbanned_files_quarantine_method: null\nhdrfrom_notify_sender: \"<postmaster@filter.example.net>\""));
        var notice = (await SendAsync(filter, Mail.Banned(), "box@far.example"))[0];
        notice.MailArguments.ShouldStartWith("<>");
        Unfolded(notice).ShouldContain("d=filter.example.net; s=rsa;");
        await ShouldVerifyAsync(notice.Octets);
    }

    [Fact]
    public async Task Released_mail_is_signed()
    {
        await using var filter = await FilterProcess.StartAsync(_sink.Port, Signing(
            "banned_filename_re: ['(?i).\\.exe$']\nfinal_banned_destiny: D_DISCARD\nbanned_files_quarantine_method: \"local:banned-%m\"\nbanned_quarantine_to: banned-quarantine"));
        await using (var client = await SmtpProbe.ConnectAsync(filter.SmtpPort))
        {
            await client.SayAsync("EHLO mta.example.net");
            (await client.DeliverAsync(Author, ["box@far.example"], Mail.Banned())).ShouldStartWith("250 2.7.0 Ok, discarded");
        }
        var location = Path.GetFileName(Directory.EnumerateFiles(Path.Combine(filter.Directory, "quarantine")).Single());
        AmPdpEndpoint.TryParse($"127.0.0.1:{filter.ReleasePort}", out var endpoint).ShouldBeTrue();
        await using var releases = await AmPdpClient.ConnectAsync(endpoint!, TimeSpan.FromSeconds(30), TimeProvider.System, CancellationToken.None);
        ReleaseArguments.TryParse(ReleaseKind.Release, [location], out var request, out _).ShouldBeTrue();
        (await releases.ReleaseAsync(request!, CancellationToken.None)).Replies[0].ToString().ShouldStartWith("250 2.0.0");
        var released = (await _sink.WaitForAsync(1))[0];
        Unfolded(released).ShouldContain("d=example.org; s=rsa;");
        await ShouldVerifyAsync(released.Octets);
    }

    [Fact]
    public async Task Mail_signed_over_the_milter_verifies_as_the_MTA_delivers_it()
    {
        var ports = FreePorts.Take(2);
        await using var filter = await FilterProcess.StartAsync(ports[1], Signing());
        await using var postfix = await PostfixServer.StartAsync(ports[0], ports[1], $"smtpd_milters=inet:127.0.0.1:{filter.MilterPort}", "milter_default_action=tempfail");
        await using (var client = await SmtpProbe.ConnectAsync(ports[0]))
        {
            await client.SayAsync("EHLO mta.example.net");
            (await client.DeliverAsync(Author, ["box@example.com"], Mail.Clean("milter.signed"))).ShouldStartWith("250 ");
        }
        var delivered = await postfix.WaitForMailAsync("milter.signed@example.org");
        await ShouldVerifyAsync(Encoding.Latin1.GetBytes(delivered.Replace("\r\n", "\n", StringComparison.Ordinal).Replace("\n", "\r\n", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task Without_the_DNS_mail_goes_on_unverified_and_soon()
    {
        _dns.Respond = (_, _, _) => null;
        await using var filter = await FilterProcess.StartAsync(_sink.Port, Verifying + "author_to_policy_bank_maps: [{example.org: TRUSTED}]", "TRUSTED: {}");
        var signed = await SignedAsync(Mail.Clean());
        var time = Stopwatch.StartNew();
        Unfolded((await SendAsync(filter, signed, "box@example.com"))[0]).ShouldContain("; dkim=temperror");
        time.Elapsed.ShouldBeLessThan(TimeSpan.FromSeconds(12));
        (await filter.WaitForLogAsync("Passed CLEAN")).ShouldNotContain("TRUSTED");
        // The answer that did not come is remembered for a while.
        time.Restart();
        await SendAsync(filter, signed, "box@example.com");
        time.Elapsed.ShouldBeLessThan(TimeSpan.FromSeconds(4));
    }

    [Fact]
    public async Task A_daemon_with_a_key_that_cannot_be_used_does_not_start()
    {
        await File.WriteAllTextAsync(_keys.FilePath("rsa.pem"), "nothing");
        (await Should.ThrowAsync<InvalidOperationException>(() => FilterProcess.StartAsync(_sink.Port, Signing()))).Message.ShouldContain("rsa.pem holds no private key in PEM form");
    }
}
