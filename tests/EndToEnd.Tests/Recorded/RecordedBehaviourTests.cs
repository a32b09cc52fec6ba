using System.Text.RegularExpressions;
using Amavis.Data;
using Amavis.Testing;
using Microsoft.EntityFrameworkCore;

namespace Amavis.EndToEnd.Tests.Recorded;

/// <summary>The original's recorded replies, log lines, header fields and rows; each difference stands in docs/compatibility.md.</summary>
[Collection(nameof(Lab))]
[Trait("Needs", "Server")]
public sealed partial class RecordedBehaviourTests(Lab lab)
{
    private static readonly IReadOnlyDictionary<string, IReadOnlyList<string>> Cases = RecordedCases.Read("outcomes.txt");

    private const string Xforward = "XFORWARD NAME=mail.example.org ADDR=192.0.2.10 PORT=45678 PROTO=ESMTP HELO=mail.example.org IDENT=4QABCD1234 SOURCE=REMOTE";

    /// <summary>How a case was sent.</summary>
    private sealed record Sending(byte[] Message, string Sender = "sender@example.org", string[]? Recipients = null, bool Lmtp = false, bool TellsClient = true, string Parameters = "");

    [Theory]
    [InlineData("default", "D_DISCARD", "D_PASS", "sql:")]
    [InlineData("pass", "D_PASS", "D_PASS", "sql:")]
    [InlineData("discard", "D_DISCARD", "D_DISCARD", "sql:")]
    [InlineData("bounce", "D_BOUNCE", "D_BOUNCE", "sql:")]
    [InlineData("reject", "D_REJECT", "D_REJECT", "sql:")]
    [InlineData("quar-local", "D_DISCARD", "D_PASS", "local:")]
    [InlineData("misc", "D_DISCARD", "D_PASS", "sql:")]
    [InlineData("nexthop", "D_DISCARD", "D_PASS", "sql:")]
    public async Task The_outcome_is_as_recorded(string group, string destiny, string spamDestiny, string quarantine)
    {
        await using var sink = new MailSink();
        using var directory = new TestDirectory();
        var dsn = await lab.NewDatabaseAsync("sqlite", directory.Path);
        await using var filter = await FilterProcess.StartAsync(sink.Port, Settings(destiny, spamDestiny, quarantine, dsn));
        await using var database = Lab.Open(dsn);
        var done = 0;
        foreach (var (name, expected) in Cases.Where(c => c.Key.StartsWith(group + "-", StringComparison.Ordinal) && c.Key != "nexthop-down"))
        {
            sink.Clear();
            sink.Answer = Answers(name);
            var actual = await RunAsync(filter, sink, database, SendingOf(name), ++done);
            string.Join('\n', actual).ShouldBe(string.Join('\n', expected.Select(Different)), name);
        }
        done.ShouldBeGreaterThanOrEqualTo(3);
    }

    [Fact]
    public async Task A_next_hop_that_is_down_is_as_recorded()
    {
        var port = FreePorts.Next();
        await using var sink = new MailSink();
        using var directory = new TestDirectory();
        var dsn = await lab.NewDatabaseAsync("sqlite", directory.Path);
        await using var filter = await FilterProcess.StartAsync(port, Settings("D_DISCARD", "D_PASS", "sql:", dsn));
        await using var database = Lab.Open(dsn);
        var actual = await RunAsync(filter, sink, database, SendingOf("nexthop-down"), 1, port);
        string.Join('\n', actual).ShouldBe(string.Join('\n', Cases["nexthop-down"].Select(Different)));
    }

