using System.Collections.Frozen;
using System.Text.RegularExpressions;
using Amavis.Core.Addresses;
using Amavis.Core.Categories;
using Amavis.Core.Explaining;
using Amavis.Core.Lookups;
using Amavis.Core.Lookups.Databases;
using Amavis.Core.Messages;
using Amavis.Core.Policy;
using Amavis.Core.Storage;
using Amavis.Engine.Tests.Requests;
using Amavis.Testing;

namespace Amavis.Engine.Tests.Lookups;

/// <summary>Messages through the whole engine, with policies in a database.</summary>
public sealed class PolicyFlowTests
{
    private static readonly byte[] Mail = Octets.Of("Subject: hi\nFrom: ann@far.test\nDate: Mon, 05 Jan 2026 10:01:00 +0000\n\nhello\n");

    private static LookupMaps Sql(string variable, params LookupTable[] tables) => new([.. PolicyField.Of(variable)!.Tables(sql: true, ldap: false), .. tables]);

    private static Settings WithDatabase(Settings settings) => settings with
    {
        LocalDomainsMaps = Sql("local_domains_maps", new AclTable([".example.com"])),
        SpamTagLevelMaps = Sql("spam_tag_level_maps"),
        SpamTag2LevelMaps = Sql("spam_tag2_level_maps", new ConstantTable(new LookupValue(6.31))),
        SpamKillLevelMaps = Sql("spam_kill_level_maps", new ConstantTable(new LookupValue(6.31))),
        BypassSpamChecksMaps = Sql("bypass_spam_checks_maps"),
        BadHeaderLoversMaps = Sql("bad_header_lovers_maps"),
        SpamQuarantineToMaps = Sql("spam_quarantine_to_maps", new ConstantTable(new LookupValue("spam-quarantine"))),
        SpamQuarantineMethod = DeliveryMethod.Parse("local:spam-%m"),
        FinalSpamDestiny = Destiny.Discard,
    };

    private static async Task<(MessageReplies Replies, MessageRecord? Record, RequestLab Lab)> SendAsync(
        TableDirectory directory, string[] recipients, byte[]? mail = null, Func<Settings, Settings>? change = null, Func<PolicyState, PolicyState>? banks = null, string sender = "ann@far.test")
    {
        var lab = new RequestLab(s => (change ?? (x => x))(WithDatabase(s)));
        var log = new KeptRecords();
        var services = lab.Services with { Directory = directory, MessageLog = log };
        var policy = banks is null ? lab.Policy : banks(lab.Policy);
        Directory.CreateDirectory(Path.Combine(lab.TempBase, "quarantine"));
        var spool = new MemorySpool(Octets.Of(Octets.Text(mail ?? Mail).ReplaceLineEndings("\r\n")));
        var now = services.Clock.GetTimestamp();
        var replies = await new MessageProcessor(services, new ServerSlots(1, TimeProvider.System)).ProcessAsync(new ReceivedMessage
        {
            LogId = "k-01",
            Envelope = new Envelope { Sender = MailAddress.FromUnquoted(sender), Recipients = [.. recipients.Select((r, i) => new EnvelopeRecipient(MailAddress.FromUnquoted(r), i + 1))] },
            Connection = new ConnectionFacts { UnixPath = "/test" },
            Spool = spool,
            Policy = policy,
            ReceivedAt = DateTimeOffset.UnixEpoch,
            StartedTimestamp = now,
            DataEndedTimestamp = now,
            Care = DeliveryCare.Clients,
        }, CancellationToken.None);
        return (replies, log.Records.SingleOrDefault(), lab);
    }

    private static string Row(RecipientRecord row) =>
        FormattableString.Invariant($"{row.Content}{row.DeliveryStatus} local {(row.IsLocal ? 'Y' : 'N')} bl {(row.Blacklisted ? 'Y' : 'N')} wl {(row.Whitelisted ? 'Y' : 'N')} {row.SpamLevel}");

    private static TableDirectory Users() => new TableDirectory().User("u@example.com").User("@example.com").User("@.");

    [Theory]
    [InlineData("W", "B", "CP local Y bl N wl Y 0")]
    [InlineData("-2.5", "B", "SD local Y bl Y wl N -2.5")]
    [InlineData(" ", "B", "CP local Y bl N wl N 0")]
    public async Task Lists_of_the_recipient_go_before_those_of_the_domain(string own, string domain, string expected)
    {
        var (_, record, lab) = await SendAsync(Users().List("u@example.com", "ann@far.test", own).List("@example.com", "@far.test", domain), ["u@example.com"]);
        await using (lab)
            Row(record!.Recipients.Single()).ShouldBe(expected);
    }

