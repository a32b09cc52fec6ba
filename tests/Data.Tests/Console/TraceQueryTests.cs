using Amavis.Core.Categories;
using Amavis.Data.Console;
using Amavis.Testing.Console;

namespace Amavis.Data.Tests.Console;

public abstract class TraceQueryTests : ConsoleTestBase
{
    private async Task<IReadOnlyList<string>> FindAsync(TraceFilter filter) =>
        [.. (await new TraceQuery(Seed.Contexts, Clock).SearchAsync(Owner, filter, null, 50, default)).Messages.Select(m => m.Key.MailId)];

    [Fact]
    public async Task Without_conditions_all_messages_come_newest_first_with_their_recipients()
    {
        await Seed.AddAsync(new SeedMessage("older", Noon.AddHours(-2)));
        await Seed.AddAsync(new SeedMessage("newer", Noon.AddHours(-1)) { Recipients = [new("a@example.com"), new("b@example.com") { Ds = 'D', Content = 'S', Score = 9.5f }] });
        var page = await new TraceQuery(Seed.Contexts, Clock).SearchAsync(Owner, TraceFilter.Empty, null, 50, default);
        page.Next.ShouldBeNull();
        page.Messages.Select(m => m.Key.MailId).ShouldBe(["newer", "older"]);
        page.Messages[0].Recipients.Select(r => (r.Position, r.Address, r.Content, r.DeliveryStatus)).ShouldBe(
            [(1, "a@example.com", (char?)'C', 'P'), (2, "b@example.com", (char?)'S', 'D')]);
    }

    [Fact]
    public async Task Pages_follow_one_another_over_messages_of_the_same_second_without_loss_or_repetition()
    {
        var ids = Enumerable.Range(0, 23).Select(i => $"M{i:00}x").ToList();
        foreach (var id in ids)
            await Seed.AddAsync(new SeedMessage(id, Noon));
        await Seed.AddAsync(new SeedMessage("M05x", Noon) { Tag = 7 });
        var query = new TraceQuery(Seed.Contexts, Clock);
        var seen = new List<MessageKey>();
        PageCursor? cursor = null;
        for (var pages = 0; pages < 10; pages++)
        {
            var page = await query.SearchAsync(Owner, TraceFilter.Empty, cursor, 5, default);
            seen.AddRange(page.Messages.Select(m => m.Key));
            if (page.Next is null)
                break;
            PageCursor.TryParse(page.Next, out var next).ShouldBeTrue();
            cursor = next;
        }
        seen.Count.ShouldBe(24);
        seen.Distinct().Count().ShouldBe(24);
    }

    [Fact]
    public async Task Mail_that_arrives_meanwhile_does_not_shift_the_next_page()
    {
        for (var i = 0; i < 4; i++)
            await Seed.AddAsync(new SeedMessage($"m{i}", Noon.AddMinutes(-i)));
        var query = new TraceQuery(Seed.Contexts, Clock);
        var first = await query.SearchAsync(Owner, TraceFilter.Empty, null, 2, default);
        await Seed.AddAsync(new SeedMessage("new1", Noon.AddMinutes(1)));
        PageCursor.TryParse(first.Next, out var cursor).ShouldBeTrue();
        var second = await query.SearchAsync(Owner, TraceFilter.Empty, cursor, 2, default);
        second.Messages.Select(m => m.Key.MailId).ShouldBe(["m2", "m3"]);
    }

    [Theory]
    [InlineData("alice@sub.example.com", "one")]
    [InlineData("Alice@Sub.Example.COM", "one")]
    [InlineData("<alice@sub.example.com>", "one")]
    [InlineData("@sub.example.com", "one")]
    [InlineData("@example.com", "two")]
    [InlineData(".example.com", "two,one")]
    [InlineData(".ample.com", "")]
    [InlineData("lic", "one")]
    [InlineData("LIC", "one")]
    [InlineData("<>", "null")]
    [InlineData("jö", "four")]
    [InlineData("o'x\\", "five")]
    public async Task Senders_are_found_by_address_domain_and_piece(string term, string expected)
    {
        await Seed.AddAsync(new SeedMessage("one", Noon.AddMinutes(-2)) { Sender = "alice@sub.example.com" });
        await Seed.AddAsync(new SeedMessage("two", Noon.AddMinutes(-1)) { Sender = "bob@example.com" });
        await Seed.AddAsync(new SeedMessage("null", Noon.AddMinutes(-3)) { Sender = "" });
        await Seed.AddAsync(new SeedMessage("four", Noon.AddMinutes(-4)) { Sender = "jörg@xn--bcher-kva.test" });
        await Seed.AddAsync(new SeedMessage("five", Noon.AddMinutes(-5)) { Sender = "\"o'x\\\\y\"@far.test" });
        (await FindAsync(new TraceFilter { Sender = term })).ShouldBe(expected.Split(',', StringSplitOptions.RemoveEmptyEntries));
    }