    [Fact]
    public async Task The_top_of_copies_in_files_is_as_recorded()
    {
        await using var sink = new MailSink();
        using var directory = new TestDirectory();
        await using var filter = await FilterProcess.StartAsync(sink.Port, Settings("D_DISCARD", "D_PASS", "local:", await lab.NewDatabaseAsync("sqlite", directory.Path)));
        await using var client = await SmtpProbe.ConnectAsync(filter.SmtpPort);
        await client.SayAsync("EHLO mta.example.net");
        foreach (var (kind, expected) in RecordedCases.Read("files.txt"))
        {
            await client.SayAsync(Xforward);
            (await client.DeliverAsync("sender@example.org", ["user1@example.com"], SendingOf(kind switch { "spam" => "gtube", "virus" => "eicar", _ => kind }).Message)).ShouldStartWith("250 ");
            var root = Path.Combine(filter.Directory, "quarantine");
            var path = Directory.GetFiles(root, kind + "-*", SearchOption.AllDirectories).Single();
            File.GetUnixFileMode(path).ShouldBe(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead);
            var mailId = Path.GetFileName(path)[(kind.Length + 1)..].Replace(".gz", "", StringComparison.Ordinal);
            var text = (await ReadAsync(path)).Replace("\n ", " ", StringComparison.Ordinal).Split('\n');
            var actual = text.TakeWhile(l => !l.StartsWith("Received: from mail.", StringComparison.Ordinal)).Select(l => "TOP " + RecordedCases.Normalize(l, mailId, sink.Port));
            string.Join('\n', actual.Prepend("NAME D" + Path.GetRelativePath(root, path)[1..].Replace(mailId, "MID", StringComparison.Ordinal))).ShouldBe(string.Join('\n', expected));
        }
    }

    private static async Task<string> ReadAsync(string path)
    {
        await using var file = File.OpenRead(path);
        await using Stream text = path.EndsWith(".gz", StringComparison.Ordinal) ? new System.IO.Compression.GZipStream(file, System.IO.Compression.CompressionMode.Decompress) : file;
        using var reader = new StreamReader(text);
        return await reader.ReadToEndAsync();
    }

    private string Settings(string destiny, string spamDestiny, string quarantine, string dsn) => $"""
        local_domains_maps: [[.example.com]]
        quarantine_subdir_levels: 1
        final_virus_destiny: {destiny}
        final_banned_destiny: {destiny}
        final_spam_destiny: {spamDestiny}
        virus_quarantine_method: "{(quarantine == "sql:" ? quarantine : "local:virus-%m")}"
        banned_files_quarantine_method: "{(quarantine == "sql:" ? quarantine : "local:banned-%m")}"
        spam_quarantine_method: "{(quarantine == "sql:" ? quarantine : "local:spam-%m.gz")}"
        bad_header_quarantine_method: "{(quarantine == "sql:" ? quarantine : "local:badh-%m")}"
        sa_tag_level_deflt: 2.0
        sa_tag2_level_deflt: 6.31
        sa_kill_level_deflt: 6.31
        sa_dsn_cutoff_level: 10
        sa_spam_subject_tag: "***SPAM*** "
        viruses_that_fake_sender_re: [["(?i)EICAR", 0], [".*", 1]]
        banned_filename_re: ['^\.(exe-ms|dll)$', '.\.(exe|vbs|pif|scr|bat|cmd|com|cpl)$']
        storage_sql_dsn: ["{dsn}"]
        {lab.Scanners}
        """;

    /// <summary>What was decided to be different; see docs/compatibility.md.</summary>
    private static string Different(string line) => line.Contains("content=?", StringComparison.Ordinal) ? line.Replace("content=?", "content=T", StringComparison.Ordinal) : line;

    private static Sending SendingOf(string name)
    {
        var message = name.Split('-')[^1] switch
        {
            "banned" => Mail.Banned(),
            "eicar" => Mail.Eicar(),
            "gtube" => Mail.Gtube(),
            "badheader" => Mail.BadHeader(),
            _ => Mail.Clean(),
        };
        return name switch
        {
            "misc-lmtp" or "misc-lmtp-eicar" => new Sending(message, Recipients: ["user1@example.com", "user2@example.com"], Lmtp: true),
            "misc-two-recipients" or "misc-two-recipients-eicar" => new Sending(message, Recipients: ["user1@example.com", "friend@elsewhere.example"]),
            "misc-outgoing" => new Sending(message, "user1@example.com", ["friend@elsewhere.example"]),
            "misc-null-sender" => new Sending(message, ""),
            "misc-no-xforward" => new Sending(message, TellsClient: false),
            "misc-dsn-args" => new Sending(message, Parameters: " RET=HDRS ENVID=abc123 BODY=8BITMIME SIZE=1000"),
            _ => new Sending(message),
        };
    }

