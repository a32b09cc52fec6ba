using Amavis.Dkim.Keys;
using Amavis.Testing;

namespace Amavis.Cli.Tests;

public sealed class ScanCommandTests : AmavisProcess
{
    private const string Plain = "From: Ann <ann@far.example>\nTo: u@example.com\nSubject: hello\nDate: Sun, 22 Nov 2026 10:00:00 +0000\nMessage-ID: <1@far.example>\n\nhi\n";

    private const string WithProgram = "From: Ann <ann@far.example>\nTo: u@example.com\nSubject: hello\nDate: Sun, 22 Nov 2026 10:00:00 +0000\nMessage-ID: <1@far.example>\n"
        + "MIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=x\n\n--x\nContent-Type: text/plain\n\nhi\n--x\nContent-Type: application/octet-stream; name=a.exe\n\nMZ\n--x--\n";

    private string Config(string more = "")
    {
        Directory.CreateDirectory(Path.Combine(Root, "quarantine"));
        return Write("a.yaml", $$$"""
            myhostname: mx.example.com
            MYHOME: {{{Root}}}
            QUARANTINEDIR: {{{Root}}}/quarantine
            local_domains_maps: [[.example.com]]
            listen_sockets: [127.0.0.1:9998, 127.0.0.1:10924]
            interface_policy: {9998: RELEASE}
            mynetworks: [10.0.0.0/8]
            policy_bank: {MYNETS: {}, GOOD: {}, RELEASE: {protocol: AM.PDP}}
            forward_method: "smtp:[127.0.0.1]:10925"
            notify_method: "smtp:[127.0.0.1]:10925"
            av_scanners: []
            spam_scanners: []
            banned_filename_re: ['(?i)\.exe$']
            banned_files_quarantine_method: "local:banned-%m"
            banned_quarantine_to: banned-quarantine
            {{{more.ReplaceLineEndings("\n")}}}

            """);
    }

    private Task<CliRun> ScanAsync(string message, string config, params string[] more) =>
        RunAsync(["scan", Write("m.eml", message), "--config", config, "--from", "ann@far.example", "--to", "u@example.com", .. more]);

    [Fact]
    public async Task The_text_names_banks_lookups_decisions_and_fields()
    {
        var run = await ScanAsync(Plain, Config(), "v@other.example", "--client-ip", "10.1.2.3");
        run.Error.ShouldBeEmpty();
        run.ExitCode.ShouldBe(0);
        foreach (var expected in (string[])
            ["MYNETS: client_ipaddr_policy has the client's address 10.1.2.3", "Came in by   127.0.0.1:10924, client 10.1.2.3", "Originating  yes",
             "Recipient <u@example.com>, local, Internal", "Recipient <v@other.example>, not local, Outbound", "local_domains_maps = 1",
             "Would be forwarded by smtp:[127.0.0.1]:10925", "  + Received: from", "Reply to the client\n  250 2.0.0 from MTA", "Dry run: nothing was forwarded"])
            run.Output.ShouldContain(expected);
    }

    [Fact]
    public async Task A_blocked_message_shows_its_quarantine_copy_and_leaves_none()
    {
        var run = await ScanAsync(WithProgram, Config("final_banned_destiny: D_DISCARD"), "--json");
        run.ExitCode.ShouldBe(0);
        var recipient = run.Json["explanation"]!["recipients"]![0]!;
        recipient["blockedBy"]!.GetValue<string>().ShouldBe("Banned");
        recipient["destiny"]!.GetValue<string>().ShouldBe("Discard");
        recipient["bannedReason"]!.GetValue<string>().ShouldContain("a.exe");
        var kept = run.Json["mails"]!.AsArray().Single(m => m!["purpose"]!.GetValue<string>() == "quarantine")!;
        kept["locations"]![0]!.GetValue<string>().ShouldStartWith("banned-");
        run.Json["reply"]!.GetValue<string>().ShouldStartWith("250 2.7.0 Ok, discarded");
        Directory.EnumerateFileSystemEntries(Root).Select(Path.GetFileName).Order().ShouldBe(["a.yaml", "m.eml", "quarantine"]);
        Directory.EnumerateFileSystemEntries(Path.Combine(Root, "quarantine")).ShouldBeEmpty();
    }

    [Fact]
    public async Task A_message_comes_from_standard_input_and_the_null_sender_is_an_empty_text()
    {
        var run = await RunWithInputAsync(Plain, "scan", "-", "--config", Config(), "--from", "", "--to", "<u@example.com>", "--json");
        run.ExitCode.ShouldBe(0);
        run.Json["sender"]!.GetValue<string>().ShouldBeEmpty();
        run.Json["octets"]!.GetValue<long>().ShouldBe(Plain.ReplaceLineEndings("\r\n").Length);
    }

