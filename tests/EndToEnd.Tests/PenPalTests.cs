using Amavis.Testing;

namespace Amavis.EndToEnd.Tests;

/// <summary>Answers to our users' mail get a bonus, bounces of mail they never sent are blocked; on both databases.</summary>
[Collection(nameof(Lab))]
[Trait("Needs", "Server")]
public sealed class PenPalTests(Lab lab)
{
    private const string Settings = """
        av_scanners: []
        spam_scanners: []
        local_domains_maps: [[.example.com]]
        score_sender_maps: [{".": [{friend@far.example: 5, stranger@far.example: 5}]}]
        sa_tag_level_deflt: -99
        sa_kill_level_deflt: 6.9
        final_spam_destiny: D_DISCARD
        spam_quarantine_method: null
        penpals_bonus_score: 4
        penpals_threshold_low: null
        bounce_killer_score: 100

        """;

    [Theory]
    [InlineData("sqlite")]
    [InlineData("postgres")]
    public async Task An_answer_gets_a_bonus_and_a_bounce_of_foreign_mail_is_blocked(string provider)
    {
        using var directory = new TestDirectory();
        var dsn = await lab.NewDatabaseAsync(provider, directory.Path);
        await using var sink = new MailSink();
        await using var filter = await FilterProcess.StartAsync(sink.Port, Settings + $"storage_sql_dsn: [\"{dsn}\"]\n");
        await using var database = Lab.Open(dsn);
        await SendAsync(filter, "user1@example.com", "friend@far.example", Text("<ours9@mua.invalid>"));
        await Rows.WaitForAsync(database, 1);

        sink.Clear();
        await SendAsync(filter, "friend@far.example", "User1@Example.com", Text("<answer@far.example>"));
        sink.Messages.Single().Text.ShouldMatch(@"\r\nX-Spam-Status: No, score=1(\.\d+)? ");
        sink.Messages.Single().Text.ShouldMatch(@"tests=\[AM\.PENPAL=-(4|3\.99\d),\s+AM\.WBL=5\]");
        sink.Messages.Single().Text.ShouldMatch(@"\r\nX-Amavis-PenPals: age 0 0:00:\d\d\r\n");

        sink.Clear();
        await SendAsync(filter, "stranger@far.example", "user1@example.com", Text("<cold@far.example>"));
        sink.Messages.Single().Text.ShouldContain("score=5 ");
        sink.Messages.Single().Text.ShouldNotContain("X-Amavis-PenPals");

        // Somebody else answers in the thread: the reference is known.
        sink.Clear();
        await SendAsync(filter, "stranger@far.example", "user1@example.com", Text("<warm@far.example>", "In-Reply-To: <ours9@mua.invalid>\r\n"));
        sink.Messages.Single().Text.ShouldContain("X-Amavis-PenPals: age 0 0:00:");

        (await SendAsync(filter, "", "user1@example.com", Bounce("<ours9@mua.invalid>"))).ShouldStartWith("250 2.0.0 from MTA");
        (await SendAsync(filter, "", "user1@example.com", Bounce("<x@sub.example.com>"))).ShouldStartWith("250 2.0.0 from MTA");
        (await SendAsync(filter, "", "user1@example.com", Bounce("<n@evil.example>"))).ShouldStartWith("250 2.7.0 Ok, discarded");
        (await SendAsync(filter, "", "user1@example.com", Bounce(null))).ShouldStartWith("250 2.7.0 Ok, discarded");

        var metrics = await filter.MetricsAsync();
        metrics.ShouldMatch(@"amavis_pen_pals_hits_total 3\n");
        metrics.ShouldMatch(@"amavis_in_msgs_bounce_rescued_by_pen_pals_total 1\n");
        metrics.ShouldMatch(@"amavis_in_msgs_bounce_rescued_by_domain_total 1\n");
        metrics.ShouldMatch(@"amavis_in_msgs_bounce_killed_total 2\n");
    }

    private static async Task<string> SendAsync(FilterProcess filter, string sender, string recipient, byte[] mail)
    {
        await using var client = await SmtpProbe.ConnectAsync(filter.SmtpPort);
        await client.SayAsync("EHLO mta.example.net");
        return await client.DeliverAsync(sender, [recipient], mail);
    }

    private static byte[] Text(string id, string more = "") => Octets.Crlf(
        $"From: <someone@far.example>\nTo: <user1@example.com>\nSubject: about the boat\nDate: Mon, 05 Jan 2026 10:01:00 +0000\nMessage-ID: {id}\n{more.ReplaceLineEndings("\n")}\nhello\n");

    private static byte[] Bounce(string? id) => Octets.Crlf($"""
        From: MAILER-DAEMON@mx.far.example
        To: <user1@example.com>
        Subject: Undelivered Mail Returned to Sender
        Date: Mon, 05 Jan 2026 10:01:00 +0000
        Message-ID: <b{id?.GetHashCode(StringComparison.Ordinal)}@mx.far.example>
        MIME-Version: 1.0
        Content-Type: multipart/report; report-type=delivery-status; boundary="=_r"

        --=_r
        Content-Type: text/plain

        sorry

        --=_r
        Content-Type: message/delivery-status

        Reporting-MTA: dns; mx.far.example

        Final-Recipient: rfc822; gone@far.example
        Action: failed
        Status: 5.1.1

        --=_r
        Content-Type: text/rfc822-headers

        From: <user1@example.com>
        To: <gone@far.example>
        Subject: hello
        Date: Mon, 05 Jan 2026 09:01:00 +0000
        {(id is null ? "X-No-Id: 1" : "Message-ID: " + id)}
        MIME-Version: 1.0

        --=_r--

        """);
}