    /// <summary>As the recorded next hop, Postfix's smtp-sink.</summary>
    private static Func<string, string, string?> Answers(string name) => (verb, _) => (name, verb) switch
    {
        ("nexthop-421-at-mail", "MAIL") => "421 4.0.0 Server closing connection",
        ("nexthop-421-at-mail", "RCPT" or "DATA") => null,
        ("nexthop-drops-at-data", "DATA") => null,
        ("nexthop-rejects-mail", "MAIL") or ("nexthop-rejects-rcpt", "RCPT") or ("nexthop-rejects-end", ".") => "500 5.3.0 Error: command failed",
        ("nexthop-rejects-mail", "RCPT") => "503 5.5.1 Error: need MAIL command",
        ("nexthop-tempfails-rcpt", "RCPT") or ("nexthop-tempfails-end", ".") => "450 4.3.0 Error: command failed",
        (_, ".") => "250 2.0.0 Ok",
        _ => "",
    };

    private static async Task<List<string>> RunAsync(FilterProcess filter, MailSink sink, AmavisDatabase database, Sending sending, int number, int? hopPort = null)
    {
        var before = filter.Log.Length;
        var recipients = sending.Recipients ?? ["user1@example.com"];
        var lines = new List<string>();
        await using (var client = await SmtpProbe.ConnectAsync(filter.SmtpPort))
        {
            await client.SayAsync(sending.Lmtp ? "LHLO mta.example.net" : "EHLO mta.example.net");
            if (sending.TellsClient)
                await client.SayAsync(Xforward);
            lines.Add("S " + await client.DeliverAsync(sending.Sender, recipients, sending.Message, sending.Parameters));
            for (var i = 1; sending.Lmtp && i < recipients.Length; i++)
                lines.Add("S " + await client.ReadReplyAsync());
        }
        var rows = await Rows.WaitForAsync(database, number);
        var log = filter.Log[before..].Split('\n').Select(l => MainEntry().Match(l)).Where(m => m.Success).Select(m => "LOG " + m.Groups[1].Value);
        lines.AddRange(log);
        lines.AddRange(sink.Messages.SelectMany(Arrived));
        await using var context = await database.CreateContextAsync(CancellationToken.None);
        var newest = (await context.Msgs.ToListAsync()).OrderBy(m => m.TimeNum).ThenBy(m => m.AmId, StringComparer.Ordinal).Last();
        var mailId = MailId().Match(lines.First(l => l.StartsWith("LOG ", StringComparison.Ordinal))).Groups[1].Value;
        var row = rows.Concat([newest]).First(r => r.MailId == mailId);
        lines.Add($"MSG originating={row.Originating}; content={row.Content}; quar_type={row.QuarType?.Trim()}; quar_loc={row.QuarLoc}; dsn_sent={row.DsnSent}; policy={row.Policy}; client_addr={row.ClientAddr}");
        foreach (var r in (await context.Msgrcpt.ToListAsync()).Where(r => r.MailId == mailId).OrderBy(r => r.Rseqnum))
            lines.Add($"RCPT rseqnum={r.Rseqnum}; is_local={r.IsLocal}; content={r.Content}; ds={r.Ds}; bl={r.Bl}; wl={r.Wl}; smtp_resp={r.SmtpResp}");
        return [.. lines.Select(l => RecordedCases.Normalize(l, mailId, hopPort ?? sink.Port))];
    }

    private static IEnumerable<string> Arrived(SunkMessage message)
    {
        yield return "HOP MAIL " + message.MailArguments;
        foreach (var recipient in message.RcptArguments)
            yield return "HOP RCPT " + recipient;
        if (message.MailArguments.Contains("ENVID=AM.", StringComparison.Ordinal))
            yield break;
        foreach (var field in message.Text.Replace("\r\n ", " ", StringComparison.Ordinal).Split("\r\n").TakeWhile(l => !l.StartsWith("Received: from mail.example.org", StringComparison.Ordinal)))
            yield return "HOP " + field;
    }

    [GeneratedRegex(@"\(\d+-\d+(?:-\d+)?\) ((Passed|Blocked) .*)")]
    private static partial Regex MainEntry();

    [GeneratedRegex("mail_id: ([^,]+),")]
    private static partial Regex MailId();
}
