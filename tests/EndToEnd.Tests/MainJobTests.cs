using System.Text.RegularExpressions;
using Amavis.Testing;
using Microsoft.EntityFrameworkCore;

namespace Amavis.EndToEnd.Tests;

/// <summary>Mail of each kind through the real daemon with clamd and spamd: replies, log line, rows, headers; on both databases.</summary>
[Collection(nameof(Lab))]
[Trait("Needs", "Server")]
public sealed partial class MainJobTests(Lab lab)
{
    private const string Policy = """
        local_domains_maps: [[.example.com]]
        sa_tag_level_deflt: 2.0
        sa_tag2_level_deflt: 6.31
        sa_kill_level_deflt: 6.31
        sa_dsn_cutoff_level: 10
        sa_spam_subject_tag: "***SPAM*** "
        virus_quarantine_method: "sql:"
        banned_files_quarantine_method: "sql:"
        spam_quarantine_method: "sql:"
        bad_header_quarantine_method: "sql:"
        viruses_that_fake_sender_maps: [{regexp: [['(?i)\bEICAR\b', 0], ['.*', 1]]}]
        banned_filename_re:
          - '^\.(exe-ms|dll)$'
          - '(?i).\.(exe|vbs|pif|scr|bat|cmd|com|cpl)$'

        """;

    private const string Xforward =
        "XFORWARD NAME=mail.example.org ADDR=192.0.2.10 PORT=45678 PROTO=ESMTP HELO=mail.example.org IDENT=4QABCD1234 SOURCE=REMOTE";

    [Theory]
    [InlineData("postgres")]
    [InlineData("sqlite")]
    public async Task Mail_of_every_kind_is_checked_and_treated_as_configured(string provider)
    {
        await using var sink = new MailSink();
        using var directory = new TestDirectory();
        var dsn = await lab.NewDatabaseAsync(provider, directory.Path);
        await using var filter = await FilterProcess.StartAsync(sink.Port, $"{Policy}\n{lab.Scanners}\nstorage_sql_dsn: [\"{dsn}\"]");

        (await SendAsync(filter, Mail.Clean())).ShouldMatch(@"^250 2\.0\.0 from MTA\(smtp:\[127\.0\.0\.1\]:\d+\): 250 2\.0\.0 Ok: queued as SINK");
        (await SendAsync(filter, Mail.Eicar())).ShouldMatch(@"^250 2\.7\.0 Ok, discarded, id=\d+-02 - INFECTED: Eicar-Test-Signature\.UNOFFICIAL$");
        (await SendAsync(filter, Mail.Banned())).ShouldMatch(@"^250 2\.7\.0 Ok, discarded, id=\d+-03 - BANNED: application/octet-stream,\.exe,\.exe-ms,setup\.exe$");
        (await SendAsync(filter, Mail.Gtube())).ShouldStartWith("250 2.0.0 from MTA(");
        (await SendAsync(filter, Mail.BadHeader())).ShouldStartWith("250 2.0.0 from MTA(");

        var messages = await sink.WaitForAsync(3);
        messages.Count.ShouldBe(3);
        Fields(messages[0].Text).ShouldBe(["X-Virus-Scanned", "Received", "Received", "From", "To", "Subject", "Date", "Message-ID", "MIME-Version", "Content-Type"]);
        messages[0].Octets.AsSpan().EndsWith(Mail.Clean()).ShouldBeTrue();
        Fields(messages[1].Text).Take(7).ShouldBe(["X-Quarantine-ID", "X-Virus-Scanned", "X-Spam-Flag", "X-Spam-Score", "X-Spam-Level", "X-Spam-Status", "Received"]);
        messages[1].Text.ShouldContain("\r\nX-Spam-Flag: YES\r\n");
        messages[1].Text.ShouldContain("\r\nSubject: ***SPAM*** it a the\r\n");
        messages[2].Text.ShouldContain("X-Amavis-Alert: BAD HEADER SECTION, Non-encoded non-ASCII data (and not UTF-8)\r\n (char E9 hex): X-Mailer: caf\\x{E9} raw 8-bit\r\n");
        messages[0].Xforward.ShouldBe("ADDR=192.0.2.10 NAME=mail.example.org PORT=45678 PROTO=ESMTP HELO=mail.example.org SOURCE=REMOTE IDENT=4QABCD1234");

        await CheckLogAsync(filter);
        await CheckRowsAsync(dsn);
    }