    [Fact]
    public async Task Recipients_of_one_message_are_treated_by_their_own_lists()
    {
        var directory = Users().User("v@example.com").List("u@example.com", "ann@far.test", "B").List("v@example.com", "ann@far.test", "W");
        var (_, record, lab) = await SendAsync(directory, ["u@example.com", "v@example.com"]);
        await using (lab)
        {
            record!.Content.ShouldBe('S');
            record.Recipients.Select(Row).ShouldBe(["SD local Y bl Y wl N 0", "CP local Y bl N wl Y 0"]);
            var copy = await File.ReadAllTextAsync(Directory.GetFiles(Path.Combine(lab.TempBase, "quarantine"), "*", SearchOption.AllDirectories).Single());
            copy.ShouldContain("X-Envelope-To-Blocked: <u@example.com>\n");
        }
    }

    [Fact]
    public async Task Whoever_bypasses_spam_checks_is_served_and_the_list_is_still_recorded()
    {
        var directory = new TableDirectory().User("@.", "bypass_spam_checks", "Y").List("@.", "ann@far.test", "B");
        var (_, record, lab) = await SendAsync(directory, ["x@elsewhere.test"]);
        await using (lab)
            Row(record!.Recipients.Single()).ShouldBe("CP local N bl Y wl N 0");
    }

    [Fact]
    public async Task Points_of_lists_count_against_the_recipients_own_level()
    {
        var directory = Users().User("v@example.com", "spam_kill_level", "99", "spam_tag2_level", "99").List("@example.com", "@far.test", "7.25").List("v@example.com", "@far.test", "0");
        var (_, record, lab) = await SendAsync(directory, ["u@example.com", "v@example.com"]);
        await using (lab)
        {
            record!.Recipients.Select(Row).ShouldBe(["SD local Y bl N wl N 7.25", "CP local Y bl N wl N 7.25"]);
            var told = MessageExplanation.FromJson(record.Explanation)!;
            told.Recipients[0].Lookups.ShouldContain(new LookupExplanation("wblist", "7.25", "sender <ann@far.test>: wblist of SQL users 2 (@example.com)"));
            told.Recipients[1].Lookups.ShouldContain(new LookupExplanation("spam_kill_level_maps", "99", "SQL users 4 (v@example.com)"));
        }
    }

    [Fact]
    public async Task A_database_that_is_away_leaves_the_message_with_the_client()
    {
        var (replies, record, lab) = await SendAsync(new TableDirectory { IsAway = true }, ["u@example.com"]);
        await using (lab)
        {
            replies.Single.ToString().ShouldBe("451 4.5.0 Error in processing, id=k-01, lookup FAILED: lookup_sql_dsn, test: away");
            record.ShouldBeNull();
            lab.Counters.Get("ProcGone").ShouldBe(0);
        }
    }

    [Fact]
    public async Task Without_anybody_to_ask_a_field_of_the_database_is_a_fault()
    {
        await using var lab = new RequestLab(WithDatabase);
        var service = lab.Services;
        service.Directory.ShouldBeNull();
        (await lab.AskAsync($"request=AM.PDP\r\ntempdir={lab.Put("k", Mail)}\r\ntempdir_removed_by=client\r\nsender=<ann@far.test>\r\nrecipient=<u@example.com>\r\n\r\n")).ShouldContain("setreply=451 4.5.0 Error in processing");
    }

    [Fact]
    public async Task A_quarantine_address_that_is_empty_means_none()
    {
        var directory = new TableDirectory().User("u@example.com", "spam_quarantine_to", "").User("v@example.com").List("u@example.com", "ann@far.test", "B").List("v@example.com", "ann@far.test", "B");
        var (_, record, lab) = await SendAsync(directory, ["u@example.com"]);
        await using (lab)
            (record!.Content, record.QuarantineType).ShouldBe(('S', ' '));
        (_, record, lab) = await SendAsync(directory, ["v@example.com"]);
        await using (lab)
            (record!.Content, record.QuarantineType).ShouldBe(('S', 'F'));
    }

    [Fact]
    public async Task Senders_known_to_the_database_lead_to_the_bank_of_our_users()
    {
        var directory = new TableDirectory().User("me@hosted.test");
        Settings Banks(Settings s) => s with { Originating = true, PolicyBanks = new Dictionary<string, PolicyBank> { ["MYUSERS"] = new("MYUSERS", x => x with { FinalBadHeaderDestiny = Destiny.Discard }) }.ToFrozenDictionary() };
        var faulty = Octets.Of("Subject: hi\nFrom: me@hosted.test\nReceived: x\n\nhello\n");
        var (_, record, lab) = await SendAsync(directory, ["x@elsewhere.test"], faulty, Banks, sender: "me@hosted.test");
        await using (lab)
            Row(record!.Recipients.Single()).ShouldStartWith("HD");
        (_, record, lab) = await SendAsync(directory, ["x@elsewhere.test"], faulty, Banks, sender: "somebody@hosted.test");
        await using (lab)
            Row(record!.Recipients.Single()).ShouldStartWith("HP");
    }

    [Fact]
    public async Task Each_address_is_looked_up_once()
    {
        var directory = new TableDirectory();
        var (_, _, lab) = await SendAsync(directory, ["u@example.com", "v@example.com", "u@example.com"]);
        await using (lab)
            directory.Asked.ShouldBe(2);
    }
}
