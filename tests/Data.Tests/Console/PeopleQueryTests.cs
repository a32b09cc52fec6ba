using Amavis.Data.Console;
using Amavis.Testing.Console;

namespace Amavis.Data.Tests.Console;

public abstract class PeopleQueryTests : ConsoleTestBase
{
    private PeopleQuery Query => new(Seed.Contexts);

    [Fact]
    public async Task Correspondents_are_counted_in_both_directions_over_all_tags()
    {
        await Seed.AddAsync(new SeedMessage("a1", Noon.AddDays(-3)) { Sender = "u@example.com", Recipients = [new SeedRecipient("x@far.test"), new SeedRecipient("y@far.test")] });
        await Seed.AddAsync(new SeedMessage("a2", Noon.AddDays(-1)) { Tag = 7, Sender = "u@example.com", Recipients = [new SeedRecipient("x@far.test")] });
        await Seed.AddAsync(new SeedMessage("a3", Noon.AddHours(-1)) { Sender = "x@far.test", Recipients = [new SeedRecipient("u@example.com")] });
        await Seed.AddAsync(new SeedMessage("a4", Noon) { Sender = "spammer@bad.test", Content = "S", Recipients = [new SeedRecipient("u@example.com") { Content = 'S', Ds = 'D' }] });
        var people = await Query.FindAsync(Auditor, " <U@EXAMPLE.com>", default);
        people.IsKnown.ShouldBeTrue();
        people.IsCut.ShouldBeFalse();
        people.Correspondents.ShouldBe([
            new Correspondent("x@far.test", 2, 1, Noon.AddDays(-1), Noon.AddHours(-1), 0),
            new Correspondent("y@far.test", 1, 0, Noon.AddDays(-3), null, 0),
            new Correspondent("spammer@bad.test", 0, 0, null, null, 1),
        ]);
    }

    [Fact]
    public async Task Viruses_and_unfinished_messages_do_not_count()
    {
        await Seed.AddAsync(new SeedMessage("b1", Noon) { Sender = "u@example.com", Content = "V", Recipients = [new SeedRecipient("x@far.test") { Content = 'V' }] });
        await Seed.AddAsync(new SeedMessage("b2", Noon) { Sender = "u@example.com", Content = null, Recipients = [new SeedRecipient("x@far.test")] });
        (await Query.FindAsync(Owner, "u@example.com", default)).Correspondents.ShouldBeEmpty();
    }

    [Fact]
    public async Task An_address_nobody_has_seen_is_unknown() => (await Query.FindAsync(Owner, "ghost@example.com", default)).IsKnown.ShouldBeFalse();
}