    private static async Task CheckLogAsync(FilterProcess filter)
    {
        const string client = @"\[192\.0\.2\.10\]:45678 \[198\.51\.100\.7\] <ann@example\.org> -> <user1@example\.com>";
        const string id = "[A-Za-z0-9_-]{12}";
        var line = await filter.WaitForLogAsync("<clean.1@example.org>");
        line.ShouldMatch($@"\(\d+-01\) Passed CLEAN {{RelayedInbound}}, {client}, Queue-ID: 4QABCD1234, Message-ID: <clean\.1@example\.org>, mail_id: {id}, Hits: -?[0-9.]+, size: \d+, queued_as: SINK\w+, \d+ ms$");
        (await filter.WaitForLogAsync("<eicar.1@example.org>"))
            .ShouldMatch($@"\(\d+-02\) Blocked INFECTED \(Eicar-Test-Signature\.UNOFFICIAL\) {{DiscardedInbound,Quarantined}}, {client}, quarantine: {id}, Queue-ID: 4QABCD1234, Message-ID: <eicar\.1@example\.org>, mail_id: {id}, Hits: -, size: \d+, \d+ ms$");
        (await filter.WaitForLogAsync("<banned.1@example.org>")).ShouldContain("Blocked BANNED (application/octet-stream,.exe,.exe-ms,setup.exe) {DiscardedInbound,Quarantined}");
        (await filter.WaitForLogAsync("<gtube.1@example.org>")).ShouldContain("Passed SPAM {RelayedTaggedInbound,Quarantined}");
        (await filter.WaitForLogAsync("<badh.1@example.org>")).ShouldContain("Passed BAD-HEADER-2 {RelayedInbound,Quarantined}");
    }

    private static async Task CheckRowsAsync(string dsn)
    {
        await using var database = Lab.Open(dsn);
        var rows = await Rows.WaitForAsync(database, 5);
        (string? Content, string? QuarantineType, string? DsnSent, string? Originating)[] expected =
        [
            ("C", " ", "N", "N"), ("V", "Q", "N", "N"), ("B", "Q", "N", "N"), ("S", "Q", "N", "N"), ("M", "Q", "N", "N"),
        ];
        rows.Select(r => (r.Content, r.QuarType, r.DsnSent, (string?)r.Originating)).ShouldBe(expected);
        rows.ShouldAllBe(r => r.ClientAddr == "192.0.2.10" && r.Host == "filter.example.net" && r.FromAddr == "\"Ann Sender\" <ann@example.org>");
        rows[1].QuarLoc.ShouldBe(rows[1].MailId);
        await using var context = await database.CreateContextAsync(CancellationToken.None);
        var recipients = await context.Msgrcpt.OrderBy(r => r.MailId).ToListAsync();
        recipients.Count.ShouldBe(5);
        recipients.ShouldAllBe(r => r.IsLocal == "Y" && r.Rs == " " && r.Rseqnum == 1 && r.Bl == "N" && r.Wl == "N");
        recipients.Select(r => r.Ds).Order().ShouldBe(["D", "D", "P", "P", "P"]);
        (await context.Maddr.Select(a => a.Email).Order().ToListAsync()).ShouldBe(["ann@example.org", "user1@example.com"]);
        (await context.Quarantine.CountAsync()).ShouldBe(4);
    }

    private static async Task<string> SendAsync(FilterProcess filter, byte[] message)
    {
        await using var client = await SmtpProbe.ConnectAsync(filter.SmtpPort);
        await client.SayAsync("EHLO mta.example.net");
        await client.SayAsync(Xforward);
        var reply = await client.DeliverAsync("ann@example.org", ["user1@example.com"], message);
        await client.SayAsync("QUIT");
        return reply;
    }

    private static IEnumerable<string> Fields(string message) =>
        FieldName().Matches(message[..(message.IndexOf("\r\n\r\n", StringComparison.Ordinal) + 2)]).Select(m => m.Groups[1].Value);

    [GeneratedRegex(@"^([!-9;-~]+):", RegexOptions.Multiline)]
    private static partial Regex FieldName();
}
