using Amavis.Core.Policy;
using Amavis.Core.Storage;
using Amavis.Data.Writing;

namespace Amavis.Data.Tests;

/// <summary>What the log writes, row by row.</summary>
public abstract class MessageLogTests(ITestServer server) : DatabaseTests(server)
{
    private const string AllMsgs =
        "SELECT partition_tag, mail_id, secret_id, am_id, time_num, time_iso, sid, policy, client_addr, size, originating, content, quar_type, quar_loc, dsn_sent, spam_level, message_id, from_addr, subject, host FROM msgs ORDER BY mail_id";

    private const string AllRecipients =
        "SELECT partition_tag, mail_id, rseqnum, rid, is_local, content, ds, rs, bl, wl, bspam_level, smtp_resp FROM msgrcpt ORDER BY mail_id, rseqnum";

    private const string AllAddresses = "SELECT id, partition_tag, email, domain FROM maddr ORDER BY id";

    private async Task StoreAsync(params MessageRecord[] records)
    {
        var log = StartLog();
        foreach (var record in records)
        {
            await log.BeginAsync(record.Arrival, Cancellation);
            await log.FinishAsync(record, Cancellation);
        }
        await log.FlushAsync(Cancellation);
    }

    /// <summary>The rows amavisd-new wrote for the same message.</summary>
    [Fact]
    public async Task A_clean_message_gives_the_rows_amavisd_new_wrote()
    {
        var record = Records.Clean("vzPjILMIYNXv");
        await StoreAsync(record with { Arrival = record.Arrival with { SecretId = "G3Nd7nFtcdTm", AmId = "13262-02" } });

        (await RowsAsync(AllAddresses)).ShouldBe(["1|0|sender@example.org|org.example", "2|0|user1@example.com|com.example"]);
        (await RowsAsync(AllMsgs)).ShouldBe([
            "0|vzPjILMIYNXv|G3Nd7nFtcdTm|13262-02|1795348870|20261122T120110Z|1||192.0.2.10|3526|N|C| ||N|1.301|<1.fe6a4279f576@d1.example.org>|\"Selre And\" <selre@d1.example.org>|re kadeselgor|filter.example.net"]);
        (await RowsAsync(AllRecipients)).ShouldBe([
            "0|vzPjILMIYNXv|1|2|Y|C|P| |N|N|1.301|250 2.0.0 from MTA(smtp:[127.0.0.1]:10025): 250 2.0.0 Ok"]);
    }

    [Fact]
    public async Task A_discarded_virus_for_two_gives_the_rows_amavisd_new_wrote()
    {
        const string Reply = "250 2.7.0 Ok, discarded, id=13960-02 - INFECTED: Eicar-Test-Signature.UNOFFICIAL";
        var clean = Records.Clean("R8KiwB1z4GEv", recipients: ["user1@example.com", "friend@elsewhere.example"]);
        await StoreAsync(clean with
        {
            Arrival = clean.Arrival with { SecretId = "v6k72iClyhKS", AmId = "13960-02", ReceivedAt = DateTimeOffset.FromUnixTimeSeconds(1795348898), Size = 1351 },
            Content = 'V',
            QuarantineType = 'Q',
            QuarantineLocation = "R8KiwB1z4GEv",
            SpamLevel = 0,
            MessageId = "<2.536bb2e7f38c@d2.example.org>",
            From = "\"Briperlisno It\" <briperlisno@d2.example.org>",
            Subject = "devo midelis a are",
            Recipients = [.. clean.Recipients.Select(r => r with { Content = 'V', DeliveryStatus = 'D', SpamLevel = 0, SmtpResponse = Reply })],
        });

        (await RowsAsync("SELECT partition_tag, email, domain FROM maddr ORDER BY email")).ShouldBe([
            "0|friend@elsewhere.example|example.elsewhere", "0|sender@example.org|org.example", "0|user1@example.com|com.example"]);
        (await RowsAsync("SELECT m.mail_id, s.email, originating, content, quar_type, quar_loc, dsn_sent, spam_level FROM msgs m JOIN maddr s ON s.id = m.sid"))
            .ShouldBe(["R8KiwB1z4GEv|sender@example.org|N|V|Q|R8KiwB1z4GEv|N|0"]);
        (await RowsAsync("SELECT rseqnum, a.email, is_local, content, ds, rs, bl, wl, bspam_level, smtp_resp FROM msgrcpt r JOIN maddr a ON a.id = r.rid ORDER BY rseqnum"))
            .ShouldBe([$"1|user1@example.com|Y|V|D| |N|N|0|{Reply}", $"2|friend@elsewhere.example|N|V|D| |N|N|0|{Reply}"]);
    }

