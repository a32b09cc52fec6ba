using System.Text.RegularExpressions;
using Amavis.Mime.Structure;
using Amavis.Testing;

namespace Amavis.EndToEnd.Tests;

/// <summary>Notices to senders, recipients and administrators, as they arrive at a next hop.</summary>
[Collection(nameof(Lab))]
[Trait("Needs", "Server")]
public sealed class NoticeTests(Lab lab)
{
    private const string Base = """
        local_domains_maps: [[.example.com]]
        virus_quarantine_method: null
        banned_files_quarantine_method: null
        spam_quarantine_method: null
        bad_header_quarantine_method: null
        banned_filename_re: ['\.exe$']

        """;

    [Fact]
    public async Task Administrator_and_recipient_are_told_of_banned_mail()
    {
        await using var sink = new MailSink();
        await using var filter = await StartAsync(sink, """
            banned_admin: admin@example.com
            mailfrom_notify_admin: filter@example.com
            warnbannedrecip: true
            """);
        (await SendAsync(filter, Mail.Banned(), "user1@example.com", "bob@far.example")).ShouldStartWith("250 2.7.0 Ok, discarded, id=");
        var messages = await sink.WaitForAsync(2);
        var admin = messages.Single(m => m.RcptArguments[0].Contains("admin@", StringComparison.Ordinal));
        admin.MailArguments.ShouldStartWith("<filter@example.com> ");
        admin.MailArguments.ShouldMatch(@" ENVID=AM\.[\w-]{12}\.\d{8}T\d{6}Z@filter\.example\.net");
        admin.RcptArguments.ShouldBe(["<admin@example.com> ORCPT=rfc822;admin@example.com"]);
        Unfolded(admin).ShouldContain("\r\nSubject: BANNED contents (application/octet-stream,.exe,.exe-ms,setup.exe) in mail FROM [127.0.0.1] <ann@example.org>\r\n");
        admin.Text.ShouldContain("From: \"Content-filter at filter.example.net\" <filter@example.com>\r\n");
        admin.Text.ShouldContain("<user1@example.com>:\r\n   250 2.7.0 Ok, discarded");
        MimeReader.Read(admin.Octets).Root.Children.Select(c => c.MediaType).ShouldBe(["text/plain", "text/rfc822-headers"]);

        var recipient = messages.Single(m => m.RcptArguments[0].Contains("user1@", StringComparison.Ordinal));
        recipient.MailArguments.ShouldStartWith("<postmaster@filter.example.net> ");
        recipient.Text.ShouldContain("To: <user1@example.com>\r\n");
        recipient.Text.ShouldContain("BANNED CONTENTS ALERT\r\n");
        MimeReader.Read(recipient.Octets).Root.MediaType.ShouldBe("text/plain");
        messages.ShouldAllBe(m => !m.RcptArguments[0].Contains("bob@", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_new_virus_is_told_of_once_also_after_a_restart()
    {
        await using var sink = new MailSink();
        await using var filter = await StartAsync(sink, $"newvirus_admin: outbreak@example.com\nav_scanners: [{{name: c, protocol: clamd, address: \"{lab.Clamd.UnixAddress}\"}}]");
        await SendAsync(filter, Mail.Eicar("eicar.1"), "user1@example.com");
        (await sink.WaitForAsync(1)).Single().Text.ShouldContain("Eicar-Test-Signature.UNOFFICIAL");
        await SendAsync(filter, Mail.Eicar("eicar.2"), "user1@example.com");
        await filter.WaitForLogAsync("<eicar.2@example.org>");
        await filter.StopAsync();
        await filter.StartAgainAsync();
        await SendAsync(filter, Mail.Eicar("eicar.3"), "user1@example.com");
        await filter.WaitForLogAsync("<eicar.3@example.org>");
        sink.Messages.Count.ShouldBe(1);
    }

    [Fact]
    public async Task A_notice_that_can_not_be_sent_changes_nothing_for_the_message()
    {
        await using var sink = new MailSink { Answer = (verb, argument) => verb == "RCPT" && argument.Contains("admin", StringComparison.Ordinal) ? "450 4.2.0 later" : "" };
        await using var filter = await StartAsync(sink, "bad_header_admin: admin@example.com");
        (await SendAsync(filter, Mail.BadHeader(), "user1@example.com")).ShouldMatch("^250 2.0.0 from MTA.*queued as SINK");
        (await filter.WaitForLogAsync("FAILED to notify")).ShouldMatch(@"FAILED to notify <admin@example\.com>: 450 4\.2\.0 ");
        (await filter.WaitForLogAsync("Passed BAD-HEADER-2")).ShouldContain("{RelayedInbound}");
        using var http = new HttpClient();
        (await http.GetStringAsync($"http://127.0.0.1:{filter.MetricsPort}/metrics")).ShouldContain("amavis_notice_failures_total 1\n");
    }

    [Fact]
    public async Task Mail_that_the_next_hop_tempfails_is_not_told_of()
    {
        await using var sink = new MailSink { Answer = (verb, argument) => verb == "RCPT" && argument.Contains("user1", StringComparison.Ordinal) ? "450 4.2.0 later" : "" };
        await using var filter = await StartAsync(sink, "bad_header_admin: admin@example.com");
        (await SendAsync(filter, Mail.BadHeader(), "user1@example.com")).ShouldStartWith("450 4.2.0");
        await filter.WaitForLogAsync("Blocked MTA-BLOCKED");
        sink.Messages.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_bounce_has_our_text_and_goes_in_copy()
    {
        await using var sink = new MailSink();
        await using var filter = await StartAsync(sink, """
            final_banned_destiny: D_BOUNCE
            dsn_bcc: bounces@example.com
            hdrfrom_notify_sender: "Post <post@${myhostname}>"
            notify_virus_sender_templ: |
              Subject: [:mime_decode|%j] was refused: %F
              X-Reason: [:ccat|name]
              Message-ID: <VS%i@%h>

              Dear %s, %#R recipient[?%#R||: %R|s: %R].
            """);
        (await SendAsync(filter, Mail.Banned(), "user1@example.com")).ShouldMatch(@"^250 2\.5\.0 Ok, id=\d+-01, BOUNCE$");
        var bounce = (await sink.WaitForAsync(1)).Single();
        bounce.MailArguments.ShouldStartWith("<> ");
        bounce.RcptArguments.ShouldBe(["<ann@example.org> ORCPT=rfc822;ann@example.org", "<bounces@example.com> ORCPT=rfc822;bounces@example.com"]);
        Unfolded(bounce).ShouldContain("\r\nSubject: the program was refused: application/octet-stream,.exe,.exe-ms,setup.exe\r\n");
        bounce.Text.ShouldContain("\r\nX-Reason: Banned\r\n");
        bounce.Text.ShouldContain("\r\nFrom: Post <post@filter.example.net>\r\n");
        bounce.Text.ShouldContain("\r\n\r\nDear <ann@example.org>, 1 recipient: user1@example.com.\r\n");
        bounce.Text.ShouldContain("Diagnostic-Code: smtp; 554 5.7.0 Bounce,");
    }

    [Theory]
    [InlineData("", " NOTIFY=NEVER")]
    [InlineData("", " NOTIFY=SUCCESS")]
    [InlineData("notify_virus_sender_templ: null", "")]
    [InlineData("final_banned_destiny: D_DISCARD", "")]
    public async Task Nobody_is_told_who_must_not_be(string settings, string rcptParameters)
    {
        await using var sink = new MailSink();
        await using var filter = await StartAsync(sink, settings.StartsWith("final", StringComparison.Ordinal) ? settings : "final_banned_destiny: D_BOUNCE\n" + settings);
        await using var client = await SmtpProbe.ConnectAsync(filter.SmtpPort);
        await client.SayAsync("EHLO mta.example.net");
        await client.SayAsync("MAIL FROM:<ann@example.org>");
        await client.SayAsync("RCPT TO:<user1@example.com>" + rcptParameters);
        await client.SayAsync("DATA");
        await client.SendAsync(SmtpProbe.Stuffed(Mail.Banned()));
        (await client.ReadReplyAsync()).ShouldMatch("DISCARD\\(bounce.suppressed\\)$|^250 2.7.0 Ok, discarded");
        (await filter.WaitForLogAsync("Blocked BANNED")).ShouldMatch(@"\{(NoBounce|Discarded)Inbound\}");
        sink.Messages.ShouldBeEmpty();
    }

    [Fact]
    public async Task Mailing_lists_and_the_null_sender_get_no_bounce()
    {
        await using var sink = new MailSink();
        await using var filter = await StartAsync(sink, "final_banned_destiny: D_BOUNCE");
        await using var client = await SmtpProbe.ConnectAsync(filter.SmtpPort);
        await client.SayAsync("EHLO mta.example.net");
        (await client.DeliverAsync("", ["user1@example.com"], Mail.Banned("banned.1"))).ShouldEndWith("DISCARD(bounce.suppressed)");
        (await client.DeliverAsync("list-bounces@example.org", ["user1@example.com"], Mail.Banned("banned.2"))).ShouldEndWith("DISCARD(bounce.suppressed)");
        sink.Messages.ShouldBeEmpty();
    }

    [Fact]
    public async Task Success_is_told_of_here_when_the_settings_say_so()
    {
        await using var sink = new MailSink();
        await using var filter = await StartAsync(sink, "terminate_dsn_on_notify_success: true");
        await using var client = await SmtpProbe.ConnectAsync(filter.SmtpPort);
        await client.SayAsync("EHLO mta.example.net");
        await client.SayAsync("MAIL FROM:<ann@example.org> RET=FULL ENVID=abc+2B1");
        await client.SayAsync("RCPT TO:<user1@example.com> NOTIFY=SUCCESS,FAILURE ORCPT=rfc822;first@example.com");
        await client.SayAsync("DATA");
        await client.SendAsync(SmtpProbe.Stuffed(Mail.Clean()));
        (await client.ReadReplyAsync()).ShouldMatch("^250 2.0.0 from MTA");
        var messages = await sink.WaitForAsync(2);
        messages[0].RcptArguments.Single().ShouldContain(" NOTIFY=FAILURE ");
        messages[1].Text.ShouldContain("Original-Envelope-Id: abc+1\r\n");
        messages[1].Text.ShouldContain("Original-Recipient: rfc822;first@example.com\r\nFinal-Recipient: rfc822;user1@example.com\r\nAction: relayed\r\nStatus: 2.0.0\r\n");
        messages[1].Text.ShouldNotContain("a line with a dot");
    }

    [Fact]
    public async Task Log_templates_write_what_they_say()
    {
        await using var sink = new MailSink();
        await using var filter = await StartAsync(sink, """
            log_templ: "mail %i from %s: [:ccat|name] {[:actions_performed]}\nsecond line"
            log_recip_templ: "recipient %. %R"
            smtp_reason_by_ccat: {banned: "see https://example.net/%i, %s: %F"}
            final_banned_destiny: D_REJECT
            """);
        var reply = await SendAsync(filter, Mail.Banned(), "user1@example.com", "user2@example.com");
        reply.ShouldMatch(@"^554 5\.7\.0 Reject, see https://example\.net/[\w-]{12}, <ann@example\.org>: application/octet-stream,\.exe,\.exe-ms,setup\.exe$");
        await filter.WaitForLogAsync("recipient 2 user2@example.com");
        Regex.Replace(filter.Log, @"mail [\w-]{12} ", "mail ID ", RegexOptions.None, TimeSpan.FromSeconds(1)).ShouldMatch(
            @"mail ID from <ann@example\.org>: Banned \{RejectedInbound\}\n.*\) second line\n.*\) recipient 1 user1@example\.com\n.*\) recipient 2 user2@example\.com\n");
    }

    [Fact]
    public async Task A_report_goes_out_as_an_abuse_report()
    {
        await using var sink = new MailSink();
        await using var filter = await StartAsync(sink, "banned_files_quarantine_method: 'local:banned-%m'\ndsn_bcc: bounces@example.com");
        await SendAsync(filter, Mail.Banned(), "user1@example.com");
        var file = Path.GetFileName(Directory.GetFiles(Path.Combine(filter.Directory, "quarantine")).ShouldHaveSingleItem());
        await using var client = await SmtpProbe.ConnectAsync(filter.ReleasePort, readGreeting: false);
        await client.SendAsync($"request=report\r\nmail_id={file["banned-".Length..]}\r\nquar_type=F\r\nmail_file={file}\r\nrecipient=abuse@example.net\r\n\r\n");
        var report = (await sink.WaitForAsync(1)).Single();
        report.MailArguments.ShouldStartWith("<postmaster@filter.example.net> ");
        report.RcptArguments.Select(r => r.Split(' ')[0]).ShouldBe(["<abuse@example.net>", "<bounces@example.com>"]);
        MimeReader.Read(report.Octets).Root.Children.Select(c => c.MediaType).ShouldBe(["text/plain", "message/feedback-report", "message/rfc822"]);
        report.Text.ShouldContain("Subject: Fw: the program\r\n");
        report.Text.ShouldContain("Feedback-Type: abuse\r\n");
        report.Text.ShouldContain("Source-IP: 198.51.100.7\r\n");
    }

    private static Task<FilterProcess> StartAsync(MailSink sink, string settings) =>
        FilterProcess.StartAsync(sink.Port, (settings.Contains("banned_files_quarantine_method", StringComparison.Ordinal) ? Base.Replace("banned_files_quarantine_method: null", "", StringComparison.Ordinal) : Base) + (settings.Contains("av_scanners", StringComparison.Ordinal) ? "spam_scanners: []" : Lab.NoScanners) + "\n" + settings);

    private static async Task<string> SendAsync(FilterProcess filter, byte[] message, params string[] recipients)
    {
        await using var client = await SmtpProbe.ConnectAsync(filter.SmtpPort);
        await client.SayAsync("EHLO mta.example.net");
        return await client.DeliverAsync("ann@example.org", recipients, message);
    }

    private static string Unfolded(SunkMessage message) => message.Text.Replace("\r\n ", " ", StringComparison.Ordinal);
}
