using System.Net.Sockets;
using System.Text.RegularExpressions;
using Amavis.Testing;

namespace Amavis.EndToEnd.Tests.Recorded;

/// <summary>Releases as the original answered, logged and sent them; each difference stands in docs/compatibility.md.</summary>
[Collection(nameof(Lab))]
[Trait("Needs", "Server")]
public sealed partial class RecordedReleaseTests(Lab lab)
{
    private static readonly IReadOnlyDictionary<string, IReadOnlyList<string>> Cases = RecordedCases.Read("releases.txt");

    [Theory]
    [InlineData("gtube")]
    [InlineData("eicar")]
    [InlineData("banned")]
    public async Task Releases_are_as_recorded(string kind)
    {
        await using var sink = new MailSink { Answer = (verb, _) => verb == "." ? "250 2.0.0 Ok" : "" };
        using var directory = new TestDirectory();
        var dsn = await lab.NewDatabaseAsync("sqlite", directory.Path);
        await using var filter = await FilterProcess.StartAsync(sink.Port, $"""
            local_domains_maps: [[.example.com]]
            virus_quarantine_method: "sql:"
            banned_files_quarantine_method: "sql:"
            spam_quarantine_method: "sql:"
            sa_kill_level_deflt: 6.31
            banned_filename_re: ['^\.(exe-ms|dll)$']
            storage_sql_dsn: ["{dsn}"]
            {lab.Scanners}
            """);
        await using var client = await SmtpProbe.ConnectAsync(filter.SmtpPort);
        await client.SayAsync("EHLO mta.example.net");
        var message = kind switch { "gtube" => Mail.Gtube(), "eicar" => Mail.Eicar(), _ => Mail.Banned() };
        (await client.DeliverAsync("sender@example.org", ["user1@example.com"], message)).ShouldStartWith("250 ");
        await using var database = Lab.Open(dsn);
        var row = (await Rows.WaitForAsync(database, 1)).Single();

        var expected = Cases["release-" + kind];
        var actual = new List<string>();
        foreach (var run in expected.Where(l => l.StartsWith("RUN ", StringComparison.Ordinal)))
        {
            sink.Clear();
            var (id, secret, recipient) = run[4..] switch
            {
                "right secret" => (row.MailId, row.SecretId, null),
                "no secret" => (row.MailId, null, null),
                "wrong secret" => (row.MailId, "xxxxxxxxxxxx", null),
                "other recipient" => (row.MailId, row.SecretId, "other@example.com"),
                _ => ("ZZZZZZZZZZZZ", row.SecretId, (string?)null),
            };
            var before = filter.Log.Length;
            actual.Add(run);
            var replies = await AskAsync(filter.ReleasePort, id, secret, recipient);
            actual.AddRange(replies.Select(r => "SAID " + r));
            // The log is written behind the replies.
            if (replies.TrueForAll(r => r.StartsWith("250 ", StringComparison.Ordinal)))
                await Waiting.UntilAsync(_ => Task.FromResult(Entry().IsMatch(filter.Log[before..])), TimeSpan.FromSeconds(30), CancellationToken.None);
            actual.AddRange(filter.Log[before..].Split('\n').Select(l => Entry().Match(l)).Where(m => m.Success).Select(m => "LOG " + m.Value));
            foreach (var released in sink.Messages)
                actual.AddRange(Arrived(released));
        }
        string.Join('\n', actual.Select(l => RecordedCases.Normalize(NewId(l), row.MailId, sink.Port))).ShouldBe(string.Join('\n', Different(expected)));
    }

    /// <summary>A wrong ticket is not repeated to whoever holds it, and the log names the recipients a message really went to.</summary>
    private static IEnumerable<string> Different(IReadOnlyList<string> expected)
    {
        var other = false;
        foreach (var line in expected)
        {
            other = line.StartsWith("RUN ", StringComparison.Ordinal) ? line == "RUN other recipient" : other;
            yield return other && line.StartsWith("LOG ", StringComparison.Ordinal)
                ? "LOG Quarantined message release (miscategorized): MID <sender@example.org> -> <other@example.com>"
                : line.Replace("Secret_id X does", "Secret_id does", StringComparison.Ordinal);
        }
    }

    private static IEnumerable<string> Arrived(SunkMessage message)
    {
        yield return "HOP MAIL " + message.MailArguments;
        foreach (var recipient in message.RcptArguments)
            yield return "HOP RCPT " + recipient;
        foreach (var field in message.Text.Replace("\r\n ", " ", StringComparison.Ordinal).Split("\r\n").TakeWhile(l => !l.StartsWith("Received: from mta.", StringComparison.Ordinal)))
            yield return "HOP " + field;
    }

    private static async Task<List<string>> AskAsync(int port, string mailId, string? secret, string? recipient)
    {
        using var client = new TcpClient("127.0.0.1", port);
        var stream = new LineStream(client.GetStream());
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        var request = $"request=release\r\nmail_id={mailId}\r\n{(secret is null ? "" : $"secret_id={secret}\r\n")}mail_file={mailId}\r\n{(recipient is null ? "" : $"recipient={recipient}\r\n")}\r\n";
        await stream.WriteAsync(request, limit.Token);
        var replies = new List<string>();
        while (await stream.ReadLineAsync(limit.Token) is { Length: > 0 } line)
            if (line.StartsWith("setreply=", StringComparison.Ordinal))
                replies.Add(string.Join(' ', line["setreply=".Length..].Split(' ').Select(Uri.UnescapeDataString)));
        return replies;
    }

    private static string NewId(string line) => OwnId().Replace(ResentId().Replace(line, "-NEW@"), " id NEW for");

    [GeneratedRegex("Quarantined message .*")]
    private static partial Regex Entry();

    [GeneratedRegex(@"-[\w-]{12}@")]
    private static partial Regex ResentId();

    [GeneratedRegex(@" id [\w-]{12} for")]
    private static partial Regex OwnId();
}
