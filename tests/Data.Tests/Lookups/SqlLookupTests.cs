using System.Collections.Frozen;
using Amavis.Core.Addresses;
using Amavis.Core.Lookups;
using Amavis.Core.Lookups.Databases;
using Amavis.Core.Policy;
using Amavis.Core.Storage;
using Amavis.Data.Lookups;

namespace Amavis.Data.Tests.Lookups;

/// <summary>Policies and white and black lists in SQL, as other programs fill the tables.</summary>
public abstract class SqlLookupTests(ITestServer server) : DatabaseTests(server)
{
    private const string Filling = """
        INSERT INTO policy (id, policy_name, spam_kill_level, spam_tag2_level, virus_lover, spam_quarantine_to, banned_rulenames, message_size_limit)
          VALUES (1, 'strict', 4.5, NULL, 'N', '', 'OWN', 200000), (2, 'domain', 8, 6.31, 'Y', NULL, 'SITE EXTRA', NULL), (3, 'everybody', NULL, 3, NULL, 'q@example.net', NULL, NULL), (4, NULL, NULL, NULL, NULL, NULL, NULL, NULL);
        """;

    protected AddressDirectory Lookups { get; private set; } = null!;

    protected Settings Settings { get; private set; } = null!;

    private bool IsPostgres => Server.Provider == SqlProvider.Postgres;

    public override async Task InitializeAsync()
    {
        await base.InitializeAsync();
        await MigrateAsync();
        Lookups = Keep(new AddressDirectory(TimeProvider.System, Log));
        Settings = new Settings
        {
            LookupSqlDsn = [Dsn],
            RecipientDelimiter = "+",
            LocalDomainsMaps = new LookupMaps([new DatabaseTable(AddressDatabase.Sql, "local", FieldKind.Locality), new AclTable([".example.com"])]),
        };
    }

    private AddressKeys Keys(string address) => AddressKeys.For(MailAddress.FromUnquoted(address), Settings.AddressRules);

    private async Task<AddressKeys> FindAsync(string address) => await Lookups.LookUpAsync(Keys(address), Settings, Cancellation);

    private static LookupResult? Value(AddressKeys keys, string field, FieldKind kind = FieldKind.Text) => new DatabaseTable(AddressDatabase.Sql, field, kind).Find(keys);

    private async Task FillAsync()
    {
        await ExecuteAsync(Filling + """
            INSERT INTO users (id, priority, policy_id, email) VALUES (10, 9, 1, 'eva+shop@news.firm.example'), (11, 5, 2, '@.firm.example'), (12, 0, 3, '@.'), (13, 7, 4, 'ann@example.com'), (14, 6, 2, 'bob');
            """);
    }

    [Fact]
    public async Task Rows_are_walked_by_priority_and_a_null_falls_through_to_the_next()
    {
        await FillAsync();
        var keys = await FindAsync("Eva+Shop@News.Firm.Example");
        keys.Records!.Sql.Select(r => r.UserId).ShouldBe([10L, 11L, 12L]);
        Value(keys, "spam_kill_level", FieldKind.Number)!.Value.Value.Number.ShouldBe(4.5);
        Value(keys, "spam_kill_level", FieldKind.Number)!.Value.Matched.ShouldBe("SQL users 10 (eva+shop@news.firm.example), policy 1 (strict)");
        Value(keys, "spam_tag2_level", FieldKind.Number)!.Value.Value.Number.ShouldBe(6.31);
        Value(keys, "spam_tag2_level", FieldKind.Number)!.Value.Matched.ShouldBe("SQL users 11 (@.firm.example), policy 2 (domain)");
        Value(keys, "virus_lover", FieldKind.Truth)!.Value.Value.IsTrue.ShouldBeFalse();
        Value(keys, "spam_quarantine_to")!.Value.Value.Text.ShouldBe("");
        Value(keys, "bypass_spam_checks", FieldKind.Truth).ShouldBeNull();
        Value(keys, "message_size_limit", FieldKind.Number)!.Value.Value.Number.ShouldBe(200000);
        new DatabaseTable(AddressDatabase.Sql, "banned_rulenames", FieldKind.Text).FindAll(keys).Select(r => r.Value.Text).ShouldBe(["OWN", "SITE EXTRA"]);
    }

