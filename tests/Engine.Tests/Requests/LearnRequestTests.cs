using System.Net.Sockets;
using System.Text;
using Amavis.Core.Lookups;
using Amavis.Core.Lookups.Databases;
using Amavis.Core.Policy;
using Amavis.Engine.Tests.Lookups;
using Amavis.Testing;

namespace Amavis.Engine.Tests.Requests;

/// <summary>Messages in quarantine that the spam scanners are taught.</summary>
public sealed class LearnRequestTests
{
    private const string Id = "abcDEF012345";

    private const string Stored = "Return-Path: <a@example.org>\nX-Envelope-To: <user1@example.com>\nX-Envelope-To-Blocked: <user1@example.com>\nX-Quarantine-ID: <abcDEF012345>\n"
        + "X-Spam-Status: Yes\nFrom: a@example.org\nSubject: an offer\n\nwords\n";

    private static string Ask(string as_) => $"request=learn\r\nmail_id={Id}\r\nlearn_as={as_}\r\nquar_type=F\r\nmail_file=copy\r\n\r\n";

    private static RequestLab Lab(params SpamScannerSettings[] scanners) => Lab(s => s, null, scanners);

    private static RequestLab Lab(Func<Settings, Settings> change, TableDirectory? directory, params SpamScannerSettings[] scanners)
    {
        var lab = new RequestLab(s => change(s) with { AuthRequiredRelease = false, SpamScanners = scanners }, directory);
        Directory.CreateDirectory(Path.Combine(lab.TempBase, "quarantine"));
        File.WriteAllText(Path.Combine(lab.TempBase, "quarantine", "copy"), Stored);
        return lab;
    }

    [Fact]
    public async Task It_is_learned_for_the_user_the_database_names()
    {
        var asked = new StringBuilder();
        await using var spamd = Spamd("SPAMD/1.1 0 EX_OK\r\nDidSet: local\r\n\r\n", asked);
        var maps = new LookupMaps([.. PolicyField.Of("sa_username_maps")!.Tables(sql: true, ldap: false)]);
        await using var lab = Lab(s => s with { SaUsernameMaps = maps }, new TableDirectory().User("user1@example.com", "sa_username", "ann"), new SpamScannerSettings("s", "spamd", [spamd.Address]) { Learns = true });

        (await lab.AskAsync(Ask("spam"))).ShouldContain("learned as spam");

        asked.ToString().ShouldContain("User: ann\r\n");
    }

    [Theory]
    [InlineData("learn")]
    [InlineData("release")]
    public async Task Without_the_database_nothing_is_done_and_the_reason_is_told(string request)
    {
        await using var lab = Lab(
            s => s with { ReleaseFormat = "attach", NotifyMethod = DeliveryMethod.Parse("smtp:[127.0.0.1]:1") }, new TableDirectory { IsAway = true },
            new SpamScannerSettings("s", "spamd", ["127.0.0.1:1"]) { Learns = true });

        (await lab.AskAsync(Ask("spam").Replace("request=learn", "request=" + request, StringComparison.Ordinal))).ShouldContain("Failure: lookup_sql_dsn, test: away");
    }

    private static FakeServer Spamd(string answer, StringBuilder asked) => new(async (socket, ending) =>
    {
        var buffer = new byte[8192];
        while (await socket.ReceiveAsync(buffer, SocketFlags.None, ending) is var read and > 0)
            asked.Append(Encoding.Latin1.GetString(buffer, 0, read));
        await socket.SendAsync(Octets.Of(answer), SocketFlags.None, ending);
    });

    [Theory]
    [InlineData("ham")]
    [InlineData("spam")]
    public async Task A_scanner_learns_the_message_as_it_came(string word)
    {
        var asked = new StringBuilder();
        await using var spamd = Spamd("SPAMD/1.1 0 EX_OK\r\nDidSet: local\r\nContent-length: 2\r\n\r\n\r\n", asked);
        await using var lab = Lab(new SpamScannerSettings("SpamAssassin", "spamd", [spamd.Address]) { Learns = true });

        (await lab.AskAsync(Ask(word))).ShouldBe($"setreply=250 2.5.0 SpamAssassin: learned as {word}\n\n");

        asked.ToString().ShouldBe($"TELL SPAMC/1.5\r\nMessage-class: {word}\r\nSet: local\r\nContent-length: 49\r\n\r\nFrom: a@example.org\r\nSubject: an offer\r\n\r\nwords\r\n");
        lab.Counters.Get("SpamLearned").ShouldBe(1);
        lab.Log.Lines.ShouldContain(l => l.Contains($"SpamAssassin learned {Id} as {word}", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Each_scanner_has_its_own_answer_and_a_failure_is_counted()
    {
        await using var refusing = Spamd("SPAMD/1.1 69 Service Unavailable: TELL commands are not enabled\r\n\r\n", new StringBuilder());
        await using var knowing = Spamd("SPAMD/1.1 0 EX_OK\r\nContent-length: 2\r\n\r\n\r\n", new StringBuilder());
        await using var lab = Lab(
            new SpamScannerSettings("One", "spamd", [refusing.Address]) { Learns = true }, new SpamScannerSettings("Two", "spamd", [knowing.Address]) { Learns = true },
            new SpamScannerSettings("Three", "spamd", [knowing.Address]));

        (await lab.AskAsync(Ask("ham"))).ShouldBe(
            "setreply=450 4.5.0 One: spamd does not let itself be taught: start it with --allow-tell\nsetreply=250 2.5.0 Two: learned as ham before\n\n");

        lab.Counters.Get("SpamLearnFailures").ShouldBe(1);
        lab.Counters.Get("SpamLearned").ShouldBe(0);
    }

    [Fact]
    public async Task Without_a_scanner_that_learns_the_answer_says_what_to_set()
    {
        await using var lab = Lab(new SpamScannerSettings("One", "spamd", ["127.0.0.1:1"]));

        (await lab.AskAsync(Ask("ham"))).ShouldContain("give an entry of spam_scanners learn: true");
    }

    [Theory]
    [InlineData("")]
    [InlineData("eggs")]
    public async Task What_it_is_learned_as_must_be_told(string word)
    {
        await using var lab = Lab(new SpamScannerSettings("One", "spamd", ["127.0.0.1:1"]) { Learns = true });

        (await lab.AskAsync(Ask(word))).ShouldContain("learn_as: ham or spam");
    }
}
