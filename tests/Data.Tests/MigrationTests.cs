using Amavis.Core.Policy;
using Amavis.Data.Migrating;
using Amavis.Data.Quarantining;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging.Abstractions;

namespace Amavis.Data.Tests;

public abstract class MigrationTests(ITestServer server) : DatabaseTests(server)
{
    protected static readonly string[] AllTables =
        ["aw_account", "aw_audit", "aw_explanation", "maddr", "mailaddr", "msgrcpt", "msgs", "policy", "quarantine", "users", "wblist"];

    protected async Task<string[]> TablesAsync() =>
        [.. (await Database.GetShapeAsync(Cancellation)).Tables.Where(t => t != "aw_migrations").Order(StringComparer.Ordinal)];

    /// <summary>The schema takes what the log and the quarantine write, and gives it back through the model.</summary>
    protected async Task WorksAsync(string mailId = "newMessage01")
    {
        var log = StartLog(Options with { AutoMigrate = false });
        var quarantine = new SqlQuarantine([Database], Options, TimeProvider.System, NullLogger<SqlQuarantine>.Instance);
        var record = Records.Clean(mailId, "old@example.org", null, "user1@example.com", "user1@example.com") with { QuarantineType = 'Q', QuarantineLocation = mailId };
        // As long as the old columns are wide.
        record = record with { Arrival = record.Arrival with { SecretId = "AAECAwQFBgcI" } };
        await quarantine.StoreAsync(record.Arrival, new MemoryStream("text\n"u8.ToArray()), 1024, Cancellation);
        await log.FinishAsync(record, Cancellation);
        await log.FinishAsync(record, Cancellation);
        await log.FlushAsync(Cancellation);

        (await RowsAsync("SELECT a.email, m.content, m.quar_type FROM msgs m JOIN maddr a ON a.id = m.sid WHERE m.am_id = 'am-newMessage01'")).ShouldBe(["old@example.org|C|Q"]);
        await using var text = await quarantine.OpenAsync(mailId, null, Cancellation);
        using var reader = new StreamReader(text!);
        (await reader.ReadToEndAsync(Cancellation)).ShouldBe("text\n");
        var context = await ContextAsync();
        (await context.Msgs.CountAsync(m => m.MailId == mailId && m.SecretId == "AAECAwQFBgcI" && m.Originating == "N", Cancellation)).ShouldBe(1);
        (await context.Msgrcpt.CountAsync(r => r.MailId == mailId && r.IsLocal == "Y", Cancellation)).ShouldBe(2);
        (await context.Maddr.CountAsync(a => EF.Functions.Like(a.Email, "old@%"), Cancellation)).ShouldBe(1);
        (await (from m in context.Msgs join e in context.Explanations on m.MailId equals e.MailId select e.Explanation).SingleAsync(Cancellation)).ShouldContain(mailId);
    }

    /// <summary>Steps after the tables of amavisd-new; PostgreSQL has triggers beside our tables.</summary>
    protected int OwnSteps => Server.Provider == SqlProvider.Postgres ? 2 : 1;

    [Fact]
    public async Task An_empty_database_gets_all_tables_once()
    {
        var plan = await DatabaseMigrator.PlanAsync(Database, Cancellation);
        plan.Steps.Count.ShouldBe(OwnSteps + 1);
        (await TablesAsync()).ShouldBeEmpty();

        var first = await Migrator.MigrateAsync(Database, Cancellation);
        first.Steps.ShouldBe(plan.Steps);
        first.Adopted.ShouldBeFalse();
        (await TablesAsync()).ShouldBe(AllTables);
        (await Migrator.MigrateAsync(Database, Cancellation)).Steps.ShouldBeEmpty();
        await WorksAsync();
    }

    [Fact]
    public async Task Several_programs_may_migrate_at_once()
    {
        var reports = await Task.WhenAll(Enumerable.Range(0, 4).Select(async _ =>
        {
            await using var own = new AmavisDatabase(Dsn);
            return await Migrator.MigrateAsync(own, Cancellation);
        }));
        reports.Count(r => r.Steps.Count > 0).ShouldBe(1);
        (await TablesAsync()).ShouldBe(AllTables);
    }

