using Amavis.Core.Categories;
using Amavis.Core.Explaining;
using Amavis.Data.Console;
using Amavis.Testing.Console;

namespace Amavis.Data.Tests.Console;

public abstract class TodayAndMessageTests : ConsoleTestBase
{
    private static readonly DateTimeOffset Midnight = Noon.AddHours(-12);

    [Fact]
    public async Task Today_counts_deliveries_by_verdict_direction_and_hour()
    {
        await Seed.AddAsync(new SeedMessage("clean", Midnight.AddMinutes(30)) { Recipients = [new("a@example.com"), new("b@example.com")] });
        await Seed.AddAsync(new SeedMessage("out", Midnight.AddHours(2)) { Originating = "Y", Recipients = [new("x@far.test") { IsLocal = 'N' }] });
        await Seed.AddAsync(new SeedMessage("virus", Midnight.AddHours(3))
        {
            Content = "V",
            QuarType = "Q",
            Recipients = [new("a@example.com") { Content = 'V', Ds = 'D', Response = "250 2.7.0 Ok, discarded, id=1-1 - INFECTED: Eicar-Test, Other.Name" }],
        });
        await Seed.AddAsync(new SeedMessage("spam", Midnight.AddHours(3)) { Content = "S", Recipients = [new("a@example.com") { Content = 'S', Ds = 'R' }] });
        await Seed.AddAsync(new SeedMessage("working", Noon.AddMinutes(-2)) { Content = null, Recipients = [] });
        await Seed.AddAsync(new SeedMessage("lost", Noon.AddHours(-5)) { Content = null, Recipients = [] });
        await Seed.AddAsync(new SeedMessage("yesterday", Midnight.AddSeconds(-1)));
        var today = await new TodayQuery(Seed.Contexts, Clock).ReadAsync(Owner, Midnight, default);
        today.Deliveries.ShouldBe(5);
        today.Blocked.ShouldBe(2);
        today.Held.ShouldBe(new CappedCount(1, More: false));
        today.InProgress.ShouldBe(1);
        today.Lost.ShouldBe(1);
        today.Verdicts.ShouldBe([
            new VerdictCount(MailDirection.Inbound, 'V', 1, 1), new VerdictCount(MailDirection.Inbound, 'S', 1, 1),
            new VerdictCount(MailDirection.Inbound, 'C', 2, 0), new VerdictCount(MailDirection.Outbound, 'C', 1, 0)], ignoreOrder: true);
        today.Hours.Count.ShouldBe(13);
        today.Hours.Take(4).Select(h => (h.Deliveries, h.Blocked)).ShouldBe([(2, 0), (0, 0), (1, 0), (2, 2)]);
        today.Reasons.ShouldBe([new ReasonCount('V', "Eicar-Test", 1), new ReasonCount('V', "Other.Name", 1), new ReasonCount('S', null, 1)], ignoreOrder: true);
        today.RecentBlocked.Select(m => m.Key.MailId).ShouldBe(["virus", "spam"]);
    }

    [Fact]
    public async Task An_empty_day_is_all_zeros()
    {
        var today = await new TodayQuery(Seed.Contexts, Clock).ReadAsync(Owner, Midnight, default);
        (today.Deliveries, today.Blocked, today.Held.Count, today.Reasons.Count, today.RecentBlocked.Count).ShouldBe((0, 0, 0, 0, 0));
    }

    [Theory]
    [InlineData("250 2.7.0 Ok, discarded, id=1 - INFECTED: A, B, A", "A|B")]
    [InlineData("554 5.7.0 Reject, id=1 - BANNED: multipart/mixed | application/x-msdownload,.exe,a, b.exe", "multipart/mixed | application/x-msdownload,.exe,a, b.exe")]
    [InlineData("250 2.7.0 Ok, discarded, id=1 - spam", "")]
    [InlineData("", "")]
    public void Names_stand_in_the_answer(string answer, string names) =>
        string.Join('|', FoundNames.In(answer)).ShouldBe(names);

    [Fact]
    public async Task A_message_comes_with_its_explanation()
    {
        var explanation = new MessageExplanation { LogId = "1-1", PolicyPath = "ORIGINATING", Recipients = [new RecipientExplanation { Address = "a@example.com", KillLevel = 6.9 }] };
        var key = await Seed.AddAsync(new SeedMessage("explained", Noon) { Tag = 5, Explanation = explanation.ToJson() });
        var view = await new MessageQuery(Seed.Contexts, Clock).FindAsync(Owner, key, default);
        view!.Explanation!.PolicyPath.ShouldBe("ORIGINATING");
        view.Explanation.Recipients[0].KillLevel.ShouldBe(6.9);
        view.Host.ShouldBe("mx.example.com");
        view.Summary.Recipients.Single().Address.ShouldBe("user@example.com");
    }

    [Theory]
    [InlineData(0, "explained")]
    [InlineData(5, "other")]
    public async Task A_wrong_tag_or_id_finds_nothing(int tag, string id)
    {
        await Seed.AddAsync(new SeedMessage("explained", Noon) { Tag = 5 });
        (await new MessageQuery(Seed.Contexts, Clock).FindAsync(Owner, new MessageKey(tag, id), default)).ShouldBeNull();
    }

    [Fact]
    public async Task A_damaged_explanation_is_none()
    {
        var key = await Seed.AddAsync(new SeedMessage("damaged", Noon) { Explanation = "{\"version\":" });
        (await new MessageQuery(Seed.Contexts, Clock).FindAsync(Owner, key, default))!.Explanation.ShouldBeNull();
    }

    [Theory]
    [InlineData("0-sEv2GNrSY3dx", true)]
    [InlineData("25-aX3C4f6btX-_", true)]
    [InlineData("0-a", true)]
    [InlineData("0--a", false)]
    [InlineData("-1-abc", false)]
    [InlineData("0-", false)]
    [InlineData("x-abc", false)]
    [InlineData("0-abc/../d", false)]
    [InlineData("0-abc\r\nd", false)]
    [InlineData("0-aaaaaaaaaaaaaaaaa", false)]
    [InlineData("99999999999-abc", false)]
    [InlineData("", false)]
    [InlineData(null, false)]
    public void Keys_are_read_strictly(string? text, bool good)
    {
        MessageKey.TryParse(text, out var key).ShouldBe(good);
        if (good)
            key.ToString().ShouldBe(text);
    }
}