    [Fact]
    public async Task The_bare_local_part_is_searched_for_addresses_of_our_own_domains_only()
    {
        await FillAsync();
        (await FindAsync("bob@example.com")).Records!.Sql.Select(r => r.UserId).ShouldBe([14L, 12L]);
        (await FindAsync("bob@far.test")).Records!.Sql.Select(r => r.UserId).ShouldBe([12L]);
    }

    [Fact]
    public async Task Whoever_has_a_row_of_their_own_is_local_and_the_catch_all_says_nothing()
    {
        await FillAsync();
        Settings.LocalDomainsMaps.IsTrue(await FindAsync("x@sub.firm.example")).ShouldBeTrue();
        Settings.LocalDomainsMaps.IsTrue(await FindAsync("x@far.test")).ShouldBeFalse();
        Settings.LocalDomainsMaps.IsTrue(await FindAsync("x@example.com")).ShouldBeTrue();
    }

    [Fact]
    public async Task With_a_column_local_its_values_count()
    {
        await FillAsync();
        await ExecuteAsync("ALTER TABLE users ADD COLUMN local char(1); UPDATE users SET local = 'N' WHERE id = 11; UPDATE users SET local = 'Y' WHERE id = 12");
        Settings.LocalDomainsMaps.IsTrue(await FindAsync("x@sub.firm.example")).ShouldBeFalse();
        Settings.LocalDomainsMaps.IsTrue(await FindAsync("x@far.test")).ShouldBeTrue();
        Settings.LocalDomainsMaps.IsTrue(await FindAsync("eva+shop@news.firm.example")).ShouldBeFalse();
    }

    [Fact]
    public async Task Among_equal_priorities_the_more_specific_key_goes_first()
    {
        await ExecuteAsync(Filling + "INSERT INTO users (id, priority, policy_id, email) VALUES (1, 7, 3, '@.'), (2, 7, 2, '@example.com'), (3, 7, 1, 'ann@example.com')");
        (await FindAsync("ann@example.com")).Records!.Sql.Select(r => r.UserId).ShouldBe([3L, 2L, 1L]);
    }

    [Fact]
    public async Task An_address_without_rows_has_no_records_and_the_tables_of_the_configuration_decide()
    {
        var keys = await FindAsync("nobody@far.test");
        keys.Records!.Sql.ShouldBeEmpty();
        new LookupMaps([new DatabaseTable(AddressDatabase.Sql, "spam_kill_level", FieldKind.Number), new ConstantTable(new LookupValue(5))]).Number(keys).ShouldBe(5);
    }

    [Theory]
    [InlineData("")]
    [InlineData("nodomain")]
    [InlineData("user@[192.0.2.1]")]
    [InlineData("strange 'quotes' \\ and %k ?@far.test")]
    [InlineData("bj\u00f6rn@far.test")]
    public async Task Any_address_can_be_looked_up(string address)
    {
        await FillAsync();
        (await FindAsync(address)).Records!.Sql.Select(r => r.UserId).ShouldBe([12L]);
    }

    [Fact]
    public async Task Addresses_with_other_octets_are_found_as_they_are_stored()
    {
        await FillAsync();
        var stored = IsPostgres ? "convert_to('bj\u00f6rn@far.test', 'UTF8')" : "'bj\u00f6rn@far.test'";
        await ExecuteAsync($"INSERT INTO users (id, priority, policy_id, email) VALUES (20, 8, 1, 'bj??rn@far.test'), (21, 8, 1, {stored})");
        (await FindAsync("bj\u00f6rn@far.test")).Records!.Sql.Select(r => r.UserId).ShouldBe([20L, 12L]);
        Settings = Settings with { SqlAllow8bitAddress = true };
        (await FindAsync("bj\u00f6rn@far.test")).Records!.Sql.Select(r => r.UserId).ShouldBe([21L, 12L]);
    }