    [Fact]
    public async Task Signatures_are_verified_with_keys_of_the_configured_servers()
    {
        await using var dns = new DnsServer();
        var folder = Path.Combine(Samples.Own, "dkim", "rfc8463");
        foreach (var line in await File.ReadAllLinesAsync(Path.Combine(folder, "dns.txt")))
            dns.AddText(line[..line.IndexOf(' ')], line[(line.IndexOf(' ') + 1)..]);
        var config = Config($"enable_dkim_verification: true\ndns_servers: \"{dns.EndPoint}\"\nauthor_to_policy_bank_maps: [{{football.example.com: GOOD}}]");
        var run = await RunAsync("scan", Path.Combine(folder, "message.eml"), "--config", config, "--from", "joe@football.example.com", "--to", "u@example.com", "--json");
        run.ExitCode.ShouldBe(0, run.Output + run.Error);
        run.Json["explanation"]!["signatures"]!.AsArray().Select(s => $"{s!["result"]} {s["selector"]} {s["algorithm"]} {s["isAuthors"]}")
            .ShouldBe(["pass brisbane ed25519-sha256 true", "pass test rsa-sha256 true"]);
        run.Json["explanation"]!["banks"]!.AsArray().Select(b => b!["name"]!.GetValue<string>()).ShouldBe(["GOOD"]);
        run.Json["mails"]![0]!["addedFields"]!.AsArray().ShouldContain(f => f!.GetValue<string>().StartsWith("Authentication-Results: mx.example.com (amavis); dkim=pass"));
    }

    [Fact]
    public async Task The_senders_domain_is_asked_about_the_client()
    {
        await using var dns = new DnsServer();
        dns.AddText("far.example", "v=spf1 ip4:93.184.216.0/24 -all").AddText("_dmarc.far.example", "v=DMARC1; p=reject");
        var config = Config($"enable_dkim_verification: true\nenable_spf: true\nenable_dmarc: true\nenable_arc: true\ndns_servers: \"{dns.EndPoint}\"");
        async Task<string[]> ResultsAsync(string message, params string[] more) =>
            [.. (await ScanAsync(message, config, [.. more, "--json"])).Json["explanation"]!["senderResults"]!.AsArray().Select(r => $"{r!["method"]}={r["result"]} {r["about"]} {r["reason"]}".TrimEnd())];

        (await ResultsAsync(Plain, "--client-ip", "93.184.216.34")).ShouldBe(["spf=pass smtp.mailfrom=ann@far.example", "dmarc=pass header.from=far.example p=reject"]);
        (await ResultsAsync(Plain, "--client-ip", "93.184.217.34")).ShouldBe(["spf=fail smtp.mailfrom=ann@far.example", "dmarc=fail header.from=far.example p=reject"]);
        (await ResultsAsync("ARC-Seal: i=1; a=rsa-sha256; cv=none\n" + Plain, "--client-ip", "93.184.216.34")).ShouldContain("arc=fail  the sets are not complete");
        // Without a client that is known nothing can be said against the mail.
        (await ResultsAsync(Plain)).ShouldBeEmpty();
        (await ResultsAsync(Plain, "--client-ip", "10.1.2.3")).ShouldBeEmpty("it is our own");
    }

    [Fact]
    public async Task Mail_of_our_own_shows_the_signature_it_would_get()
    {
        using (var key = SigningKey.GenerateRsa(2048))
            Write("key.pem", key.ToPem());
        var config = Config($"enable_dkim_signing: true\ndkim_keys: [{{domain: far.example, selector: s1, key: {Root}/key.pem}}]");
        var run = await ScanAsync(Plain, config, "--client-ip", "10.1.2.3", "--json");
        run.Error.ShouldBeEmpty();
        run.Json["explanation"]!["signed"]!.AsArray().Select(s => s!.GetValue<string>()).ShouldBe(["s1:far.example"]);
        run.Json["mails"]![0]!["addedFields"]![0]!.GetValue<string>().ShouldStartWith("DKIM-Signature: v=1;");
    }

    [Theory]
    [InlineData(2, "--from: \"a@@b\" is not a mail address", "m.eml", "--from", "a@@b", "--to", "u@example.com")]
    [InlineData(2, "--to: \"\" is not a mail address", "m.eml", "--from", "", "--to", "")]
    [InlineData(2, "--client-ip: \"10.0.0x\" is not an IP address", "m.eml", "--from", "", "--to", "u@example.com", "--client-ip", "10.0.0x")]
    [InlineData(2, "--listen: \"none\" is not a socket", "m.eml", "--from", "", "--to", "u@example.com", "--listen", "none")]
    [InlineData(2, "'--to' is required", "m.eml", "--from", "a@example.com")]
    [InlineData(1, "missing.eml", "missing.eml", "--from", "", "--to", "u@example.com")]
    public async Task What_is_wrong_with_the_arguments_is_named(int status, string fault, params string[] arguments)
    {
        Write("m.eml", Plain);
        var run = await RunAsync(["scan", .. arguments, "--config", Config()]);
        run.ExitCode.ShouldBe(status);
        run.Error.ShouldContain(fault);
    }

    [Fact]
    public async Task A_key_that_cannot_be_used_is_a_mistake_of_the_configuration()
    {
        Write("key.pem", "nothing\n");
        var config = Config($"dkim_keys: [{{domain: far.example, selector: s1, key: {Root}/key.pem}}]");
        var run = await ScanAsync(Plain, config);
        run.ExitCode.ShouldBe(1);
        run.Error.ShouldContain("key.pem holds no private key in PEM form");
        (await RunAsync("config", "check", "--config", config)).Output.ShouldContain("key.pem holds no private key in PEM form");
    }

    [Fact]
    public async Task A_database_that_is_not_there_is_not_made()
    {
        var run = await ScanAsync(Plain, Config($"storage_sql_dsn: [\"sqlite:{Root}/none.db\"]"), "--json");
        run.ExitCode.ShouldBe(0);
        File.Exists(Path.Combine(Root, "none.db")).ShouldBeFalse();
    }
}
