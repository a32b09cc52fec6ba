using Amavis.Data.Console;
using Amavis.Testing.Console;
using AngleSharp.Dom;
using Microsoft.Extensions.DependencyInjection;

namespace Amavis.Web.Tests;

public sealed class ReleaseTests(ConsoleFixture console) : IClassFixture<ConsoleFixture>
{
    private static readonly ConsoleViewer Reader = new("t", ConsoleRole.Owner);

    private static async Task<Page> ActAsync(Browser browser, string act, params string[] items)
    {
        var list = await browser.GetAsync("/quarantine?state=any");
        return await browser.SubmitAsync(list, "form[data-list]", new() { ["Form.Act"] = act }, items.Contains);
    }

    private static SeedRecipient Held(string address) => new(address) { Content = 'S', Ds = 'D', Score = 9 };

    [Fact]
    public async Task A_release_goes_to_those_it_is_held_from_and_shows_what_the_next_hop_said()
    {
        var key = await console.Seed.AddAsync(SampleMail.Spam("rel001", Held("r1@example.com"), new SeedRecipient("got-it@example.com"), Held("r2@example.com")) with { Tag = 4, QuarLoc = "rel001[4]" });
        console.Daemon.Answer("r1@example.com", 250, "2.0.0 Ok: queued as Q1 <&>");
        var browser = await console.SignInAsync();
        var answer = await ActAsync(browser, "release", key.ToString());
        answer.Status.ShouldBe(200);
        answer.Find("[data-state=done]").TextContent.ShouldContain("250 2.0.0 Ok: queued as Q1 <&>");
        var request = console.Daemon.Requests.Single(r => r.MailId == "rel001");
        request.SecretId.ShouldBe("TheSecret123");
        request.PartitionTag.ShouldBe(4);
        request.QuarantineType.ShouldBe('Q');
        request.MailFile.ShouldBe("rel001");
        request.Recipients.Select(r => r.Smtp).ShouldBe(["r1@example.com", "r2@example.com"]);
        (await console.StatesAsync(key)).ShouldBe("R R");
        (await console.Audit.ReadOfAsync(Reader, key.ToString(), 5, default)).Single().Detail.ShouldContain("<r1@example.com> 250 2.0.0 Ok: queued as Q1");
    }

    [Fact]
    public async Task Only_the_chosen_recipient_gets_it()
    {
        var key = await console.Seed.AddAsync(SampleMail.Spam("one001", Held("o1@example.com"), Held("o2@example.com")));
        var browser = await console.SignInAsync();
        var page = await browser.GetAsync($"/messages/{key}?tab=recipients");
        var answer = await browser.SubmitAsync(page, $"form[action='/quarantine/act']", new() { ["Form.Act"] = "release" }, v => v == $"{key}:2");
        answer.Find("[data-state=done]").TextContent.ShouldContain("o2@example.com");
        (await console.StatesAsync(key)).ShouldBe(" R");
    }

    [Fact]
    public async Task A_second_release_needs_a_second_word()
    {
        var key = await console.Seed.AddAsync(SampleMail.Spam("twice1", Held("t@example.com") with { Rs = 'R' }));
        var browser = await console.SignInAsync();
        var answer = await ActAsync(browser, "release", key.ToString());
        answer.Text.ShouldContain("Already released to t@example.com");
        console.Daemon.Requests.ShouldNotContain(r => r.MailId == "twice1");
        var again = await browser.SubmitAsync(answer, ".results form", new() { ["Form.Act"] = "release" });
        again.Find("[data-state=done]").TextContent.ShouldContain("250 2.0.0 Ok");
        console.Daemon.Requests.Count(r => r.MailId == "twice1").ShouldBe(1);
        (await console.Audit.ReadOfAsync(Reader, key.ToString(), 5, default)).Single().Action.ShouldBe("release-again");
    }

    [Fact]
    public async Task What_is_refused_or_deferred_is_shown_and_not_marked()
    {
        var key = await console.Seed.AddAsync(SampleMail.Spam("part01", Held("yes@example.com"), Held("later@example.com")));
        console.Daemon.Answer("later@example.com", 452, "4.2.2 Mailbox full");
        var answer = await ActAsync(await console.SignInAsync(), "release", key.ToString());
        var notice = answer.Find("[data-state=partly]").TextContent;
        notice.ShouldContain("452 4.2.2 Mailbox full");
        (await console.StatesAsync(key)).ShouldBe("R ");
    }

    [Fact]
    public async Task Without_the_daemon_nothing_is_marked_and_the_reason_is_told()
    {
        var key = await console.Seed.AddAsync(SampleMail.Spam("away01"));
        console.Daemon.Unreachable.Add("away01");
        var answer = await ActAsync(await console.SignInAsync(), "release", key.ToString());
        answer.Find("[data-state=failed]").TextContent.ShouldContain("Connection refused");
        (await console.StatesAsync(key)).ShouldBe(" ");
    }