    [Fact]
    public async Task Keys_may_be_written_as_in_hash_tables()
    {
        await ExecuteAsync(Filling + "INSERT INTO users (id, priority, policy_id, email) VALUES (1, 5, 1, 'example.com'), (2, 4, 1, '.example.com'), (3, 9, 1, 'ann@'), (4, 0, 1, '.')");
        Settings = Settings with { SqlLookupsNoAtMeansDomain = true };
        var keys = await FindAsync("ann@example.com");
        keys.Records!.Sql.Select(r => r.UserId).ShouldBe([3L, 1L, 2L, 4L]);
        keys.Records.Sql[3].IsCatchAll.ShouldBeTrue();
    }

    [Fact]
    public async Task A_statement_of_the_administrators_own_decides_the_rows_and_their_order()
    {
        await FillAsync();
        Settings = Settings with
        {
            SqlClause = new Dictionary<string, string>
            {
                ["sel_policy"] = "SELECT *, users.id, '%k ?' AS note FROM users LEFT JOIN policy ON users.policy_id = policy.id WHERE users.email IN (%k) OR users.email = %u OR 'x' = %e OR users.email = ? ORDER BY users.priority",
            }.ToFrozenDictionary(),
        };
        var keys = await FindAsync("Bob@far.test");
        keys.Records!.Sql.Select(r => r.UserId).ShouldBe([12L, 14L]);
        keys.Records.Sql[0]["note"].ShouldBe("%k ?");
        (await FindAsync("back\\slash@far.test")).Records!.Sql.Select(r => r.UserId).ShouldBe([12L]);
        Settings = Settings with { SqlClause = new Dictionary<string, string> { ["sel_policy"] = "" }.ToFrozenDictionary() };
        (await FindAsync("Bob@far.test")).Records!.Sql.ShouldBeEmpty();
    }

    [Fact]
    public async Task Place_holders_have_their_documented_values()
    {
        await FillAsync();
        Settings = Settings with
        {
            SqlClause = new Dictionary<string, string>
            {
                ["sel_policy"] = IsPostgres
                    ? "SELECT 12 AS id, %a::text AS a, %l::text AS l, %u::text AS u, %e::text AS e, %d::text AS d, %L::text AS local_or_not"
                    : "SELECT 12 AS id, %a AS a, %l AS l, %u AS u, %e AS e, %d AS d, %L AS local_or_not",
            }.ToFrozenDictionary(),
        };
        var record = (await FindAsync("Ann+News@Example.COM")).Records!.Sql.Single();
        new[] { "a", "l", "u", "e", "d", "local_or_not" }.Select(f => record[f]).ShouldBe(["Ann+News@Example.COM", "Ann+News", "ann", "+news", "example.com", "1"]);
    }

    /// <summary>Rows: u@ 8, @example.com 5, @. 0; entries for a@far.test.</summary>
    [Theory]
    [InlineData("W", "B", null, "W B")]
    [InlineData("-2.5", "B", null, "-2.5 B")]
    [InlineData(null, " ", "B", "  B")]
    [InlineData(null, null, "B", "B")]
    [InlineData(null, null, null, "")]
    public async Task White_and_black_lists_are_read_in_the_order_of_the_recipients_rows(string? own, string? domain, string? site, string expected)
    {
        await ExecuteAsync(Filling + """
            INSERT INTO users (id, priority, policy_id, email) VALUES (1, 8, 4, 'u@example.com'), (2, 5, 4, '@example.com'), (3, 0, 4, '@.');
            INSERT INTO mailaddr (id, priority, email) VALUES (1, 9, 'a@far.test'), (2, 5, '@far.test'), (3, 0, '@.');
            """);
        foreach (var (rid, wb) in new[] { (1, own), (2, domain), (3, site) })
            if (wb is not null)
                await ExecuteAsync($"INSERT INTO wblist (rid, sid, wb) VALUES ({rid}, 1, '{wb}')");
        (await ListedAsync("a@far.test", "u@example.com")).ShouldBe(expected);
    }

