using Amavis.Core.Policy;
using Amavis.Core.Storage;
using Amavis.Data.Upkeep;
using Microsoft.Extensions.Logging.Abstractions;

namespace Amavis.Data.Tests;

public abstract class MaintenanceTests(ITestServer server) : DatabaseTests(server)
{
    private static readonly DateTimeOffset Now = TimeProvider.System.GetUtcNow();

    public override async Task InitializeAsync()
    {
        await base.InitializeAsync();
        await MigrateAsync();
    }

    private Maintenance Maintenance => new(Database, TimeProvider.System, NullLogger<Maintenance>.Instance);

    private async Task StoreAsync(params MessageRecord[] records)
    {
        await using var log = Amavis.Data.Writing.SqlMessageLog.Start([Database], Options, Counters, TimeProvider.System, Log);
        foreach (var record in records)
            await log.FinishAsync(record, Cancellation);
        await log.FlushAsync(Cancellation);
    }

    private async Task InProgressAsync(params MessageArrival[] arrivals)
    {
        await using var log = Amavis.Data.Writing.SqlMessageLog.Start([Database], Options, Counters, TimeProvider.System, Log);
        foreach (var arrival in arrivals)
            await log.BeginAsync(arrival, Cancellation);
        await log.FlushAsync(Cancellation);
    }

    private Task<PurgeReport> PurgeAsync(double days, PurgeOptions? options = null) =>
        Maintenance.PurgeAsync((options ?? new PurgeOptions { OlderThan = TimeSpan.Zero }) with { OlderThan = TimeSpan.FromDays(days) }, Cancellation);

    private Task<string[]> MailIdsAsync(string table = "msgs") => RowsAsync($"SELECT DISTINCT mail_id FROM {table} ORDER BY 1");

    [Fact]
    public async Task Expired_messages_go_with_all_that_belongs_to_them()
    {
        await StoreAsync(
            Records.Clean("old1", "old@example.org", Now.AddDays(-40), "both@example.com", "gone@example.com"),
            Records.Clean("new1", "new@example.org", Now.AddDays(-2), "both@example.com"));
        await ExecuteAsync("INSERT INTO quarantine (partition_tag, mail_id, chunk_ind, mail_text) VALUES (0, 'old1', 1, 'x'), (0, 'new1', 1, 'x'), (0, 'orphan', 1, 'x')");
        await ExecuteAsync("INSERT INTO msgrcpt (partition_tag, mail_id, rseqnum, rid, ds, rs) VALUES (0, 'orphan', 1, 1, 'P', ' ')");

        var report = await PurgeAsync(30);

        report.ShouldBe(new PurgeReport(Messages: 1, Recipients: 3, Chunks: 2, Explanations: 1, Addresses: 2, Files: 0));
        foreach (var table in new[] { "msgs", "msgrcpt", "quarantine", "aw_explanation" })
            (await MailIdsAsync(table)).ShouldBe(["new1"]);
        (await RowsAsync("SELECT email FROM maddr ORDER BY email")).ShouldBe(["both@example.com", "new@example.org"]);
    }

    [Fact]
    public async Task Lost_messages_go_after_an_hour_and_those_in_progress_stay()
    {
        await InProgressAsync(Records.Arrival("lost", at: Now.AddHours(-2)), Records.Arrival("work", at: Now.AddMinutes(-5)));
        (await PurgeAsync(30)).Messages.ShouldBe(1);
        (await MailIdsAsync()).ShouldBe(["work"]);
    }

    [Fact]
    public async Task Viruses_and_blatant_spam_may_have_a_shorter_life()
    {
        var at = Now.AddDays(-10);
        await StoreAsync(
            Records.Clean("clean", at: at), Records.Clean("virus", at: at) with { Content = 'V' },
            Records.Clean("blatant", at: at) with { Content = 'S', SpamLevel = 25 }, Records.Clean("spam", at: at) with { Content = 'S', SpamLevel = 8 });
        (await PurgeAsync(30, new PurgeOptions { OlderThan = default, BlatantOlderThan = TimeSpan.FromDays(7) })).Messages.ShouldBe(2);
        (await MailIdsAsync()).ShouldBe(["clean", "spam"]);
    }

    [Fact]
    public async Task Thousands_go_in_several_transactions()
    {
        await StoreAsync([.. Records.Many(4500).Select(r => r with { Arrival = r.Arrival with { ReceivedAt = Now.AddDays(-40) } })]);
        var report = await PurgeAsync(30);
        report.Messages.ShouldBe(4500);
        report.Recipients.ShouldBe(9000);
        (await NumberAsync("SELECT count(*) FROM msgrcpt")).ShouldBe(0);
    }

    [Fact]
    public async Task An_address_too_new_to_be_referred_to_stays()
    {
        await StoreAsync(Records.Clean("a1", "first@example.org", Now.AddDays(-2)));
        await ExecuteAsync("INSERT INTO maddr (partition_tag, email, domain) VALUES (0, 'coming@example.org', 'org.example')");
        (await PurgeAsync(30)).Addresses.ShouldBe(0);
        (await NumberAsync("SELECT count(*) FROM maddr")).ShouldBe(3);

        await StoreAsync(Records.Clean("a2", "later@example.org", Now.AddDays(-1)));
        (await PurgeAsync(30)).Addresses.ShouldBe(1);
        (await NumberAsync("SELECT count(*) FROM maddr WHERE domain = 'org.example'")).ShouldBe(2);
    }

