using Amavis.Data.Console;
using Amavis.Testing;
using Amavis.Testing.Console;
using Microsoft.EntityFrameworkCore;

namespace Amavis.Data.Tests.Console;

public abstract class QuarantineTests : ConsoleTestBase
{
    private static SeedMessage Spam(string id, params SeedRecipient[] recipients) => new(id, Noon.AddHours(-1))
    {
        Content = "S",
        QuarType = "Q",
        QuarLoc = id,
        Subject = "Buy now",
        Text = Octets.Of(new string('x', 2500)),
        Recipients = recipients.Length > 0 ? recipients : [new("a@example.com") { Content = 'S', Ds = 'D', Score = 15 }],
    };

    private async Task<IReadOnlyList<string>> ListAsync(QuarantineFilter filter) =>
        [.. (await new QuarantineQuery(Seed.Contexts, Clock).ListAsync(Owner, filter, null, 50, default)).Messages.Select(m => m.Key.MailId)];

    private async Task<string> StatesAsync(MessageKey key)
    {
        await using var context = await Seed.Contexts.CreateDbContextAsync();
        return string.Concat(await context.Msgrcpt.Where(r => r.PartitionTag == key.PartitionTag && r.MailId == key.MailId).OrderBy(r => r.Rseqnum).Select(r => r.Rs).ToListAsync());
    }

    private async Task<int> ChunksAsync(MessageKey key)
    {
        await using var context = await Seed.Contexts.CreateDbContextAsync();
        return await context.Quarantine.CountAsync(q => q.PartitionTag == key.PartitionTag && q.MailId == key.MailId);
    }

    [Fact]
    public async Task Held_is_what_somebody_did_not_get_and_nothing_was_done_about()
    {
        await Seed.AddAsync(Spam("held"));
        await Seed.AddAsync(Spam("passed", new SeedRecipient("a@example.com") { Content = 'H', Ds = 'P' }));
        await Seed.AddAsync(Spam("partly", new SeedRecipient("a@example.com"), new SeedRecipient("b@example.com") { Content = 'S', Ds = 'D' }));
        await Seed.AddAsync(Spam("released", new SeedRecipient("a@example.com") { Content = 'S', Ds = 'D', Rs = 'R' }));
        await Seed.AddAsync(Spam("deleted", new SeedRecipient("a@example.com") { Content = 'S', Ds = 'D', Rs = 'D' }));
        await Seed.AddAsync(Spam("asked", new SeedRecipient("a@example.com") { Content = 'S', Ds = 'D', Rs = 'p' }));
        await Seed.AddAsync(Spam("mailbox") with { QuarType = "M" });
        await Seed.AddAsync(Spam("blocked") with { QuarType = " " });
        await Seed.AddAsync(Spam("working") with { Content = null });
        (await ListAsync(QuarantineFilter.Default)).ShouldBe(["held", "partly", "asked"], ignoreOrder: true);
        (await ListAsync(new QuarantineFilter { State = QuarantineState.Requested })).ShouldBe(["asked"]);
        (await ListAsync(new QuarantineFilter { State = QuarantineState.Released })).ShouldBe(["released"]);
        (await ListAsync(new QuarantineFilter { State = QuarantineState.Deleted })).ShouldBe(["deleted"]);
        (await ListAsync(new QuarantineFilter { State = QuarantineState.Any })).ShouldBe(["held", "passed", "partly", "released", "deleted", "asked"], ignoreOrder: true);
    }

    [Fact]
    public async Task Text_recipient_verdict_and_age_are_conditions()
    {
        await Seed.AddAsync(Spam("spam"));
        await Seed.AddAsync(Spam("virus", new SeedRecipient("b@other.test") { Content = 'V', Ds = 'D' }) with { Content = "V", Subject = "Parcel", Sender = "bad@evil.test", Time = Noon.AddDays(-9) });
        (await ListAsync(new QuarantineFilter { Text = "buy" })).ShouldBe(["spam"]);
        (await ListAsync(new QuarantineFilter { Text = "evil" })).ShouldBe(["virus"]);
        (await ListAsync(new QuarantineFilter { Recipient = "@other.test" })).ShouldBe(["virus"]);
        (await ListAsync(new QuarantineFilter { Verdicts = ['V', 'B'] })).ShouldBe(["virus"]);
        (await ListAsync(new QuarantineFilter { YoungerThan = TimeSpan.FromDays(7) })).ShouldBe(["spam"]);
        (await ListAsync(new QuarantineFilter { OlderThan = TimeSpan.FromDays(7) })).ShouldBe(["virus"]);
    }