    [Fact]
    public async Task The_null_sender_has_an_address_row_of_its_own()
    {
        await StoreAsync(Records.Clean("mczIkibYLcmg", sender: ""));
        (await RowsAsync("SELECT s.email, s.domain FROM msgs m JOIN maddr s ON s.id = m.sid")).ShouldBe(["|"]);
    }

    [Fact]
    public async Task Addresses_are_normalised_and_letters_kept_for_outgoing_mail()
    {
        var record = Records.Clean("o1", "Alice+x@Example.COM", null, "bob@far.test", "Carol@Sub.Far.TEST");
        await StoreAsync(record with { Originating = true });

        (await RowsAsync("SELECT email, domain FROM maddr ORDER BY email")).ShouldBe([
            "alice+x@example.com|com.example", "bob@far.test|test.far", "carol@sub.far.test|test.far.sub"]);
        (await RowsAsync("SELECT originating, content FROM msgs")).ShouldBe(["Y|C"]);
        (await RowsAsync("SELECT rseqnum, is_local, content, ds, rs, bl, wl FROM msgrcpt ORDER BY rseqnum")).ShouldBe(["1|N|C|P| |N|N", "2|N|C|P| |N|N"]);
    }

    [Fact]
    public async Task Listed_scores_and_letters_stand_per_recipient()
    {
        var record = Records.Clean("w1", recipients: ["a@example.com", "b@example.com"]);
        await StoreAsync(record with
        {
            Content = 'S',
            DsnSent = 'q',
            SpamLevel = -4,
            Recipients =
            [
                record.Recipients[0] with { Blacklisted = true, Content = 'S', DeliveryStatus = 'D', SpamLevel = -2.5 },
                record.Recipients[1] with { Whitelisted = true, SpamLevel = 0 },
            ],
        });
        (await RowsAsync("SELECT content, dsn_sent, spam_level FROM msgs")).ShouldBe(["S|q|-4"]);
        (await RowsAsync("SELECT rseqnum, content, ds, bl, wl, bspam_level FROM msgrcpt ORDER BY rseqnum")).ShouldBe(["1|S|D|Y|N|-2.5", "2|C|P|N|Y|0"]);
    }

    [Fact]
    public async Task A_message_in_progress_has_a_row_without_an_outcome()
    {
        var log = StartLog();
        await log.BeginAsync(Records.Arrival("p1"), Cancellation);
        await log.FlushAsync(Cancellation);
        (await RowsAsync("SELECT mail_id, originating, content, quar_type, quar_loc, dsn_sent, spam_level, message_id, from_addr, subject FROM msgs"))
            .ShouldBe(["p1| |NULL|NULL||NULL|NULL|||"]);

        await log.FinishAsync(Records.Clean("p1"), Cancellation);
        await log.FlushAsync(Cancellation);
        (await RowsAsync("SELECT mail_id, originating, content, quar_type, dsn_sent, spam_level, subject FROM msgs")).ShouldBe(["p1|N|C| |N|1.301|re kadeselgor"]);
        (await NumberAsync("SELECT count(*) FROM msgrcpt")).ShouldBe(1);
    }