    [Fact]
    public async Task All_conditions_on_recipients_must_hold_for_the_same_one()
    {
        await Seed.AddAsync(new SeedMessage("mixed", Noon)
        {
            Recipients = [new("a@example.com") { Content = 'S', Ds = 'D', Score = 12 }, new("b@example.com")],
        });
        (await FindAsync(new TraceFilter { Recipient = "a@example.com", Verdicts = ['S'] })).ShouldBe(["mixed"]);
        (await FindAsync(new TraceFilter { Recipient = "b@example.com", Verdicts = ['S'] })).ShouldBeEmpty();
        (await FindAsync(new TraceFilter { Recipient = "b@example.com", MinScore = 5 })).ShouldBeEmpty();
        (await FindAsync(new TraceFilter { Recipient = "a@example.com", Statuses = ['D', 'B'], MinScore = 12, MaxScore = 12 })).ShouldBe(["mixed"]);
    }

    [Fact]
    public async Task Old_and_odd_content_letters_are_found_and_shown_by_their_meaning()
    {
        await Seed.AddAsync(new SeedMessage("blank", Noon) { Content = "S", Recipients = [new("a@example.com") { Content = ' ', Ds = 'D' }] });
        await Seed.AddAsync(new SeedMessage("oldY", Noon.AddMinutes(-1)) { Content = "s", Recipients = [new("a@example.com") { Content = 's' }] });
        await Seed.AddAsync(new SeedMessage("refused", Noon.AddMinutes(-2)) { Content = "?", Recipients = [new("a@example.com") { Content = '?', Ds = 'R' }] });
        await Seed.AddAsync(new SeedMessage("unknown", Noon.AddMinutes(-3)) { Content = "?", Recipients = [new("a@example.com") { Content = '?', Ds = 'P' }] });
        (await FindAsync(new TraceFilter { Verdicts = ['S'] })).ShouldBe(["blank"]);
        (await FindAsync(new TraceFilter { Verdicts = ['Y'] })).ShouldBe(["oldY"]);
        (await FindAsync(new TraceFilter { Verdicts = ['T'] })).ShouldBe(["refused"]);
        (await FindAsync(new TraceFilter { Verdicts = ['?'] })).ShouldBe(["unknown"]);
        (await FindAsync(new TraceFilter { Verdicts = ['T', '?'] })).ShouldBe(["refused", "unknown"]);
        var all = await new TraceQuery(Seed.Contexts, Clock).SearchAsync(Owner, TraceFilter.Empty, null, 50, default);
        all.Messages.Select(m => m.Recipients[0].Content).ShouldBe(['S', 'Y', 'T', '?']);
    }

    [Fact]
    public async Task Time_subject_identifiers_client_and_answer_are_conditions()
    {
        await Seed.AddAsync(new SeedMessage("first", Noon.AddDays(-1))
        {
            Subject = "Invoice 100% due_now",
            MessageId = "<inv@shop.test>",
            Client = "2001:db8::7",
            LogId = "777-01",
            Explanation = "{\"queueId\":\"FRONT42\"}",
            Recipients = [new("a@example.com") { Response = "250 2.0.0 Ok: queued as NEXT99" }],
        });
        await Seed.AddAsync(new SeedMessage("second", Noon) { Subject = "Lunch", QuarType = "Q" });
        await Seed.AddAsync(new SeedMessage("third", Noon.AddMinutes(-5)) { Content = null, QuarType = null, Recipients = [] });
        (await FindAsync(new TraceFilter { Subject = "INVOICE" })).ShouldBe(["first"]);
        (await FindAsync(new TraceFilter { Subject = "100% due_" })).ShouldBe(["first"]);
        (await FindAsync(new TraceFilter { Subject = "due%now" })).ShouldBeEmpty();
        (await FindAsync(new TraceFilter { MessageId = "inv@shop.test" })).ShouldBe(["first"]);
        (await FindAsync(new TraceFilter { MessageId = "<inv@shop.test>" })).ShouldBe(["first"]);
        (await FindAsync(new TraceFilter { ClientAddress = "2001:db8::7" })).ShouldBe(["first"]);
        (await FindAsync(new TraceFilter { LogId = "777-01" })).ShouldBe(["first"]);
        (await FindAsync(new TraceFilter { QueueId = "NEXT99" })).ShouldBe(["first"]);
        (await FindAsync(new TraceFilter { QueueId = "FRONT42" })).ShouldBe(["first"]);
        (await FindAsync(new TraceFilter { Response = "queued as NEXT" })).ShouldBe(["first"]);
        (await FindAsync(new TraceFilter { MailId = "second" })).ShouldBe(["second"]);
        (await FindAsync(new TraceFilter { Before = Noon.AddHours(-1) })).ShouldBe(["first"]);
        (await FindAsync(new TraceFilter { Since = Noon })).ShouldBe(["second"]);
        (await FindAsync(new TraceFilter { Quarantined = true })).ShouldBe(["second"]);
        (await FindAsync(new TraceFilter { Unfinished = true })).ShouldBe(["third"]);
    }