    [Fact]
    public async Task A_release_marks_only_the_recipients_it_went_to()
    {
        var key = await Seed.AddAsync(Spam("two", new SeedRecipient("a@example.com") { Ds = 'D' }, new SeedRecipient("b@example.com") { Ds = 'D' }));
        var other = await Seed.AddAsync(Spam("two", new SeedRecipient("a@example.com") { Ds = 'D' }, new SeedRecipient("b@example.com") { Ds = 'D' }) with { Tag = 3 });
        await new ReleaseMarks(Seed.Contexts).MarkReleasedAsync(Owner, key, [2], default);
        (await StatesAsync(key)).ShouldBe(" R");
        (await StatesAsync(other)).ShouldBe("  ");
    }

    [Fact]
    public async Task The_kept_text_goes_when_every_recipient_has_got_it_or_is_marked_deleted()
    {
        var key = await Seed.AddAsync(Spam("three", new SeedRecipient("a@example.com") { Ds = 'D', Rs = 'R' }, new SeedRecipient("b@example.com") { Ds = 'D' }, new SeedRecipient("c@example.com") { Ds = 'D', Rs = 'V' }));
        var marks = new ReleaseMarks(Seed.Contexts);
        (await marks.DeleteAsync(Owner, key, [2], default)).ShouldBe(new DeleteResult(1, TextRemoved: false));
        (await StatesAsync(key)).ShouldBe("RDV");
        (await ChunksAsync(key)).ShouldBe(3);
        (await marks.DeleteAsync(Owner, key, null, default)).ShouldBe(new DeleteResult(1, TextRemoved: true));
        (await StatesAsync(key)).ShouldBe("RDD");
        (await ChunksAsync(key)).ShouldBe(0);
        (await marks.DeleteAsync(Owner, key, null, default)).ShouldBe(new DeleteResult(0, TextRemoved: false));
    }

    [Fact]
    public async Task Chunks_make_the_text_and_a_gap_makes_none()
    {
        var key = await Seed.AddAsync(Spam("whole"));
        var gap = await Seed.AddAsync(Spam("gap1"));
        await using (var context = await Seed.Contexts.CreateDbContextAsync())
            await context.Quarantine.Where(q => q.MailId == gap.MailId && q.ChunkInd == 2).ExecuteDeleteAsync();
        var copies = new KeptCopies(Seed.Contexts);
        (await copies.ReadChunksAsync(key, default))!.Length.ShouldBe(2500);
        (await copies.ReadChunksAsync(gap, default)).ShouldBeNull();
        (await copies.ReadChunksAsync(new MessageKey(0, "nothing"), default)).ShouldBeNull();
    }

    [Fact]
    public async Task An_auditor_reads_lists_but_neither_text_nor_changes()
    {
        var key = await Seed.AddAsync(Spam("held"));
        (await new QuarantineQuery(Seed.Contexts, Clock).ListAsync(Auditor, QuarantineFilter.Default, null, 50, default)).Messages.Count.ShouldBe(1);
        (await new KeptCopies(Seed.Contexts).FindAsync(Auditor, key, ConsoleRights.ReadContent, default)).ShouldBeNull();
        var marks = new ReleaseMarks(Seed.Contexts);
        await Should.ThrowAsync<RightsException>(() => marks.MarkReleasedAsync(Auditor, key, [1], default));
        await Should.ThrowAsync<RightsException>(() => marks.DeleteAsync(Auditor, key, null, default));
        (await StatesAsync(key)).ShouldBe(" ");
    }

    [Fact]
    public async Task The_secret_is_not_in_what_a_kept_copy_prints()
    {
        var key = await Seed.AddAsync(Spam("held"));
        var copy = await new KeptCopies(Seed.Contexts).FindAsync(Owner, key, ConsoleRights.Release, default);
        copy!.SecretId.ShouldBe("SECRETSECRET");
        copy.ToString().ShouldNotContain("SECRET");
    }
}
