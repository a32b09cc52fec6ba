using Amavis.Core.Messages;
using Amavis.Data.Console;
using Amavis.Protocols.AmPdp;
using Amavis.Testing.Console;

namespace Amavis.Web.Tests;

/// <summary>Spam scanners taught from the console.</summary>
public sealed class LearnTests(ConsoleFixture console) : IClassFixture<ConsoleFixture>
{
    private static readonly ConsoleViewer Reader = new("t", ConsoleRole.Owner);

    private async Task<Page> ActAsync(string act, bool learn, string key, string user = "owner")
    {
        var browser = await console.SignInAsync(user);
        var list = await browser.GetAsync("/quarantine?state=any");
        return await browser.SubmitAsync(list, "form[data-list]", new() { ["Form.Act"] = act }, v => v == key || (learn && v == "true"));
    }

    private static SeedRecipient Held(string address, char content = 'S') => new(address) { Content = content, Ds = 'D', Score = 9 };

    private IEnumerable<ReleaseRequest> Requests(string id) => console.Daemon.Requests.Where(r => r.MailId == id);

    [Fact]
    public async Task Released_spam_is_learned_as_ham_after_it_went_out()
    {
        var key = await console.Seed.AddAsync(SampleMail.Spam("learn1", Held("l1@example.com")));

        var answer = await ActAsync("release", learn: true, key.ToString());

        answer.Document.QuerySelectorAll("[data-state=done]").Select(n => n.TextContent).ShouldSatisfyAllConditions(n => n.Count().ShouldBe(2), n => n.Last().ShouldContain("Learned as not spam."));
        Requests("learn1").Select(r => (r.Kind, r.LearnAs)).ShouldBe([(ReleaseKind.Release, null), (ReleaseKind.Learn, SpamClass.Ham)]);
        (await console.Audit.ReadOfAsync(Reader, key.ToString(), 5, default)).Select(a => a.Action).ShouldBe(["release", "learn-ham"], ignoreOrder: true);
    }

    [Fact]
    public async Task A_release_without_the_box_teaches_nothing()
    {
        var key = await console.Seed.AddAsync(SampleMail.Spam("learn2", Held("l2@example.com")));

        await ActAsync("release", learn: false, key.ToString());

        Requests("learn2").Select(r => r.Kind).ShouldBe([ReleaseKind.Release]);
    }

    [Fact]
    public async Task Mail_that_was_held_for_something_else_teaches_nothing_of_spam()
    {
        var key = await console.Seed.AddAsync(SampleMail.Spam("learn3", Held("l3@example.com", 'B')) with { Content = "B" });

        await ActAsync("release", learn: true, key.ToString());

        Requests("learn3").Select(r => r.Kind).ShouldBe([ReleaseKind.Release]);
    }

    [Fact]
    public async Task A_scanner_that_does_not_learn_leaves_the_release_as_it_is()
    {
        var key = await console.Seed.AddAsync(SampleMail.Spam("learn4", Held("l4@example.com")));
        console.Daemon.Learning["learn4"] = new SmtpReply(450, "4.5.0 SpamAssassin: no answer in time");

        var answer = await ActAsync("release", learn: true, key.ToString());

        answer.Find("[data-state=done]").TextContent.ShouldContain("The next hop has taken it.");
        answer.Find("[data-state=failed]").TextContent.ShouldContain("no answer in time");
        (await console.StatesAsync(key)).ShouldBe("R");
    }

    [Fact]
    public async Task This_is_spam_teaches_and_leaves_the_message_where_it_is()
    {
        var key = await console.Seed.AddAsync(SampleMail.Spam("learn5", Held("l5@example.com", 'B')) with { Content = "B" });

        (await ActAsync("spam", learn: true, key.ToString())).Find("[data-state=done]").TextContent.ShouldContain("Learned as spam.");

        Requests("learn5").Select(r => (r.Kind, r.LearnAs)).ShouldBe([(ReleaseKind.Learn, SpamClass.Spam)]);
        (await console.StatesAsync(key)).ShouldBe(" ");
        (await console.Audit.ReadOfAsync(Reader, key.ToString(), 5, default)).Single().Action.ShouldBe("learn-spam");
    }

    [Fact]
    public async Task The_box_stands_where_spam_is_released_and_nowhere_else()
    {
        var spam = await console.Seed.AddAsync(SampleMail.Spam("learn6", Held("l6@example.com")));
        var banned = await console.Seed.AddAsync(SampleMail.Spam("learn7", Held("l7@example.com", 'B')) with { Content = "B" });
        var browser = await console.SignInAsync();

        (await browser.GetAsync($"/messages/{spam}?tab=recipients")).Document.QuerySelectorAll("input[name='Form.Learn'][checked]").Length.ShouldBe(1);
        (await browser.GetAsync($"/messages/{banned}?tab=recipients")).Document.QuerySelectorAll("input[name='Form.Learn']").ShouldBeEmpty();
        (await (await console.SignInAsync("auditor")).GetAsync($"/messages/{spam}?tab=recipients")).Document.QuerySelectorAll("input[name='Form.Learn'], button[value=spam]").ShouldBeEmpty();
    }
}
