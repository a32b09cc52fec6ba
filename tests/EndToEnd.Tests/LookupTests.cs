using System.Diagnostics;
using System.Globalization;
using Amavis.Data;
using Amavis.Testing;

namespace Amavis.EndToEnd.Tests;

/// <summary>Policies and sender lists of recipients in SQL and LDAP, through the real daemon.</summary>
[Collection(nameof(Lab))]
[Trait("Needs", "Server")]
public sealed class LookupTests(Lab lab)
{
    private const string Common = """
        sa_tag2_level_deflt: 6.31
        sa_kill_level_deflt: 6.31
        final_spam_destiny: D_DISCARD
        virus_quarantine_method: null
        spam_quarantine_method: null
        bad_header_quarantine_method: null
        spam_scanners: []

        """;

    private const string Rows = """
        INSERT INTO policy (id, policy_name, virus_lover, spam_kill_level, spam_subject_tag2) VALUES (1, 'normal', 'N', NULL, '[SPAM] '), (2, 'wants viruses', 'Y', NULL, NULL), (3, 'patient', NULL, 99, NULL);
        INSERT INTO users (id, priority, policy_id, email) VALUES (1, 7, 2, 'user1@hosted.test'), (2, 5, 1, '@hosted.test'), (3, 7, 3, 'user3@hosted.test');
        INSERT INTO mailaddr (id, priority, email) VALUES (1, 9, 'ann@example.org'), (2, 5, '@example.org');
        """;

    private string Clamd => $$"""av_scanners: [{name: ClamAV-clamd, protocol: clamd, address: "{{lab.Clamd.UnixAddress}}"}]""";

    private static async Task ExecuteAsync(AmavisDatabase database, string script)
    {
        await using var connection = await database.OpenAsync(CancellationToken.None);
        await using var command = connection.CreateCommand();
        command.CommandText = script;
        await command.ExecuteNonQueryAsync();
    }

    private static async Task<string> SendAsync(FilterProcess filter, byte[] mail, params string[] recipients)
    {
        await using var client = await SmtpProbe.ConnectAsync(filter.SmtpPort);
        await client.SayAsync("EHLO mta.example.net");
        var reply = await client.DeliverAsync("ann@example.org", recipients, mail, $" SIZE={mail.Length.ToString(CultureInfo.InvariantCulture)}");
        await client.SayAsync("QUIT");
        return reply;
    }

    [Theory]
    [InlineData("postgres")]
    [InlineData("sqlite")]
    public async Task Recipients_with_different_policies_are_treated_differently(string provider)
    {
        await using var sink = new MailSink();
        using var directory = new TestDirectory();
        var dsn = await lab.NewDatabaseAsync(provider, directory.Path);
        await using var filter = await FilterProcess.StartAsync(sink.Port, $"{Common}{Clamd}\nstorage_sql_dsn: [\"{dsn}\"]\nlookup_sql_dsn: [\"{dsn}\"]");
        await using var database = Lab.Open(dsn);
        await ExecuteAsync(database, Rows);

        (await SendAsync(filter, Mail.Eicar(), "user1@hosted.test", "user2@hosted.test")).ShouldEndWith(", but 1 DISCARD");
        var copy = (await sink.WaitForAsync(1)).Single();
        copy.RcptArguments.ShouldBe(["<user1@hosted.test>"]);
        copy.Text.ShouldContain("\r\nSubject: ***INFECTED*** your invoice\r\n");
        await filter.WaitForLogAsync("{DiscardedInbound,RelayedTaggedInbound}");

        // Other programs write, and their changes count for the next message.
        await ExecuteAsync(database, "UPDATE users SET policy_id = 2 WHERE id = 2");
        var sent = 1;
        IReadOnlyList<string> served = [];
        // The news of the change is on its way for a moment.
        for (var waited = Stopwatch.StartNew(); served.Count != 2 && waited.Elapsed < TimeSpan.FromSeconds(10);)
        {
            (await SendAsync(filter, Mail.Eicar($"eicar.{++sent}"), "user1@hosted.test", "user2@hosted.test")).ShouldStartWith("250 2.0.0 from MTA(");
            served = (await sink.WaitForAsync(sent))[^1].RcptArguments;
        }
        served.ShouldBe(["<user1@hosted.test>", "<user2@hosted.test>"]);
    }

    [Theory]
    [InlineData("postgres")]
    [InlineData("sqlite")]
    public async Task Lists_of_senders_decide_by_recipient_and_are_recorded(string provider)
    {
        await using var sink = new MailSink();
        using var directory = new TestDirectory();
        var dsn = await lab.NewDatabaseAsync(provider, directory.Path);
        await using var filter = await FilterProcess.StartAsync(sink.Port, $"{Common}av_scanners: []\nstorage_sql_dsn: [\"{dsn}\"]\nlookup_sql_dsn: [\"{dsn}\"]");
        await using var database = Lab.Open(dsn);
        await ExecuteAsync(database, Rows + "INSERT INTO wblist (rid, sid, wb) VALUES (1, 1, 'W'), (2, 2, 'B'), (3, 2, '50.5')");

        (await SendAsync(filter, Mail.Clean(), "user1@hosted.test", "user2@hosted.test", "user3@hosted.test", "user4@elsewhere.test")).ShouldEndWith(", but 2 DISCARD");
        (await sink.WaitForAsync(2)).SelectMany(m => m.RcptArguments).ShouldBe(["<user1@hosted.test>", "<user4@elsewhere.test>"], ignoreOrder: true);
        var message = (await EndToEnd.Tests.Rows.WaitForAsync(database, 1)).Single();
        message.Content.ShouldBe("S");
        await using var context = await database.CreateContextAsync(CancellationToken.None);
        context.Msgrcpt.OrderBy(r => r.Rseqnum).Select(r => $"{r.Content}{r.Ds} {r.IsLocal} {r.Bl}{r.Wl}").ToList()
            .ShouldBe(["CP Y NY", "SD Y YN", "SD Y YN", "CP N NN"]);
        context.Explanations.Single().Explanation.ShouldContain("wblist \\u0022B\\u0022 of SQL users 2 (@hosted.test), policy 1 (normal), mailaddr 2 (@example.org)");
    }