    [Fact]
    public async Task A_record_stored_twice_changes_nothing_and_leaves_the_release_status_alone()
    {
        await StoreAsync(Records.Clean("t1", recipients: ["a@example.com", "b@example.com"]));
        await ExecuteAsync("UPDATE msgrcpt SET rs = 'R' WHERE rseqnum = 1");
        var before = (await RowsAsync(AllMsgs)).Concat(await RowsAsync(AllRecipients)).ToArray();

        var log = StartLog(Options with { JournalDirectory = Path.Combine(Directory, "second") });
        await log.FinishAsync(Records.Clean("t1", recipients: ["a@example.com", "b@example.com"]), Cancellation);
        await log.FlushAsync(Cancellation);

        (await RowsAsync(AllMsgs)).Concat(await RowsAsync(AllRecipients)).ShouldBe(before);
        (await NumberAsync("SELECT count(*) FROM msgrcpt WHERE rs = 'R'")).ShouldBe(1);
        (await NumberAsync("SELECT count(*) FROM aw_explanation")).ShouldBe(1);
    }

    [Fact]
    public async Task A_mail_id_of_another_message_is_put_aside_and_the_first_stays()
    {
        var first = Records.Clean("c1");
        var second = Records.Clean("c1", "other@example.org");
        second = second with { Arrival = second.Arrival with { AmId = "other-1" }, Subject = "another" };
        await StoreAsync(first, second, Records.Clean("c2"));

        (await RowsAsync("SELECT mail_id, subject FROM msgs ORDER BY mail_id")).ShouldBe(["c1|re kadeselgor", "c2|re kadeselgor"]);
        (await NumberAsync("SELECT count(*) FROM msgrcpt WHERE " + (Server.Provider == SqlProvider.Sqlite ? "mail_id = 'c1'" : "mail_id = 'c1'::bytea"))).ShouldBe(1);
        var rejected = await File.ReadAllLinesAsync(Path.Combine(JournalDirectory, "rejected.jsonl"), Cancellation);
        RowCodec.Read(Octets(rejected.Single()))!.Subject.ShouldBe("another");
    }

    [Fact]
    public async Task No_text_a_stranger_can_write_fails_a_row()
    {
        var record = Records.Clean("b1", recipients: ["\u00e9\ud83d\ude00x@d\u00f6m.example", "", "b@example.com"]);
        await StoreAsync(record with
        {
            Arrival = record.Arrival with { AmId = new string('1', 30), Policy = new string('P', 400), ClientAddress = "a\0b", Size = long.MaxValue, Host = new string('h', 300) },
            Subject = "nul \0 lone \ud800 end " + string.Concat(Enumerable.Repeat("\ud83d\ude00", 300)),
            From = new string('\u00fc', 400),
            MessageId = "<caf\u00e9\r\n@x>" + new string('m', 300),
            SpamLevel = double.NaN,
            QuarantineLocation = "l\0\u00e9",
            Content = '\0',
            Explanation = "{\"a\":\"\0\ud800\"}",
            Recipients = [.. record.Recipients.Select(r => r with { SmtpResponse = "250 \0\u00e9" + new string('z', 300), SpamLevel = double.PositiveInfinity })],
        });

        File.Exists(Path.Combine(JournalDirectory, "rejected.jsonl")).ShouldBeFalse();
        (await RowsAsync("SELECT content, spam_level, quar_loc, client_addr, size, length(subject), length(from_addr), length(message_id), length(policy), length(am_id), length(host) FROM msgs"))
            .ShouldBe(["?|0|l???|ab|2147483647|255|255|255|255|20|255"]);
        (await RowsAsync("SELECT message_id FROM msgs")).Single().ShouldStartWith("<caf????@x>mmm");
        (await RowsAsync("SELECT subject FROM msgs")).Single().ShouldStartWith("nul  lone \ufffd end \ud83d\ude00");
        (await RowsAsync("SELECT rseqnum, email, length(smtp_resp) FROM msgrcpt r JOIN maddr a ON a.id = r.rid ORDER BY rseqnum"))
            .ShouldBe(["1|??????x@xn--dm-fka.example|255", "3|b@example.com|255"]);
        (await RowsAsync("SELECT explanation FROM aw_explanation")).ShouldBe(["{\"a\":\"\ufffd\"}"]);
    }

