using Amavis.Data.Model;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Metadata;
using Microsoft.EntityFrameworkCore.Migrations;

namespace Amavis.Data.Tests;

/// <summary>The EF model against a migrated database.</summary>
public abstract class ModelTests(ITestServer server) : DatabaseTests(server)
{
    public override async Task InitializeAsync()
    {
        await base.InitializeAsync();
        await MigrateAsync();
    }

    [Fact]
    public async Task What_the_writer_stored_is_read_as_text()
    {
        var log = StartLog();
        await log.FinishAsync(Records.Clean("a1", recipients: ["user1@example.com", "bob@far.test"]), Cancellation);
        await log.FlushAsync(Cancellation);

        var context = await ContextAsync();
        var rows = await (from m in context.Msgs
                          join r in context.Msgrcpt on new { m.PartitionTag, m.MailId } equals new { r.PartitionTag, r.MailId }
                          join s in context.Maddr on m.Sid equals s.Id
                          join to in context.Maddr on r.Rid equals to.Id
                          join e in context.Explanations on new { m.PartitionTag, m.MailId } equals new { e.PartitionTag, e.MailId }
                          where m.Content == "C" && r.Ds == "P" && r.Rs == " " && m.QuarType == " "
                          orderby r.Rseqnum
                          select new { m.MailId, m.SecretId, m.TimeNum, m.TimeIso, Sender = s.Email, Recipient = to.Email, r.BspamLevel, e.Explanation }).ToListAsync(Cancellation);

        rows.Select(r => r.Recipient).ShouldBe(["user1@example.com", "bob@far.test"]);
        rows[0].MailId.ShouldBe("a1");
        rows[0].SecretId.ShouldBe("sa1");
        rows[0].Sender.ShouldBe("sender@example.org");
        rows[0].TimeNum.ShouldBe(1795348870);
        rows[0].TimeIso.ShouldBe(Records.Noon);
        rows[0].BspamLevel!.Value.ShouldBe(1.301f, 0.0001);
        rows[0].Explanation.ShouldBe("{\"mailId\":\"a1\"}");
    }

    [Fact]
    public async Task Addresses_and_ids_are_searched_as_text()
    {
        var log = StartLog();
        await log.FinishAsync(Records.Clean("s1", recipients: ["user1@example.com", "bob@sub.far.test", "x@farther.test"]), Cancellation);
        await log.FlushAsync(Cancellation);

        var context = await ContextAsync();
        (await context.Maddr.CountAsync(a => a.Email == "bob@sub.far.test", Cancellation)).ShouldBe(1);
        (await context.Maddr.CountAsync(a => EF.Functions.Like(a.Email, "%far%"), Cancellation)).ShouldBe(2);
        var term = "user1@";
        (await context.Maddr.CountAsync(a => EF.Functions.Like(a.Email, term + "%"), Cancellation)).ShouldBe(1);
        (await context.Maddr.CountAsync(a => a.Domain == "test.far" || a.Domain.StartsWith("test.far."), Cancellation)).ShouldBe(1);
        string[] wanted = ["user1@example.com", "x@farther.test"];
        (await context.Maddr.CountAsync(a => wanted.Contains(a.Email), Cancellation)).ShouldBe(2);
        (await context.Msgs.CountAsync(m => m.MailId.CompareTo("s0") > 0, Cancellation)).ShouldBe(1);
    }

    [Fact]
    public async Task Lookup_rows_are_written_with_their_defaults()
    {
        var context = await ContextAsync();
        var policy = new PolicyRow { PolicyName = "site", SpamLover = "Y", SpamKillLevel = 6.5f, VirusQuarantineTo = "" };
        context.Policy.Add(policy);
        await context.SaveChangesAsync(Cancellation);
        var user = new UsersRow { Email = "@example.com", PolicyId = policy.Id, Priority = 0 };
        var sender = new MailaddrRow { Email = "news@far.test" };
        context.AddRange(user, sender);
        await context.SaveChangesAsync(Cancellation);
        context.Wblist.Add(new WblistRow { Rid = user.Id, Sid = sender.Id, Wb = "W" });
        await context.SaveChangesAsync(Cancellation);

        (await RowsAsync("SELECT u.email, u.priority, p.policy_name, p.spam_lover, p.spam_kill_level, p.virus_quarantine_to, p.banned_files_lover FROM users u JOIN policy p ON p.id = u.policy_id"))
            .ShouldBe(["@example.com|0|site|Y|6.5||NULL"]);
        (await RowsAsync("SELECT m.email, m.priority, w.wb FROM wblist w JOIN mailaddr m ON m.id = w.sid")).ShouldBe(["news@far.test|9|W"]);
    }

    [Fact]
    public async Task Accounts_are_unique_by_name_and_ordered_by_time()
    {
        var context = await ContextAsync();
        context.Accounts.Add(new AccountRow { UserName = "Ann", NormalizedName = "ANN", CreatedAt = Records.Noon, LockoutEnd = Records.Noon.AddMinutes(5) });
        context.Audit.Add(new AuditRow { Time = Records.Noon, Account = "Ann", Action = "sign-in", Hash = "00" });
        await context.SaveChangesAsync(Cancellation);

        var other = await ContextAsync();
        var account = await other.Accounts.SingleAsync(a => a.LockoutEnd > Records.Noon && a.CreatedAt <= Records.Noon, Cancellation);
        account.LockoutEnd.ShouldBe(Records.Noon.AddMinutes(5));
        account.LastSignInAt.ShouldBeNull();
        other.Accounts.Add(new AccountRow { UserName = "ann", NormalizedName = "ANN" });
        await Should.ThrowAsync<DbUpdateException>(other.SaveChangesAsync(Cancellation));
    }

    [Fact]
    public async Task The_migrations_say_what_the_model_says()
    {
        await using var context = Database.CreateContext(SchemaShape.Own(Server.Provider));
        var snapshot = context.GetService<IModelRuntimeInitializer>().Initialize((IModel)context.GetService<IMigrationsAssembly>().ModelSnapshot!.Model);
        var differences = context.GetService<IMigrationsModelDiffer>()
            .GetDifferences(snapshot.GetRelationalModel(), context.GetService<IDesignTimeModel>().Model.GetRelationalModel());
        differences.Select(d => d.GetType().Name).ShouldBeEmpty();
    }

    [Fact]
    public async Task The_script_beside_the_migrations_is_made_from_them()
    {
        await using var context = Database.CreateContext(SchemaShape.Own(Server.Provider));
        var script = context.GetService<IMigrator>().GenerateScript();
        var path = Path.Combine(Testing.Samples.Root, "migrations", Server.Provider.ToString(), "schema.sql");
        Lines(await File.ReadAllTextAsync(path, Cancellation)).ShouldBe(Lines(script));

        static IEnumerable<string> Lines(string text) => text.ReplaceLineEndings("\n").Split('\n').Select(l => l.TrimEnd()).Where(l => l.Length > 0);
    }
}

public sealed class SqliteModelTests() : ModelTests(new SqliteFiles());

[Collection(PostgresCollection.Name)]
public sealed class PostgresModelTests(PostgresFixture fixture) : ModelTests(fixture);