    private async Task<string> ListedAsync(string sender, string recipient)
    {
        var listed = await Lookups.FindListedAsync(Keys(sender), [await FindAsync(recipient)], Settings, Cancellation);
        return string.Join(' ', listed.Single().Select(e => e.Value));
    }

    [Fact]
    public async Task The_senders_most_important_key_counts_for_each_row_of_the_recipient()
    {
        await ExecuteAsync(Filling + """
            INSERT INTO users (id, priority, policy_id, email) VALUES (1, 8, 4, 'u@example.com'), (3, 0, 4, '@.');
            INSERT INTO mailaddr (id, priority, email) VALUES (1, 9, 'a@far.test'), (2, 5, '@far.test'), (3, 0, '@.'), (4, 8, '@'), (5, 7, 'a');
            INSERT INTO wblist (rid, sid, wb) VALUES (1, 2, 'B'), (1, 3, 'W'), (3, 1, '4'), (3, 2, 'W'), (1, 4, 'W'), (1, 5, 'W');
            """);
        (await ListedAsync("A@Far.Test", "u@example.com")).ShouldBe("B 4");
        (await ListedAsync("b@far.test", "u@example.com")).ShouldBe("B W");
        (await ListedAsync("b@elsewhere.test", "u@example.com")).ShouldBe("W");
        (await ListedAsync("", "u@example.com")).ShouldBe("W");
        (await ListedAsync("a@example.com", "u@example.com")).ShouldBe("W");
        (await ListedAsync("a@far.test", "stranger@elsewhere.test")).ShouldBe("4");
        var both = await Lookups.FindListedAsync(Keys("a@far.test"), [await FindAsync("u@example.com"), await FindAsync("stranger@elsewhere.test")], Settings, Cancellation);
        both.Select(l => l.Count).ShouldBe([2, 1]);
        both[0][0].Source.ShouldBe("wblist \"B\" of SQL users 1 (u@example.com), policy 4, mailaddr 2 (@far.test)");
    }

    [Fact]
    public async Task The_statement_of_lists_may_be_replaced_too()
    {
        await ExecuteAsync(Filling + """
            INSERT INTO users (id, priority, policy_id, email) VALUES (1, 8, 4, 'u@example.com'), (3, 0, 4, '@.');
            INSERT INTO mailaddr (id, priority, email) VALUES (1, 9, 'a@far.test');
            INSERT INTO wblist (rid, sid, wb) VALUES (3, 1, 'W');
            """);
        Settings = Settings with
        {
            SqlClause = new Dictionary<string, string> { ["sel_wblist"] = "SELECT wb FROM wblist JOIN mailaddr ON wblist.sid = mailaddr.id WHERE wblist.rid = ? AND mailaddr.email IN (%k) ORDER BY mailaddr.priority DESC" }.ToFrozenDictionary(),
        };
        (await ListedAsync("a@far.test", "u@example.com")).ShouldBe("W");
        Settings = Settings with { SqlClause = new Dictionary<string, string> { ["sel_wblist"] = "" }.ToFrozenDictionary() };
        (await ListedAsync("a@far.test", "u@example.com")).ShouldBe("");
    }

