using Amavis.Testing;

namespace Amavis.EndToEnd.Tests;

/// <summary>Postfix asks the filter through Debian's amavisd-milter, which speaks AM.PDP to us.</summary>
[Collection(nameof(Lab))]
[Trait("Needs", "Server")]
public sealed class AmPdpMilterTests(Lab lab)
{
    private const string Local = """
        local_domains_maps: [[.example.com]]
        sa_tag_level_deflt: -999
        sa_tag2_level_deflt: 6.31
        sa_kill_level_deflt: 6.31
        sa_spam_subject_tag: "***SPAM*** "
        viruses_that_fake_sender_maps: [0]
        virus_quarantine_method: null

        """;

    [Fact]
    public async Task Clean_mail_passes_with_our_fields()
    {
        await using var site = await Site.StartAsync(Local + lab.Scanners);

        (await site.SendAsync(Mail.Clean("pdp.clean"), "box@example.com")).ShouldStartWith("250 2.0.0 Ok: queued as ", customMessage: site.Diagnosis);

        (await site.Filter.WaitForLogAsync("Passed CLEAN")).ShouldMatch(
            @"\(\S+-01\) Passed CLEAN \{AcceptedInbound\}, RELEASE \[127\.0\.0\.1\] (\[198\.51\.100\.7\] )?<ann@example\.org> -> <box@example\.com>, Queue-ID: [0-9A-F]+, Message-ID: <pdp\.clean@example\.org>");
        var mail = await site.Postfix.WaitForMailAsync("pdp.clean@example.org");
        mail.ShouldMatch(@"(?s)\nX-Virus-Scanned: amavis at example\.com\nX-Spam-Flag: NO\nX-Spam-Score: .*\nX-Spam-Level:.*\nX-Spam-Status: No, score=");
        mail.ShouldContain("Content-Type: text/plain; charset=utf-8\n\nhello\n.a line with a dot\nbye\n");
        Directory.EnumerateFileSystemEntries(site.WorkDirectory).ShouldBeEmpty();
    }

    [Fact]
    public async Task A_field_without_a_body_is_no_trouble()
    {
        await using var site = await Site.StartAsync(Local + Lab.NoScanners);

        (await site.SendAsync(Mail.Clean("pdp.empty"), "box@example.com")).ShouldStartWith("250 ", customMessage: site.Diagnosis);

        (await site.Postfix.WaitForMailAsync("pdp.empty@example.org")).ShouldMatch(@"\nX-Spam-Score: 0\nX-Spam-Level: ?\nX-Spam-Status: No, score=x");
    }

    [Fact]
    public async Task Forged_fields_are_removed_and_the_subject_is_tagged()
    {
        await using var site = await Site.StartAsync(Local + lab.Scanners);
        var forged = Octets.Of("X-Spam-Flag: NO\r\nX-Spam-Flag: NO\r\nAuthentication-Results: other.example; dkim=none\r\nAuthentication-Results: filter.example.net; spf=pass\r\n");

        (await site.SendAsync([.. forged, .. Mail.Gtube("pdp.gtube")], "box@example.com")).ShouldStartWith("250 ");

        var mail = await site.Postfix.WaitForMailAsync("pdp.gtube@example.org");
        mail.ShouldContain("\nSubject: ***SPAM*** it a the\n");
        mail.ShouldContain("\nX-Spam-Flag: YES\n");
        mail.ShouldNotContain("X-Spam-Flag: NO");
        mail.ShouldNotContain("filter.example.net; ");
        mail.ShouldContain("Authentication-Results: other.example; dkim=none");
    }

    [Fact]
    public async Task A_virus_is_refused_in_the_senders_session()
    {
        await using var site = await Site.StartAsync(Local + lab.Scanners + "\nfinal_virus_destiny: D_REJECT");

        (await site.SendAsync(Mail.Eicar(), "box@example.com")).ShouldMatch(@"^554 5\.7\.0 Reject, id=\S+-01 - INFECTED: Eicar-Test-Signature\.UNOFFICIAL$");

        (await site.Filter.WaitForLogAsync("Blocked INFECTED")).ShouldContain("{RejectedInbound}");
    }

