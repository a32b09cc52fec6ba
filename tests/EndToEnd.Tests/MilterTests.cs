using Amavis.Testing;
using Microsoft.EntityFrameworkCore;

namespace Amavis.EndToEnd.Tests;

/// <summary>Postfix asks the filter over the milter protocol, without a helper between them.</summary>
[Collection(nameof(Lab))]
[Trait("Needs", "Server")]
public sealed class MilterTests(Lab lab)
{
    private const string Local = """
        local_domains_maps: [[.example.com]]
        sa_tag_level_deflt: -999
        sa_tag2_level_deflt: 6.31
        sa_kill_level_deflt: 6.31
        sa_spam_subject_tag: "***SPAM*** "
        viruses_that_fake_sender_maps: [0]

        """;

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Clean_mail_passes_with_our_fields_and_is_otherwise_untouched(bool unixSocket)
    {
        await using var site = await Site.StartAsync(Local + lab.Scanners, unixSocket);

        (await site.SendAsync(Mail.Clean("milter.clean"), "box@example.com")).ShouldStartWith("250 2.0.0 Ok: queued as ");

        var log = await site.Filter.WaitForLogAsync("Passed CLEAN");
        log.ShouldMatch(@"\(\d+-\d+\) Passed CLEAN \{AcceptedInbound\}, (RELEASE/)?MILTER \[127\.0\.0\.1\]:\d+ \[198\.51\.100\.7\] <ann@example\.org> -> <box@example\.com>, Queue-ID: [0-9A-F]+, Message-ID: <milter\.clean@example\.org>, mail_id: \S+, Hits: -?[0-9.]+, size: \d+, \d+ ms$");
        var mail = await site.Postfix.WaitForMailAsync("milter.clean@example.org");
        mail.ShouldMatch(@"(?s)Delivered-To: box@example\.com\n(.*\n)?X-Virus-Scanned: amavis at example\.com\nX-Spam-Flag: NO\nX-Spam-Score: .*\nX-Spam-Level:.*\nX-Spam-Status: No, score=");
        mail.ShouldContain("Content-Type: text/plain; charset=utf-8\n\nhello\n.a line with a dot\nbye\n");
        // The field we put on top for the scanners is not handed out.
        mail.ShouldNotContain("\tby mx.example.com with ESMTP");
    }

    [Fact]
    public async Task A_field_without_a_body_is_no_trouble()
    {
        await using var site = await Site.StartAsync(Local + Lab.NoScanners);

        (await site.SendAsync(Mail.Clean("milter.empty"), "box@example.com")).ShouldStartWith("250 ");

        (await site.Postfix.WaitForMailAsync("milter.empty@example.org")).ShouldMatch(@"\nX-Spam-Score: 0\nX-Spam-Level: ?\nX-Spam-Status: No, score=x");
    }

    [Fact]
    public async Task Forged_fields_are_removed_and_the_subject_is_tagged()
    {
        await using var site = await Site.StartAsync(Local + lab.Scanners);
        var forged = Octets.Of("X-Spam-Status: No, forged\r\nX-Spam-Flag: NO\r\nX-Spam-Flag: NO\r\nAuthentication-Results: filter.example.net; dkim=pass\r\n"
            + "Authentication-Results: other.example; dkim=none\r\nAuthentication-Results: filter.example.net; spf=pass\r\n");

        (await site.SendAsync([.. forged, .. Mail.Gtube("milter.gtube")], "box@example.com")).ShouldStartWith("250 ");

        var mail = await site.Postfix.WaitForMailAsync("milter.gtube@example.org");
        mail.ShouldContain("\nSubject: ***SPAM*** it a the\n");
        mail.ShouldContain("\nX-Spam-Flag: YES\n");
        mail.ShouldNotContain("X-Spam-Flag: NO");
        mail.ShouldNotContain("forged");
        mail.ShouldNotContain("filter.example.net; ");
        mail.ShouldContain("Authentication-Results: other.example; dkim=none");
    }

    [Fact]
    public async Task A_virus_is_refused_in_the_senders_session()
    {
        await using var site = await Site.StartAsync(Local + lab.Scanners + "\nfinal_virus_destiny: D_REJECT\nvirus_quarantine_method: null");

        (await site.SendAsync(Mail.Eicar(), "box@example.com")).ShouldMatch(@"^554 5\.7\.0 Reject, id=\d+-\d+ - INFECTED: Eicar-Test-Signature\.UNOFFICIAL$");

        (await site.Filter.WaitForLogAsync("Blocked INFECTED")).ShouldContain("{RejectedInbound}");
    }