    [Fact]
    public async Task A_storage_half_made_by_hand_is_taken_over()
    {
        await ExecuteAsync(Server.Provider == SqlProvider.Postgres ? HandMadeSchemas.OldPostgresStorage : HandMadeSchemas.OldSqliteStorage);
        var report = await Migrator.MigrateAsync(Database, Cancellation);

        report.Adopted.ShouldBeTrue();
        report.Steps.ShouldContain("table msgs taken over");
        report.Steps.ShouldContain("column msgrcpt.rseqnum added");
        report.Steps.ShouldContain("table policy made");
        (await TablesAsync()).ShouldBe(AllTables);
        (await RowsAsync("SELECT content, originating FROM msgs")).ShouldBe(["s| "]);
        (await RowsAsync("SELECT rseqnum, is_local, content, rs FROM msgrcpt ORDER BY rs DESC")).ShouldBe(["0| | |R", "0| | | "]);
        (await RowsAsync("SELECT count(*) FROM panel_settings")).ShouldBe(["0"]);
        (await DatabaseMigrator.PlanAsync(Database, Cancellation)).Steps.ShouldBeEmpty();
        await WorksAsync();
        // The sender of old was found, not made again.
        (await NumberAsync("SELECT count(*) FROM maddr")).ShouldBe(2);
    }

    [Fact]
    public async Task A_table_of_something_else_is_not_touched()
    {
        await ExecuteAsync("CREATE TABLE users (login varchar(20) PRIMARY KEY, shell varchar(20) NOT NULL)");
        await Should.ThrowAsync<SchemaException>(Migrator.MigrateAsync(Database, Cancellation));
        (await TablesAsync()).ShouldBe(["users"]);
        (await RowsAsync("SELECT count(*) FROM users")).ShouldBe(["0"]);
    }
}

public sealed class SqliteMigrationTests() : MigrationTests(new SqliteFiles());

[Collection(PostgresCollection.Name)]
public sealed class PostgresMigrationTests(PostgresFixture fixture) : MigrationTests(fixture)
{
    /// <summary>The installed schema of amavisd-new where there is one, else what it amounts to: our first step without its history.</summary>
    [Fact]
    public async Task The_published_schema_is_taken_over_as_it_is()
    {
        await ExecuteAsync(HandMadeSchemas.PublishedPostgres() ?? OwnFirstStep());
        await ExecuteAsync("INSERT INTO maddr (email, domain) VALUES ('old@example.org', 'org.example')");
        var before = await ColumnsAsync();

        var report = await Migrator.MigrateAsync(Database, Cancellation);
        report.Adopted.ShouldBeTrue();
        report.Steps.Where(s => !s.EndsWith("taken over", StringComparison.Ordinal)).Count().ShouldBe(OwnSteps, string.Join('\n', report.Steps));
        report.Notes.ShouldBeEmpty();
        (await TablesAsync()).ShouldBe(AllTables);
        (await ColumnsAsync()).ShouldBe(before);
        await WorksAsync();
    }

    [Fact]
    public async Task Tables_of_another_owner_get_no_triggers_and_the_rest_is_made()
    {
        await ExecuteAsync(HandMadeSchemas.PublishedPostgres() ?? OwnFirstStep());
        await ExecuteAsync("""
            DO $$ BEGIN CREATE ROLE guest LOGIN; EXCEPTION WHEN duplicate_object THEN NULL; END $$;
            GRANT CREATE ON SCHEMA public TO guest; GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO guest
            """);
        var guest = Open(new SqlDsn(SqlProvider.Postgres, Dsn.ConnectionString.Replace("Username=postgres", "Username=guest", StringComparison.Ordinal)));
        (await Migrator.MigrateAsync(guest, Cancellation)).Adopted.ShouldBeTrue();
        (await TablesAsync()).ShouldBe(AllTables);
        (await NumberAsync("SELECT count(*) FROM pg_trigger WHERE tgname = 'aw_lookup_changed'")).ShouldBe(0);
    }

    [Fact]
    public async Task Mail_id_as_text_is_noted_and_our_table_follows()
    {
        await ExecuteAsync(HandMadeSchemas.OldPostgresStorage);
        var report = await Migrator.MigrateAsync(Database, Cancellation);
        report.Notes.ShouldContain(n => n.Contains("msgs.mail_id", StringComparison.Ordinal));
        var shape = await Database.GetShapeAsync(Cancellation);
        shape.TypeOf("aw_explanation", "mail_id").ShouldBe("character varying(64)");
        shape.TypeOf("users", "email").ShouldBe("bytea");
    }

    private Task<string[]> ColumnsAsync() => RowsAsync(
        "SELECT table_name, column_name, data_type, is_nullable FROM information_schema.columns WHERE table_schema = 'public' AND table_name NOT LIKE 'aw%' ORDER BY 1, ordinal_position");

    private static string OwnFirstStep()
    {
        var script = File.ReadAllText(Path.Combine(Testing.Samples.Root, "migrations", "Postgres", "schema.sql"));
        var start = script.IndexOf("CREATE TABLE maddr", StringComparison.Ordinal);
        return script[start..script.IndexOf("INSERT INTO aw_migrations", StringComparison.Ordinal)];
    }
}