    [Fact]
    public async Task Banned_mail_is_discarded()
    {
        await using var site = await Site.StartAsync(Local + lab.Scanners + "\nbanned_filename_re: ['(?i).\\.exe$']\nbanned_files_quarantine_method: null");

        (await site.SendAsync(Mail.Banned("pdp.banned"), "box@example.com")).ShouldStartWith("250 ");
        await site.Filter.WaitForLogAsync("Blocked BANNED");
        await site.SendAsync(Mail.Clean("pdp.after"), "box@example.com");

        (await site.Postfix.WaitForMailAsync("pdp.after@example.org")).ShouldNotContain("setup.exe");
    }

    [Fact]
    public async Task Recipients_are_treated_differently()
    {
        await using var site = await Site.StartAsync(Local + lab.Scanners + "\nvirus_lovers_maps: [{lover@example.com: 1}]");

        (await site.SendAsync(Mail.Eicar("pdp.two"), "box@example.com", "lover@example.com")).ShouldStartWith("250 ");

        var mail = await site.Postfix.WaitForMailAsync("pdp.two@example.org");
        mail.ShouldContain("Delivered-To: lover@example.com");
        mail.ShouldNotContain("Delivered-To: box@example.com");
        mail.ShouldContain("\nSubject: ***INFECTED*** your invoice\n");
    }

    [Fact]
    public async Task Server_may_take_care_of_the_delivery()
    {
        await using var site = await Site.StartAsync(Local + lab.Scanners, "-D", "server");

        (await site.SendAsync(Mail.Clean("pdp.server"), "box@example.com")).ShouldStartWith("250 ", customMessage: site.Diagnosis);

        (await site.Filter.WaitForLogAsync("Passed CLEAN")).ShouldMatch(@"\{RelayedInbound\}.*, queued_as: [0-9A-F]+,");
        (await site.Postfix.WaitForMailAsync("pdp.server@example.org")).ShouldContain("(amavis, unix socket)");
    }

    [Fact]
    public async Task Without_a_scanner_that_answers_nothing_passes()
    {
        await using var site = await Site.StartAsync(Local + $"av_scanners: [{{name: gone, protocol: clamd, address: 127.0.0.1:{FreePorts.Next()}}}]\nspam_scanners: []");

        (await site.SendAsync(Mail.Clean(), "box@example.com")).ShouldMatch(@"^451 4\.5\.0 Error in processing, id=\S+-01, virus_scan FAILED");
    }

    [Fact]
    public async Task A_directory_elsewhere_is_refused()
    {
        using var elsewhere = new TestDirectory();
        await using var site = await Site.StartAsync(Local + Lab.NoScanners, elsewhere.Path + "/w");

        (await site.SendAsync(Mail.Clean(), "box@example.com")).ShouldStartWith("450 4.5.0 Failure: Suspicious ");
    }

    /// <summary>Postfix with amavisd-milter on its front smtpd; what the filter sends comes back to the other.</summary>
    private sealed class Site : IAsyncDisposable
    {
        public required FilterProcess Filter { get; init; }
        public required AmavisdMilter Milter { get; init; }
        public required PostfixServer Postfix { get; init; }
        public required string WorkDirectory { get; init; }
        public required int Port { get; init; }

        /// <summary>What everybody has to say when a test fails.</summary>
        public string Diagnosis => $"{Milter.Output}\n{Filter.Log}\n{Postfix.Log}";

        /// <param name="options">Of amavisd-milter; a path is its work directory.</param>
        public static async Task<Site> StartAsync(string settings, params string[] options)
        {
            var ports = FreePorts.Take(2);
            var filter = await FilterProcess.StartAsync(ports[1], settings);
            var work = options.FirstOrDefault(o => o.StartsWith('/')) ?? Path.Combine(filter.Directory, "milter");
            var milter = await AmavisdMilter.StartAsync(filter.SocketPath, work, [.. options.Where(o => !o.StartsWith('/'))]);
            var postfix = await PostfixServer.StartAsync(ports[0], ports[1], $"smtpd_milters=inet:127.0.0.1:{milter.Port}", "milter_default_action=tempfail", "milter_connect_macros=j,{client_name},{daemon_name},v");
            return new Site { Filter = filter, Milter = milter, Postfix = postfix, WorkDirectory = work, Port = ports[0] };
        }

        public async Task<string> SendAsync(byte[] message, params string[] recipients)
        {
            await using var client = await SmtpProbe.ConnectAsync(Port);
            await client.SayAsync("EHLO mta.example.net");
            return await client.DeliverAsync("ann@example.org", recipients, message);
        }

        public async ValueTask DisposeAsync()
        {
            await Postfix.DisposeAsync();
            await Milter.DisposeAsync();
            await Filter.DisposeAsync();
        }
    }
}