    [Fact]
    public async Task Banned_mail_is_discarded_and_kept()
    {
        using var directory = new TestDirectory();
        var dsn = await lab.NewDatabaseAsync("sqlite", directory.Path);
        await using var site = await Site.StartAsync(Local + lab.Scanners
            + $"\nbanned_filename_re: ['(?i).\\.exe$']\nbanned_files_quarantine_method: \"sql:\"\nstorage_sql_dsn: [\"{dsn}\"]");

        (await site.SendAsync(Mail.Banned("milter.banned"), "box@example.com")).ShouldStartWith("250 2.0.0 Ok: queued as ");

        (await site.Filter.WaitForLogAsync("Blocked BANNED")).ShouldContain("{DiscardedInbound,Quarantined}");
        await using var database = Lab.Open(dsn);
        var row = (await Rows.WaitForAsync(database, 1)).Single();
        (row.Content, row.QuarType).ShouldBe(("B", "Q"));
        await using var context = await database.CreateContextAsync(CancellationToken.None);
        var copy = string.Concat((await context.Quarantine.OrderBy(q => q.ChunkInd).ToListAsync()).Select(q => Octets.Text(q.MailText)));
        copy.ShouldMatch(@"(?s)X-Envelope-To-Blocked: <box@example\.com>\n.*Received: from mta\.example\.net \(localhost \[127\.0\.0\.1\]\)\n\tby mx\.example\.com with ESMTP id [0-9A-F]+;\n\t");
        // What comes after it shows that nothing of it was delivered.
        await site.SendAsync(Mail.Clean("milter.after"), "box@example.com");
        (await site.Postfix.WaitForMailAsync("milter.after@example.org")).ShouldNotContain("setup.exe");
    }

    [Fact]
    public async Task Recipients_are_treated_differently()
    {
        await using var site = await Site.StartAsync(Local + lab.Scanners + "\nvirus_quarantine_method: null\nvirus_lovers_maps: [{lover@example.com: 1}]");

        (await site.SendAsync(Mail.Eicar("milter.two"), "box@example.com", "lover@example.com")).ShouldStartWith("250 ");

        await site.Filter.WaitForLogAsync("Blocked INFECTED");
        var mail = await site.Postfix.WaitForMailAsync("milter.two@example.org");
        mail.ShouldContain("Delivered-To: lover@example.com");
        mail.ShouldNotContain("Delivered-To: box@example.com");
        mail.ShouldContain("\nSubject: ***INFECTED*** your invoice\n");
        mail.ShouldContain("X-Amavis-Alert: INFECTED, message contains virus:\n Eicar-Test-Signature.UNOFFICIAL\n");
    }

    [Fact]
    public async Task Mail_that_is_wrapped_gets_its_new_body_from_the_filter()
    {
        await using var site = await Site.StartAsync(Local + lab.Scanners + "\nvirus_quarantine_method: null\nvirus_lovers_maps: [1]\ndefang_virus: attach");
        var filler = string.Concat(Enumerable.Range(0, 20_000).Select(i => $"line {i}\r\n"));

        (await site.SendAsync([.. Mail.Eicar("milter.wrapped"), .. Octets.Of(filler)], "box@example.com")).ShouldStartWith("250 ");

        var mail = await site.Postfix.WaitForMailAsync("line 19999\n");
        mail.ShouldMatch(@"(?s)X-Amavis-Modified: Mail body modified \(defanged\) - filter\.example\.net\n.*\nContent-Type: multipart/mixed;\n? boundary=""=_[^""]+-defanged""\n");
        mail.ShouldContain("\nSubject: ***INFECTED*** your invoice\n");
        var body = mail[(mail.IndexOf("\n\n", StringComparison.Ordinal) + 2)..];
        body.ShouldMatch(@"(?s)^This is a message of several parts.*\nContent-Type: message/rfc822; .*\nReturn-Path: <ann@example\.org>\nReceived: from mta\.example\.net \(.*\nSubject: your invoice\n.*line 19999\n\n--=_[^\n]+-defanged--\n");
        mail[..^body.Length].Split('\n').Count(l => l.StartsWith("Content-Type:", StringComparison.Ordinal)).ShouldBe(1);
    }

    [Fact]
    public async Task A_bounce_goes_out_by_notify_method()
    {
        await using var site = await Site.StartAsync(Local + lab.Scanners + "\nfinal_virus_destiny: D_BOUNCE\nvirus_quarantine_method: null");

        (await site.SendFromAsync("box@example.com", Mail.Eicar(), "other@example.com")).ShouldStartWith("250 ");

        (await site.Postfix.WaitForMailAsync("multipart/report")).ShouldContain("Final-Recipient: rfc822;other@example.com");
        (await site.Filter.WaitForLogAsync("Blocked INFECTED")).ShouldContain("{BouncedInbound}");
    }