    [Fact]
    public async Task Eight_bit_addresses_and_letter_case_are_kept_when_configured()
    {
        var log = StartLog(Options with { Allow8bitAddress = true, CaseSensitiveLocalPart = true });
        await log.FinishAsync(Records.Clean("e1", "J\u00f6rg@Example.ORG", null, "\"Weird User\"@far.test".Replace("\"", "", StringComparison.Ordinal), "postmaster"), Cancellation);
        await log.FlushAsync(Cancellation);
        (await RowsAsync("SELECT email, domain FROM maddr ORDER BY domain")).ShouldBe([
            "postmaster@|", "J\u00f6rg@example.org|org.example", "\"Weird User\"@far.test|test.far"]);
    }

    [Fact]
    public async Task Each_partition_tag_has_its_own_addresses()
    {
        var one = Records.Clean("x1");
        await StoreAsync(one with { Arrival = one.Arrival with { PartitionTag = 46 } }, one with { Arrival = one.Arrival with { PartitionTag = 47 } });
        (await RowsAsync("SELECT partition_tag, count(*) FROM maddr GROUP BY partition_tag ORDER BY partition_tag")).ShouldBe(["46|2", "47|2"]);
        (await RowsAsync("SELECT m.partition_tag, a.partition_tag FROM msgs m JOIN maddr a ON a.id = m.sid ORDER BY 1")).ShouldBe(["46|46", "47|47"]);
        (await RowsAsync("SELECT m.partition_tag, a.partition_tag FROM msgrcpt m JOIN maddr a ON a.id = m.rid ORDER BY 1")).ShouldBe(["46|46", "47|47"]);
    }

    [Fact]
    public async Task Looked_up_and_made_addresses_are_counted()
    {
        await StoreAsync(Records.Clean("k1", recipients: ["a@example.com", "b@example.com", "a@example.com"]));
        Counters.Get("SqlAddrSenderMisses").ShouldBe(1);
        Counters.Get("SqlAddrRecipMisses").ShouldBe(2);
        Counters.Get("SqlAddrRecipHits").ShouldBe(1);

        var log = StartLog(Options with { JournalDirectory = Path.Combine(Directory, "second") });
        await log.FinishAsync(Records.Clean("k2", recipients: ["a@example.com"]), Cancellation);
        await log.FinishAsync(Records.Clean("k3", recipients: ["b@example.com"]), Cancellation);
        await log.FlushAsync(Cancellation);
        Counters.Get("SqlAddrSenderAttempts").ShouldBe(3);
        Counters.Get("SqlAddrSenderHits").ShouldBe(2);
        Counters.Get("SqlAddrSenderMisses").ShouldBe(1);
        Counters.Get("SqlAddrRecipAttempts").ShouldBe(5);
        Counters.Get("SqlAddrRecipHits").ShouldBe(3);
    }

    [Fact]
    public async Task Five_thousand_messages_are_stored_and_leave_no_journal()
    {
        var log = StartLog();
        var records = Records.Many(5000).ToList();
        foreach (var record in records)
            await log.BeginAsync(record.Arrival, Cancellation);
        foreach (var record in records)
            await log.FinishAsync(record, Cancellation);
        await log.FlushAsync(Cancellation);

        (await NumberAsync("SELECT count(*) FROM msgs WHERE content = 'C'")).ShouldBe(5000);
        (await NumberAsync("SELECT count(*) FROM msgrcpt")).ShouldBe(10000);
        (await NumberAsync("SELECT count(*) FROM aw_explanation")).ShouldBe(5000);
        (await NumberAsync("SELECT count(*) FROM maddr")).ShouldBe(40 + 25 + 7);
        Counters.Get("LogRowsPending").ShouldBe(0);
        await log.DisposeAsync();
        System.IO.Directory.GetFiles(JournalDirectory, "*.log").ShouldBeEmpty();
    }

    private static byte[] Octets(string text) => System.Text.Encoding.UTF8.GetBytes(text);
}

public sealed class SqliteMessageLogTests() : MessageLogTests(new SqliteFiles());

[Collection(PostgresCollection.Name)]
public sealed class PostgresMessageLogTests(PostgresFixture fixture) : MessageLogTests(fixture);
