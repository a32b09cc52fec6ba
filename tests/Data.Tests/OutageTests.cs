using Amavis.Core.Policy;
using Amavis.Core.Storage;
using Amavis.Data.Writing;

namespace Amavis.Data.Tests;

/// <summary>What happens to the log when the database or this process goes away.</summary>
public abstract class OutageTests(ITestServer server) : DatabaseTests(server)
{
    private string[] JournalFiles => System.IO.Directory.GetFiles(JournalDirectory, "*.log");

    private async Task AllStoredAsync(int messages)
    {
        (await NumberAsync("SELECT count(*) FROM msgs WHERE content = 'C'")).ShouldBe(messages);
        (await NumberAsync("SELECT count(*) FROM msgs")).ShouldBe(messages);
        (await NumberAsync("SELECT count(*) FROM msgrcpt")).ShouldBe(2 * messages);
        (await NumberAsync("SELECT count(*) FROM aw_explanation")).ShouldBe(messages);
        (await NumberAsync("SELECT count(*) FROM (SELECT DISTINCT partition_tag, mail_id, rseqnum FROM msgrcpt) r")).ShouldBe(2 * messages);
        Counters.Get("LogRowsPending").ShouldBe(0);
        File.Exists(Path.Combine(JournalDirectory, "rejected.jsonl")).ShouldBeFalse();
    }

    [Fact]
    public async Task Records_finished_while_the_database_is_away_are_stored_when_it_is_back()
    {
        var log = StartLog();
        var records = Records.Many(300).ToList();
        foreach (var record in records.Take(100))
            await log.FinishAsync(record, Cancellation);
        await log.FlushAsync(Cancellation);

        await using (await Server.TakeAwayAsync(Database))
        {
            foreach (var record in records.Skip(100).Take(100))
            {
                await log.BeginAsync(record.Arrival, Cancellation);
                await log.FinishAsync(record, Cancellation);
            }
            Counters.Get("LogRowsPending").ShouldBe(100);
        }

        foreach (var record in records.Skip(200))
            await log.FinishAsync(record, Cancellation);
        await log.FlushAsync(Cancellation);
        await AllStoredAsync(300);
    }