    [Fact]
    public async Task A_change_counts_from_the_next_lookup_on()
    {
        await FillAsync();
        var database = Lookups.DatabasesOf(Settings).Single();
        if (IsPostgres)
            await UntilAsync(() => database.KeepsResults);
        Value(await FindAsync("x@firm.example"), "spam_kill_level", FieldKind.Number)!.Value.Value.Number.ShouldBe(8);
        Value(await FindAsync("x@firm.example"), "spam_kill_level", FieldKind.Number)!.Value.Value.Number.ShouldBe(8);
        database.Kept.ShouldBe(IsPostgres ? 1 : 0);
        await ExecuteAsync("UPDATE policy SET spam_kill_level = 7 WHERE id = 2");
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(5));
        while (Value(await FindAsync("x@firm.example"), "spam_kill_level", FieldKind.Number)!.Value.Value.Number != 7)
            await timer.WaitForNextTickAsync(Cancellation);
    }

    [Fact]
    public async Task A_database_that_is_away_leaves_the_mail_waiting_and_is_used_again_when_it_is_back()
    {
        await FillAsync();
        (await FindAsync("ann@example.com")).Records!.Sql.Count.ShouldBe(2);
        var other = await Server.NewDatabaseAsync();
        var away = Settings with { LookupSqlDsn = [other] };
        var fault = await Should.ThrowAsync<StorageUnavailableException>(async () => await Lookups.LookUpAsync(Keys("ann@example.com"), away, Cancellation));
        fault.Message.ShouldStartWith("lookup_sql_dsn, ");
        var database = Open(other);
        await Migrator.MigrateAsync(database, Cancellation);
        (await Lookups.LookUpAsync(Keys("ann@example.com"), away, Cancellation)).Records!.Sql.ShouldBeEmpty();
    }

    [Fact]
    public async Task The_next_database_of_the_list_stands_in_for_one_that_is_away()
    {
        await FillAsync();
        var both = Settings with { LookupSqlDsn = [await Server.NewDatabaseAsync(), Dsn] };
        (await Lookups.LookUpAsync(Keys("ann@example.com"), both, Cancellation)).Records!.Sql.Count.ShouldBe(2);
    }
}

public sealed class SqliteLookupTests() : SqlLookupTests(new SqliteFiles());

[Collection(PostgresCollection.Name)]
public sealed class PostgresLookupTests(PostgresFixture fixture) : SqlLookupTests(fixture)
{
    [Fact]
    public async Task Results_are_not_kept_while_the_listening_connection_is_gone()
    {
        await ExecuteAsync("INSERT INTO policy (id, spam_kill_level) VALUES (1, 5); INSERT INTO users (policy_id, email) VALUES (1, '@.')");
        var keys = AddressKeys.For(MailAddress.FromUnquoted("a@far.test"), AddressRules.Default);
        await Lookups.LookUpAsync(keys, Settings, Cancellation);
        var database = Lookups.DatabasesOf(Settings).Single();
        await UntilAsync(() => database.KeepsResults);
        await Lookups.LookUpAsync(keys, Settings, Cancellation);
        await using (await Server.TakeAwayAsync(Database))
        {
            await UntilAsync(() => !database.KeepsResults);
            await Should.ThrowAsync<StorageUnavailableException>(async () => await Lookups.LookUpAsync(keys, Settings, Cancellation));
        }
        (await Lookups.LookUpAsync(keys, Settings, Cancellation)).Records!.Sql.Count.ShouldBe(1);
    }

    [Fact]
    public async Task Addresses_in_a_column_of_text_are_found_too()
    {
        await ExecuteAsync("ALTER TABLE users ALTER email TYPE varchar(255) USING convert_from(email, 'UTF8'); INSERT INTO policy (id) VALUES (1); INSERT INTO users (id, policy_id, email) VALUES (5, 1, 'back\\slash@far.test')");
        Database.ForgetShape();
        var keys = AddressKeys.For(MailAddress.FromUnquoted("back\\slash@far.test"), AddressRules.Default);
        (await Lookups.LookUpAsync(keys, Settings, Cancellation)).Records!.Sql.Single().UserId.ShouldBe(5);
        var custom = Settings with { SqlClause = new Dictionary<string, string> { ["sel_policy"] = "SELECT * FROM users WHERE email = %a" }.ToFrozenDictionary() };
        (await Lookups.LookUpAsync(keys, custom, Cancellation)).Records!.Sql.Single().UserId.ShouldBe(5);
    }
}