    [Fact]
    public async Task Without_the_database_nothing_is_let_through_by_other_rules()
    {
        await using var postgres = await PostgresServer.StartNewAsync();
        await postgres.CreateDatabaseAsync("policies");
        await using var sink = new MailSink();
        await using var filter = await FilterProcess.StartAsync(sink.Port, $"{Common}av_scanners: []\nlookup_sql_dsn: [\"postgres:{postgres.ConnectionString("policies")}\"]");
        (await SendAsync(filter, Mail.Clean(), "user1@hosted.test")).ShouldStartWith("250 2.0.0 from MTA(");

        await using (var client = await SmtpProbe.ConnectAsync(filter.SmtpPort))
        {
            await client.SayAsync("EHLO mta.example.net");
            await client.SayAsync("MAIL FROM:<ann@example.org>");
            (await client.SayAsync("RCPT TO:<user2@hosted.test>")).ShouldStartWith("250 2.1.5");
            await postgres.StopAsync();
            (await client.SayAsync("DATA")).ShouldStartWith("354");
            await client.SendAsync(SmtpProbe.Stuffed(Mail.Clean()));
            (await client.ReadReplyAsync()).ShouldMatch(@"^451 4\.5\.0 Error in processing, id=\d+-02, lookup FAILED: lookup_sql_dsn, postgres:");
        }
        await using (var client = await SmtpProbe.ConnectAsync(filter.SmtpPort))
        {
            await client.SayAsync("EHLO mta.example.net");
            await client.SayAsync("MAIL FROM:<ann@example.org>");
            (await client.SayAsync("RCPT TO:<user1@hosted.test>")).ShouldMatch(@"^421 4\.3\.0 Error in processing, id=\d+-03, lookup FAILED, closing channel$");
            (await client.ReadReplyAsync()).ShouldBe("");
        }
        sink.Messages.Count.ShouldBe(1);

        await postgres.StartAsync();
        (await SendAsync(filter, Mail.Clean(), "user1@hosted.test")).ShouldStartWith("250 2.0.0 from MTA(");
    }

    [Fact]
    public async Task Policies_in_a_directory_are_used_beside_those_of_the_database()
    {
        using var slapd = await SlapdProcess.StartAsync("""
            dn: cn=user1,dc=example,dc=com
            objectClass: inetOrgPerson
            objectClass: amavisAccount
            cn: user1
            sn: user1
            mail: user1@ldap.test
            amavisVirusLover: TRUE
            amavisBlacklistSender: nobody@example.org

            dn: cn=site,dc=example,dc=com
            objectClass: inetOrgPerson
            objectClass: amavisAccount
            cn: site
            sn: site
            mail: @.
            amavisVirusLover: FALSE
            """, anonymous: false, CancellationToken.None);
        await using var sink = new MailSink();
        await using var filter = await FilterProcess.StartAsync(sink.Port, $$"""
            {{Common}}
            {{Clamd}}
            local_domains_maps: [[.ldap.test]]
            enable_ldap: true
            default_ldap: {hostname: "127.0.0.1:{{slapd.Port}}", base: "{{SlapdProcess.Suffix}}", bind_dn: "{{SlapdProcess.Manager}}", bind_password: '{{SlapdProcess.Password}}', timeout: 5}
            """);
        (await SendAsync(filter, Mail.Eicar(), "user1@ldap.test", "user2@ldap.test")).ShouldEndWith(", but 1 DISCARD");
        (await sink.WaitForAsync(1)).Single().RcptArguments.ShouldBe(["<user1@ldap.test>"]);
        slapd.Stop();
        (await SendAsync(filter, Mail.Clean(), "user1@ldap.test")).ShouldMatch(@"^421 4\.3\.0 ");
    }

    [Fact]
    public async Task A_bank_for_a_virus_decides_what_is_done_with_it()
    {
        await using var sink = new MailSink();
        await using var filter = await FilterProcess.StartAsync(sink.Port, $$"""
            {{Common}}
            {{Clamd}}
            viruses_that_fake_sender_maps: [0]
            virus_name_to_policy_bank_maps: [{regexp: [['^Eicar', MASS]]}]
            final_virus_destiny: D_REJECT
            """, banks: "MASS: {final_virus_destiny: D_DISCARD, originating: true}");
        (await SendAsync(filter, Mail.Eicar(), "user1@example.com")).ShouldStartWith("250 2.7.0 Ok, discarded, id=");
        (await filter.WaitForLogAsync("Blocked INFECTED")).ShouldContain("{DiscardedOpenRelay}, MASS [");
    }
}