    [Fact]
    public async Task More_than_memory_may_hold_waits_on_disk()
    {
        await MigrateAsync();
        var log = StartLog(Options with { MaxRecordsInMemory = 10, SegmentOctets = 20_000, MaxBatch = 7 });
        await using (await Server.TakeAwayAsync(Database))
        {
            foreach (var record in Records.Many(400))
                await log.FinishAsync(record, Cancellation);
            JournalFiles.Length.ShouldBeGreaterThan(5);
        }
        await log.FlushAsync(Cancellation);
        await AllStoredAsync(400);
        Counters.Get("LogRowsReplayed").ShouldBeGreaterThanOrEqualTo(380);
        await log.DisposeAsync();
        JournalFiles.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_killed_process_leaves_a_journal_that_the_next_one_stores()
    {
        await MigrateAsync();
        // The first process never reached its database; what a kill leaves of it is its journal as it is at that moment, with the
        // last record torn.
        var nowhere = Keep(new AmavisDatabase(new SqlDsn(SqlProvider.Postgres, "Host=/nonexistent;Database=x;Username=x")));
        var first = StartLog(Options with { JournalDirectory = Path.Combine(Directory, "first"), SegmentOctets = 10_000 }, nowhere);
        foreach (var record in Records.Many(100))
            await first.FinishAsync(record, Cancellation);
        System.IO.Directory.CreateDirectory(JournalDirectory);
        var segments = System.IO.Directory.GetFiles(Path.Combine(Directory, "first"), "*.log").Order(StringComparer.Ordinal).ToList();
        segments.Count.ShouldBeGreaterThan(3);
        foreach (var path in segments)
            File.Copy(path, Path.Combine(JournalDirectory, Path.GetFileName(path)));
        await File.AppendAllTextAsync(Path.Combine(JournalDirectory, Path.GetFileName(segments[^1])), "00001234 12345678 {\"v\":1,\"partition_t", Cancellation);

        // Half of it had been stored and looked at before.
        Counters.Set("LogRowsPending", 0);
        var earlier = StartLog(Options with { JournalDirectory = Path.Combine(Directory, "earlier") });
        foreach (var record in Records.Many(50))
            await earlier.FinishAsync(record, Cancellation);
        await earlier.FlushAsync(Cancellation);
        await ExecuteAsync("UPDATE msgrcpt SET rs = 'V'");

        var second = StartLog();
        await second.FlushAsync(Cancellation);
        await AllStoredAsync(100);
        (await NumberAsync("SELECT count(*) FROM msgrcpt WHERE rs = 'V'")).ShouldBe(100);
        Counters.Get("LogRowsReplayed").ShouldBe(100);
        JournalFiles.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_database_that_is_away_at_shutdown_leaves_the_records_in_the_journal()
    {
        await MigrateAsync();
        var nowhere = Keep(new AmavisDatabase(new SqlDsn(SqlProvider.Postgres, "Host=/nonexistent;Database=x;Username=x")));
        var first = StartLog(database: nowhere);
        foreach (var record in Records.Many(20))
            await first.FinishAsync(record, Cancellation);
        await first.DisposeAsync();
        JournalFiles.Length.ShouldBe(1);

        Counters.Set("LogRowsPending", 0);
        var second = StartLog();
        await second.FlushAsync(Cancellation);
        await AllStoredAsync(20);
    }

    [Fact]
    public async Task Two_processes_never_share_a_journal()
    {
        StartLog();
        Should.Throw<IOException>(() => SqlMessageLog.Start([Database], Options, Counters, TimeProvider.System, Log));
        await Task.CompletedTask;
    }

    [Fact]
    public async Task A_required_log_answers_after_the_commit_and_fails_while_the_database_is_away()
    {
        var options = Options with { LogRequired = true };
        var log = StartLog(options);
        await UntilAsync(() => log.IsAvailable);
        await log.FinishAsync(Records.Clean("q1"), Cancellation);
        (await NumberAsync("SELECT count(*) FROM msgs WHERE content = 'C'")).ShouldBe(1);

        var nowhere = Keep(new AmavisDatabase(new SqlDsn(SqlProvider.Postgres, "Host=/nonexistent;Database=x;Username=x")));
        var away = StartLog(options with { JournalDirectory = Path.Combine(Directory, "away") }, nowhere);
        away.IsAvailable.ShouldBeFalse();
        using var deadline = new CancellationTokenSource(TimeSpan.FromMilliseconds(50));
        await Should.ThrowAsync<StorageUnavailableException>(async () => await away.FinishAsync(Records.Clean("q2"), deadline.Token));
    }

    [Fact]
    public async Task A_second_database_is_used_when_the_first_is_away()
    {
        var nowhere = Keep(new AmavisDatabase(new SqlDsn(SqlProvider.Postgres, "Host=/nonexistent;Database=x;Username=x")));
        var log = Keep(SqlMessageLog.Start([nowhere, Database], Options, Counters, TimeProvider.System, Log));
        foreach (var record in Records.Many(5))
            await log.FinishAsync(record, Cancellation);
        await log.FlushAsync(Cancellation);
        await AllStoredAsync(5);
    }

    [Fact]
    public async Task A_row_the_database_refuses_is_put_aside_and_does_not_block_the_others()
    {
        await MigrateAsync();
        await ExecuteAsync(Server.Provider == SqlProvider.Postgres
            ? "ALTER TABLE msgs ADD CONSTRAINT no_bad CHECK (position('bad' in subject) = 0)"
            : "CREATE TRIGGER no_bad BEFORE INSERT ON msgs WHEN NEW.subject LIKE '%bad%' BEGIN SELECT RAISE(ABORT, 'bad'); END");
        var log = StartLog(Options with { BatchDelay = TimeSpan.FromMilliseconds(50) });
        await log.FinishAsync(Records.Clean("g1"), Cancellation);
        await log.FinishAsync(Records.Clean("g2") with { Subject = "something bad" }, Cancellation);
        await log.FinishAsync(Records.Clean("g3"), Cancellation);
        await log.FlushAsync(Cancellation);

        (await RowsAsync("SELECT mail_id FROM msgs ORDER BY mail_id")).ShouldBe(["g1", "g3"]);
        (await File.ReadAllTextAsync(Path.Combine(JournalDirectory, "rejected.jsonl"), Cancellation)).ShouldContain("something bad");
        Counters.Get("LogRowsPending").ShouldBe(0);
        Log.Lines.ShouldContain(l => l.Id == 7013 && l.Text.Contains("g2", StringComparison.Ordinal));
    }
}

public sealed class SqliteOutageTests() : OutageTests(new SqliteFiles())
{
    [Fact]
    public async Task A_damaged_file_is_put_aside_and_mail_goes_on_with_a_new_one()
    {
        await MigrateAsync();
        await Database.DisposeAsync();
        await File.WriteAllTextAsync(Database.SqlitePath!, new string('x', 50_000), Cancellation);

        var again = Keep(new AmavisDatabase(Dsn));
        var log = StartLog(database: again);
        await log.FinishAsync(Records.Clean("d1"), Cancellation);
        await log.FlushAsync(Cancellation);

        Log.Lines.ShouldContain(l => l.Id == 7020);
        System.IO.Directory.GetFiles(Path.GetDirectoryName(again.SqlitePath)!, "amavis.db.damaged-*").Length.ShouldBe(1);
        await using var context = await again.CreateContextAsync(Cancellation);
        context.Msgs.Select(m => m.MailId).ToList().ShouldBe(["d1"]);
    }
}

[Collection(PostgresCollection.Name)]
public sealed class PostgresOutageTests(PostgresFixture fixture) : OutageTests(fixture)
{
    [Fact]
    public async Task A_crashing_server_loses_no_record()
    {
        var log = StartLog();
        var records = Records.Many(1000).ToList();
        for (var i = 0; i < records.Count; i++)
        {
            await log.FinishAsync(records[i], Cancellation);
            if (i is 200 or 500 or 800)
                await fixture.Server.KillAsync();
            if (i is 300 or 600 or 900)
                await fixture.Server.StartAsync();
        }
        await log.FlushAsync(Cancellation);
        (await NumberAsync("SELECT count(*) FROM msgs WHERE content = 'C'")).ShouldBe(1000);
        (await NumberAsync("SELECT count(*) FROM msgrcpt")).ShouldBe(2000);
        Counters.Get("LogRowsReplayed").ShouldBeGreaterThan(0);
    }

    [Fact]
    public async Task A_silent_server_is_noticed_without_mail_when_the_log_is_required()
    {
        var log = StartLog(Options with { LogRequired = true });
        await UntilAsync(() => log.IsAvailable);
        await fixture.Server.StopAsync();
        await UntilAsync(() => !log.IsAvailable);
        await fixture.Server.StartAsync();
        await UntilAsync(() => log.IsAvailable);
    }
}