    [Fact]
    public async Task Direction_is_of_message_and_recipient_together()
    {
        await Seed.AddAsync(new SeedMessage("in", Noon));
        await Seed.AddAsync(new SeedMessage("out", Noon.AddMinutes(-1)) { Originating = "Y", Recipients = [new("x@far.test") { IsLocal = 'N' }] });
        await Seed.AddAsync(new SeedMessage("internal", Noon.AddMinutes(-2)) { Originating = "Y" });
        await Seed.AddAsync(new SeedMessage("relay", Noon.AddMinutes(-3)) { Recipients = [new("x@far.test") { IsLocal = 'N' }] });
        await Seed.AddAsync(new SeedMessage("old", Noon.AddMinutes(-4)) { Originating = " ", Recipients = [new("x@far.test") { IsLocal = ' ' }] });
        (await FindAsync(new TraceFilter { Direction = MailDirection.Inbound })).ShouldBe(["in"]);
        (await FindAsync(new TraceFilter { Direction = MailDirection.Outbound })).ShouldBe(["out"]);
        (await FindAsync(new TraceFilter { Direction = MailDirection.Internal })).ShouldBe(["internal"]);
        (await FindAsync(new TraceFilter { Direction = MailDirection.OpenRelay })).ShouldBe(["relay"]);
    }

    [Fact]
    public async Task Scores_are_compared_with_the_tolerance_of_single_precision()
    {
        await Seed.AddAsync(new SeedMessage("four", Noon) { Recipients = [new("a@example.com") { Score = -3.9999957f }] });
        (await FindAsync(new TraceFilter { MaxScore = -4 })).ShouldBe(["four"]);
        (await FindAsync(new TraceFilter { MinScore = -3.99 })).ShouldBeEmpty();
    }

    [Fact]
    public async Task What_is_not_finished_after_an_hour_is_lost()
    {
        await Seed.AddAsync(new SeedMessage("working", Noon.AddMinutes(-59)) { Content = null, Recipients = [] });
        await Seed.AddAsync(new SeedMessage("lost", Noon.AddMinutes(-61)) { Content = null, Recipients = [] });
        var page = await new TraceQuery(Seed.Contexts, Clock).SearchAsync(Owner, TraceFilter.Empty, null, 50, default);
        page.Messages.Select(m => (m.Key.MailId, m.Content, m.IsLost)).ShouldBe([("working", null, false), ("lost", null, true)]);
    }

    [Fact]
    public async Task The_same_mail_id_under_two_tags_is_two_messages()
    {
        await Seed.AddAsync(new SeedMessage("same", Noon) { Recipients = [new("a@example.com")] });
        await Seed.AddAsync(new SeedMessage("same", Noon.AddMinutes(-1)) { Tag = 12, Recipients = [new("b@example.com")] });
        var page = await new TraceQuery(Seed.Contexts, Clock).SearchAsync(Owner, TraceFilter.Empty, null, 50, default);
        page.Messages.Select(m => (m.Key.PartitionTag, m.Recipients.Single().Address)).ShouldBe([(0, "a@example.com"), (12, "b@example.com")]);
    }

    [Fact]
    public async Task Somebody_without_a_role_gets_nothing()
    {
        var query = new TraceQuery(Seed.Contexts, Clock);
        await Should.ThrowAsync<RightsException>(() => query.SearchAsync(new ConsoleViewer("x", ConsoleRole.None), TraceFilter.Empty, null, 50, default));
    }
}