    [Fact]
    public async Task Each_item_of_many_has_its_own_result()
    {
        var good = await console.Seed.AddAsync(SampleMail.Spam("bulk01", Held("b1@example.com")));
        var bad = await console.Seed.AddAsync(SampleMail.Spam("bulk02", Held("b2@example.com")));
        console.Daemon.Answer("b2@example.com", 550, "5.1.1 No such user");
        var answer = await ActAsync(await console.SignInAsync(), "release", good.ToString(), bad.ToString());
        answer.Find($"[data-key='{good}']").GetAttribute("data-state").ShouldBe("done");
        answer.Find($"[data-key='{bad}']").GetAttribute("data-state").ShouldBe("failed");
        answer.Find($"[data-key='{bad}']").TextContent.ShouldContain("550 5.1.1 No such user");
    }

    [Fact]
    public async Task Deleting_asks_first_and_then_removes_the_text()
    {
        var key = await console.Seed.AddAsync(SampleMail.Spam("del001"));
        var browser = await console.SignInAsync();
        var ask = await ActAsync(browser, "delete", key.ToString());
        ask.Text.ShouldContain("Delete this message from quarantine?");
        (await console.StatesAsync(key)).ShouldBe(" ");
        var done = await browser.SubmitAsync(ask, ".results form", new() { ["Form.Act"] = "delete" });
        done.Find("[data-state=done]").TextContent.ShouldContain("the kept text has been removed");
        (await console.StatesAsync(key)).ShouldBe("D");
        (await console.Services.GetRequiredService<KeptCopies>().ReadChunksAsync(key, default)).ShouldBeNull();
        (await browser.GetAsync("/quarantine")).Document.QuerySelector($"[data-key='{key}']").ShouldBeNull();
        (await browser.GetAsync($"/messages/{key}?tab=content")).Text.ShouldContain("no longer in the database");
    }

    [Theory]
    [InlineData("release")]
    [InlineData("delete")]
    public async Task Without_the_forms_token_nothing_is_done(string act)
    {
        var key = await console.Seed.AddAsync(SampleMail.Spam("csrf" + act));
        var browser = await console.SignInAsync();
        var answer = await browser.PostAsync("/quarantine/act", [new("_handler", "act"), new("Form.Act", act), new("Form.Confirmed", "true"), new("Form.Items", key.ToString())]);
        answer.Status.ShouldBe(400);
        (await console.StatesAsync(key)).ShouldBe(" ");
    }

    [Theory]
    [InlineData("/logout")]
    [InlineData("/login")]
    [InlineData("/me")]
    public async Task Other_forms_need_their_token_as_well(string path)
    {
        var browser = await console.SignInAsync();
        (await browser.PostAsync(path, [new("_handler", path switch { "/me" => "password", "/logout" => "sign-out", _ => "sign-in" }), new("Form.Name", "owner"), new("Form.Password", "x")])).Status.ShouldBe(400);
        (await browser.GetAsync("/")).Status.ShouldBe(200);
    }

    [Fact]
    public async Task A_link_never_acts()
    {
        var key = await console.Seed.AddAsync(SampleMail.Spam("get001"));
        var browser = await console.SignInAsync();
        var answer = await browser.GetAsync($"/quarantine/act?_handler=act&Form.Act=delete&Form.Confirmed=true&Form.Items={key}");
        answer.Status.ShouldBe(302);
        (await browser.GetAsync("/logout")).Status.ShouldBe(200);
        (await browser.GetAsync("/")).Status.ShouldBe(200);
        (await console.StatesAsync(key)).ShouldBe(" ");
    }

    [Theory]
    [InlineData("release")]
    [InlineData("delete")]
    public async Task An_auditor_sees_no_buttons_and_is_refused_when_posting_all_the_same(string act)
    {
        var key = await console.Seed.AddAsync(SampleMail.Spam("aud" + act));
        var browser = await console.SignInAsync("auditor");
        var list = await browser.GetAsync($"/quarantine?open={key}");
        list.Document.QuerySelectorAll("button[name='Form.Act']").ShouldBeEmpty();
        var answer = await browser.SubmitAsync(list, "form[data-list]", new() { ["Form.Act"] = act, ["Form.Items"] = key.ToString(), ["Form.Confirmed"] = "true" });
        answer.Status.ShouldBe(403);
        (await console.StatesAsync(key)).ShouldBe(" ");
        console.Daemon.Requests.ShouldNotContain(r => r.MailId == key.MailId);
    }

    [Fact]
    public async Task Unknown_items_and_none_are_told()
    {
        var browser = await console.SignInAsync();
        await console.Seed.AddAsync(SampleMail.Spam("some01"));
        (await ActAsync(browser, "release")).Text.ShouldContain("Nothing was chosen");
        var list = await browser.GetAsync("/quarantine?state=any");
        var answer = await browser.SubmitAsync(list, "form[data-list]", new() { ["Form.Act"] = "release", ["Form.Items"] = "0-unknown" });
        answer.Text.ShouldContain("There is no such message");
        answer.Find("[data-state=notfound]");
    }

    [Fact]
    public async Task The_way_back_stays_in_the_console()
    {
        var browser = await console.SignInAsync();
        await console.Seed.AddAsync(SampleMail.Spam("back01"));
        var list = await browser.GetAsync("/quarantine?state=any");
        var answer = await browser.SubmitAsync(list, "form[data-list]", new() { ["Form.Act"] = "release", ["Form.Back"] = "//evil.test/" });
        answer.Document.QuerySelectorAll("main a").Select(a => a.GetAttribute("href")).ShouldAllBe(h => h == "/quarantine");
    }
}