    [Fact]
    public async Task Without_a_scanner_that_answers_nothing_passes()
    {
        await using var site = await Site.StartAsync(Local + $"av_scanners: [{{name: gone, protocol: clamd, address: 127.0.0.1:{FreePorts.Next()}}}]\nspam_scanners: []");

        (await site.SendAsync(Mail.Clean(), "box@example.com")).ShouldMatch(@"^451 4\.5\.0 Error in processing, id=\d+-\d+, virus_scan FAILED");
    }

    [Fact]
    public async Task Without_the_filter_nothing_passes()
    {
        await using var site = await Site.StartAsync(Local + Lab.NoScanners);
        await site.Filter.KillAsync();

        (await site.SendAsync(Mail.Clean(), "box@example.com")).ShouldStartWith("451 4.7.1 ");
    }

    [Fact]
    public async Task A_message_of_many_pieces_arrives_whole()
    {
        await using var site = await Site.StartAsync(Local + Lab.NoScanners);
        var random = new Random(1);
        var body = string.Concat(Enumerable.Range(0, 40_000).Select(i => $"line {i} {new string((char)('a' + random.Next(26)), random.Next(70))}\r\n"));

        (await site.SendAsync(Octets.Of("From: a@example.org\r\nSubject: large\r\nMessage-ID: <milter.large@example.org>\r\nDate: Mon, 05 Jan 2026 10:01:00 +0000\r\n\r\n" + body), "box@example.com"))
            .ShouldStartWith("250 ");

        (await site.Postfix.WaitForMailAsync("line 39999 ")).ShouldContain(body.ReplaceLineEndings("\n"));
        (await site.Filter.WaitForLogAsync("Passed CLEAN")).ShouldMatch(@"size: 1[0-9]{6}, ");
    }

    [Fact]
    public async Task Several_messages_of_one_session_have_ids_of_their_own()
    {
        await using var site = await Site.StartAsync(Local + Lab.NoScanners);
        await using var client = await SmtpProbe.ConnectAsync(site.Port);
        await client.SayAsync("EHLO mta.example.net");

        foreach (var id in (string[])["milter.1", "milter.2", "milter.3"])
        {
            (await client.DeliverAsync("ann@example.org", ["box@example.com"], Mail.Clean(id))).ShouldStartWith("250 ");
            await client.SayAsync("MAIL FROM:<x@example.org>");
            await client.SayAsync("RSET");
        }

        await site.Filter.WaitForLogAsync("milter.3@example.org");
        var ids = site.Filter.Log.Split('\n').Where(l => l.Contains("Passed CLEAN", StringComparison.Ordinal))
            .Select(l => l[(l.IndexOf('(', StringComparison.Ordinal) + 1)..l.IndexOf(')', StringComparison.Ordinal)]).ToList();
        ids.Distinct().Count().ShouldBe(3);
        ids[2].ShouldMatch(@"^\d+-\d+-\d+$");
    }

    [Fact]
    public async Task The_name_of_the_smtpd_leads_to_a_policy_bank()
    {
        await using var site = await Site.StartAsync(Local + Lab.NoScanners, banks: "SUBMISSION: {originating: true}", options: "milter_macro_daemon_name=SUBMISSION");

        (await site.SendAsync(Mail.Clean(), "box@example.com")).ShouldStartWith("250 ");

        await site.Filter.WaitForLogAsync("Passed CLEAN {AcceptedInternal}, MILTER/SUBMISSION LOCAL [127.0.0.1]");
    }

    /// <summary>Postfix with our milter on its front smtpd; notices come back to the other.</summary>
    private sealed class Site : IAsyncDisposable
    {
        public required FilterProcess Filter { get; init; }
        public required PostfixServer Postfix { get; init; }
        public required int Port { get; init; }

        public static async Task<Site> StartAsync(string settings, bool unixSocket = false, string banks = "", params string[] options)
        {
            var ports = FreePorts.Take(2);
            var filter = await FilterProcess.StartAsync(ports[1], settings + "\nunix_socket_mode: 0666", banks);
            var socket = unixSocket ? "unix:" + filter.MilterSocketPath : $"inet:127.0.0.1:{filter.MilterPort}";
            var postfix = await PostfixServer.StartAsync(ports[0], ports[1], ["smtpd_milters=" + socket, "milter_default_action=tempfail", .. options]);
            return new Site { Filter = filter, Postfix = postfix, Port = ports[0] };
        }

        public Task<string> SendAsync(byte[] message, params string[] recipients) => SendFromAsync("ann@example.org", message, recipients);

        public async ValueTask DisposeAsync()
        {
            await Postfix.DisposeAsync();
            await Filter.DisposeAsync();
        }

        public async Task<string> SendFromAsync(string sender, byte[] message, params string[] recipients)
        {
            await using var client = await SmtpProbe.ConnectAsync(Port);
            await client.SayAsync("EHLO mta.example.net");
            return await client.DeliverAsync(sender, recipients, message);
        }
    }
}