    [Fact]
    public async Task The_log_goes_on_with_addresses_a_purge_deleted()
    {
        var log = StartLog();
        await log.FinishAsync(Records.Clean("b1", "back@example.org", Now.AddDays(-40)), Cancellation);
        await log.FinishAsync(Records.Clean("b2", "other@example.org", Now.AddDays(-2)), Cancellation);
        await log.FlushAsync(Cancellation);
        (await PurgeAsync(30)).Addresses.ShouldBe(1);

        await log.FinishAsync(Records.Clean("b3", "back@example.org", Now), Cancellation);
        await log.FlushAsync(Cancellation);
        (await RowsAsync("SELECT m.mail_id, a.email FROM msgs m LEFT JOIN maddr a ON a.id = m.sid ORDER BY m.mail_id")).ShouldBe(["b2|other@example.org", "b3|back@example.org"]);
    }

    [Fact]
    public async Task Quarantine_files_go_before_their_rows_and_only_inside_the_directory()
    {
        var quarantine = System.IO.Directory.CreateDirectory(Path.Combine(Directory, "virusmails")).FullName;
        System.IO.Directory.CreateDirectory(Path.Combine(quarantine, "f"));
        await File.WriteAllTextAsync(Path.Combine(quarantine, "f", "virus-f1"), "x", Cancellation);
        var outside = Path.Combine(Directory, "precious");
        await File.WriteAllTextAsync(outside, "x", Cancellation);
        var at = Now.AddDays(-40);
        await StoreAsync(
            Records.Clean("f1", at: at) with { QuarantineType = 'F', QuarantineLocation = "f/virus-f1" },
            Records.Clean("f2", at: at) with { QuarantineType = 'Z', QuarantineLocation = "f/gone-already.gz" },
            Records.Clean("f3", at: at) with { QuarantineType = 'F', QuarantineLocation = "../precious" },
            Records.Clean("f4", at: at) with { QuarantineType = 'F', QuarantineLocation = outside });

        var report = await PurgeAsync(30, new PurgeOptions { OlderThan = default, QuarantineDirectory = quarantine });
        report.Files.ShouldBe(1);
        File.Exists(Path.Combine(quarantine, "f", "virus-f1")).ShouldBeFalse();
        File.Exists(outside).ShouldBeTrue();
        (await MailIdsAsync()).ShouldBe(["f3", "f4"]);
    }

    [Fact]
    public async Task A_retention_below_an_hour_is_refused() =>
        await Should.ThrowAsync<ArgumentOutOfRangeException>(PurgeAsync(0.01));

    [Fact]
    public async Task The_status_counts_rows_and_names_what_is_to_be_done()
    {
        await StoreAsync(Records.Clean("s1", at: Now.AddDays(-3)));
        await InProgressAsync(Records.Arrival("s2", at: Now.AddHours(-3)), Records.Arrival("s3", at: Now));
        var status = await Maintenance.StatusAsync(Cancellation);
        status.Rows["msgs"].ShouldBe(3);
        status.Rows["msgrcpt"].ShouldBe(1);
        status.Rows["aw_account"].ShouldBe(0);
        status.InProgress.ShouldBe(1);
        status.Lost.ShouldBe(1);
        status.Oldest!.Value.ToUnixTimeSeconds().ShouldBe(Now.AddDays(-3).ToUnixTimeSeconds());
        status.Newest!.Value.ToUnixTimeSeconds().ShouldBe(Now.ToUnixTimeSeconds());
        status.PendingSteps.ShouldBeEmpty();
        status.Server.ShouldStartWith(Server.Provider == SqlProvider.Sqlite ? "SQLite 3." : "PostgreSQL ");
    }

    [Fact]
    public async Task The_status_of_an_empty_database_is_all_there_is_to_do()
    {
        var empty = Open(await Server.NewDatabaseAsync());
        var status = await new Maintenance(empty, TimeProvider.System, NullLogger<Maintenance>.Instance).StatusAsync(Cancellation);
        status.Rows.ShouldBeEmpty();
        var steps = Path.Combine(Testing.Samples.Root, "migrations", Server.Provider.ToString(), "Steps");
        status.PendingSteps.ShouldBe(System.IO.Directory.GetFiles(steps, "2*_*.cs").Select(f => "step " + Path.GetFileName(f).Split('.')[0]).Distinct().Order(StringComparer.Ordinal));
    }
}

public sealed class SqliteMaintenanceTests() : MaintenanceTests(new SqliteFiles());

[Collection(PostgresCollection.Name)]
public sealed class PostgresMaintenanceTests(PostgresFixture fixture) : MaintenanceTests(fixture)
{
    [Fact]
    public async Task An_address_a_writer_has_just_looked_up_is_skipped()
    {
        var at = TimeProvider.System.GetUtcNow().AddDays(-40);
        await using (var log = Amavis.Data.Writing.SqlMessageLog.Start([Database], Options, Counters, TimeProvider.System, Log))
        {
            await log.FinishAsync(Records.Clean("u1", "busy@example.org", at, "idle@example.com"), Cancellation);
            await log.FlushAsync(Cancellation);
        }
        await using var writer = await Database.OpenAsync(Cancellation);
        await using var transaction = await writer.BeginTransactionAsync(Cancellation);
        await using var find = writer.CreateCommand();
        find.CommandText = "SELECT id FROM maddr WHERE email = 'busy@example.org' FOR KEY SHARE";
        await find.ExecuteScalarAsync(Cancellation);

        var maintenance = new Maintenance(Database, TimeProvider.System, NullLogger<Maintenance>.Instance);
        await maintenance.PurgeAsync(new PurgeOptions { OlderThan = TimeSpan.FromDays(30) }, Cancellation);
        (await RowsAsync("SELECT email FROM maddr")).ShouldContain("busy@example.org");
        (await NumberAsync("SELECT count(*) FROM msgs")).ShouldBe(0);
    }
}
