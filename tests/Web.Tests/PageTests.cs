using Amavis.Data.Console;
using Amavis.Testing.Console;
using AngleSharp.Dom;

namespace Amavis.Web.Tests;

public sealed class PageTests(ConsoleFixture console) : IClassFixture<ConsoleFixture>
{
    [Theory]
    [InlineData("/")]
    [InlineData("/messages")]
    [InlineData("/quarantine")]
    [InlineData("/people")]
    [InlineData("/people?who=user@example.com")]
    [InlineData("/policies")]
    [InlineData("/policies/new")]
    [InlineData("/policies/users")]
    [InlineData("/policies/users/new")]
    [InlineData("/policies/senders")]
    [InlineData("/who")]
    [InlineData("/who?address=user@example.com&sender=a@far.example&client=192.0.2.1")]
    [InlineData("/me")]
    [InlineData("/nothing/here")]
    public async Task Every_page_forbids_foreign_and_inline_script_and_style_and_has_none(string path)
    {
        var page = await (await console.SignInAsync()).GetAsync(path);
        var policy = page.Header("Content-Security-Policy");
        policy.ShouldContain("default-src 'self'; script-src 'self'; style-src 'self'");
        policy.ShouldContain("frame-ancestors 'none'");
        policy.ShouldNotContain("unsafe");
        page.Header("X-Content-Type-Options").ShouldBe("nosniff");
        page.Header("Referrer-Policy").ShouldBe("no-referrer");
        page.Header("Cache-Control").ShouldContain("no-store");
        page.Document.QuerySelectorAll("style, [style], script:not([src])").ShouldBeEmpty();
        page.Document.QuerySelectorAll("*").SelectMany(e => e.Attributes).ShouldNotContain(a => a.Name.StartsWith("on"));
    }

    [Theory]
    [InlineData("/")]
    [InlineData("/messages")]
    [InlineData("/quarantine")]
    [InlineData("/people")]
    [InlineData("/people?who=user@example.com")]
    [InlineData("/policies")]
    [InlineData("/policies/new")]
    [InlineData("/policies/users")]
    [InlineData("/policies/users/new")]
    [InlineData("/policies/senders")]
    [InlineData("/who")]
    [InlineData("/who?address=user@example.com&sender=a@far.example&client=192.0.2.1")]
    [InlineData("/me")]
    public async Task Every_page_has_a_language_a_title_one_heading_and_a_way_past_the_menu(string path)
    {
        var page = await (await console.SignInAsync()).GetAsync(path);
        page.Status.ShouldBe(200);
        page.Find("html").GetAttribute("lang").ShouldBe("en");
        page.Document.Title.ShouldEndWith("Amavis");
        page.Document.QuerySelectorAll("h1").Length.ShouldBe(1);
        page.Find("a.skip-link").GetAttribute("href").ShouldBe("#main");
        page.Find("main#main");
        foreach (var input in page.Document.QuerySelectorAll("input:not([type=hidden]), select"))
            (page.Document.QuerySelector($"label[for='{input.Id}']") ?? input.Closest("label")).ShouldNotBeNull(input.OuterHtml);
        foreach (var table in page.Document.QuerySelectorAll("table"))
            table.QuerySelectorAll("th[scope]").ShouldNotBeEmpty();
    }

    [Theory]
    [InlineData("/policies/4711")]
    [InlineData("/policies/users/4711")]
    [InlineData("/policies/senders/4711")]
    [InlineData("/messages/0-unknown")]
    [InlineData("/messages/0-unknown?tab=content")]
    [InlineData("/messages/garbage")]
    [InlineData("/messages/0-unknown/body")]
    [InlineData("/messages/0-unknown/raw")]
    [InlineData("/messages/0-unknown/parts/1")]
    [InlineData("/nothing")]
    public async Task What_is_not_there_is_404(string path)
    {
        var page = await (await console.SignInAsync()).GetAsync(path);
        page.Status.ShouldBe(404);
        page.Document.Body!.TextContent.ShouldContain("There is no");
    }

    [Fact]
    public async Task Pen_pals_are_shown_with_their_mail_and_the_bonus()
    {
        await console.Seed.AddAsync(new SeedMessage("pal01", console.Now.AddHours(-1)) { Sender = "boss@example.com", Originating = "Y", Recipients = [new SeedRecipient("pal@far.test") { IsLocal = 'N' }] });
        await console.Seed.AddAsync(new SeedMessage("pal02", console.Now.AddMinutes(-5)) { Sender = "pal@far.test", Recipients = [new SeedRecipient("boss@example.com")] });
        var page = await (await console.SignInAsync()).GetAsync("/people?who=Boss@Example.com");
        var row = page.Find("tbody tr");
        row.QuerySelector("th")!.TextContent.Trim().ShouldBe("pal@far.test");
        row.QuerySelectorAll("td.num").Select(c => c.TextContent.Trim()).ShouldBe(["1", "1", "0"]);
        row.TextContent.ShouldContain("none: pen pals are off");
        foreach (var link in row.QuerySelectorAll("a"))
            (await (await console.SignInAsync()).GetAsync(link.GetAttribute("href")!)).Status.ShouldBe(200);
        (await (await console.SignInAsync()).GetAsync("/people?who=nobody@nowhere.test")).Document.Body!.TextContent.ShouldContain("This address is not in the log");
    }

    [Fact]
    public async Task The_figures_of_today_lead_to_their_rows()
    {
        await console.Seed.AddAsync(SampleMail.Spam("today01"));
        var browser = await console.SignInAsync();
        var page = await browser.GetAsync("/");
        var links = page.Document.QuerySelectorAll(".figure, .data a").Select(a => a.GetAttribute("href")).OfType<string>().Distinct().ToList();
        links.Count.ShouldBeGreaterThan(5);
        foreach (var link in links)
            (await browser.GetAsync(link)).Status.ShouldBe(200, link);
        page.Find("svg.spark").GetAttribute("aria-label")!.ShouldContain("deliveries today");
    }

    [Fact]
    public async Task A_search_stands_in_the_address_and_in_the_form_again()
    {
        await console.Seed.AddAsync(new SeedMessage("found1", console.Now.AddMinutes(-1)) { Sender = "needle@hay.test", Subject = "Found it" });
        var browser = await console.SignInAsync();
        var page = await browser.GetAsync("/messages?from=needle%40hay.test&verdict=C&verdict=S&ds=P&dir=in&min=-5&since=2026-11-22T00%3A00");
        page.Document.QuerySelectorAll("tbody tr").Length.ShouldBe(1);
        page.Find("tbody a.main-link").TextContent.ShouldBe("Found it");
        page.Find("#from").GetAttribute("value").ShouldBe("needle@hay.test");
        page.Document.QuerySelectorAll("input[name=verdict][checked]").Select(i => i.GetAttribute("value")).ShouldBe(["S", "C"]);
        page.Find("#dir option[selected]").GetAttribute("value").ShouldBe("in");
        page.Find("details.more").HasAttribute("open").ShouldBeTrue();
        (await browser.GetAsync("/messages?from=nobody%40hay.test")).Text.ShouldContain("No message fits");
    }

    [Theory]
    [InlineData("/messages?after=garbage&min=NaN&since=x&verdict=zzz&dir=up&from=%00%0d%0a")]
    [InlineData("/messages?after=99999999999.0-abc")]
    [InlineData("/quarantine?after=1.0-abc&days=-5&state=zzz&open=garbage")]
    [InlineData("/quarantine?open=0-unknown")]
    [InlineData("/policies?q=%00'%25&after=x")]
    [InlineData("/policies/users?q=%27%5c%25&policy=x&after=%ff")]
    [InlineData("/policies/senders?q=%5c&after=%27")]
    [InlineData("/who?address=%00%0d&sender=@&client=x&bank=,,")]
    public async Task Odd_addresses_give_a_page(string path) => (await (await console.SignInAsync()).GetAsync(path)).Status.ShouldBe(200);

    [Fact]
    public async Task Older_messages_are_on_the_next_page()
    {
        for (var i = 0; i < 52; i++)
            await console.Seed.AddAsync(new SeedMessage($"page{i:00}", console.Now.AddDays(-2).AddMinutes(-i)) { Sender = "many@pages.test" });
        var browser = await console.SignInAsync();
        var first = await browser.GetAsync("/messages?from=many%40pages.test");
        first.Document.QuerySelectorAll("tbody tr").Length.ShouldBe(50);
        var second = await browser.GetAsync(first.Find("a[rel=next]").GetAttribute("href")!);
        second.Document.QuerySelectorAll("tbody tr").Length.ShouldBe(2);
        second.Document.QuerySelector("a[rel=next]").ShouldBeNull();
    }

    [Fact]
    public async Task A_message_shows_why_with_score_axis_tests_and_steps()
    {
        var key = await console.Seed.AddAsync(SampleMail.Spam("why001") with { Explanation = SampleMail.Explained("plain words").ToJson() });
        var browser = await console.SignInAsync();
        var why = await browser.GetAsync($"/messages/{key}");
        why.Find("svg.axis").GetAttribute("aria-label").ShouldBe("Score 7.5, tag level 2.0, tag2 level 5.0, kill level 6.9");
        why.Document.QuerySelectorAll("td.points-up").Select(t => t.TextContent).ShouldBe(["+2.5"]);
        why.Document.QuerySelectorAll("ol.decided li").Select(s => s.TextContent).ShouldBe(["plain words", "plain words"]);
        (await browser.GetAsync($"/messages/{key}?tab=timeline")).Text.ShouldContain("12.5");
        (await browser.GetAsync($"/messages/{key}?tab=recipients")).Text.ShouldContain("a@example.com");
        (await browser.GetAsync($"/messages/{key}?tab=parts")).Text.ShouldContain("plain words");
        (await browser.GetAsync($"/messages/{key}?tab=headers")).Text.ShouldContain("plain words");
    }

    [Fact]
    public async Task A_message_without_explanation_shows_what_the_log_has()
    {
        var key = await console.Seed.AddAsync(new SeedMessage("bare01", console.Now.AddDays(-3)));
        var browser = await console.SignInAsync();
        (await browser.GetAsync($"/messages/{key}")).Text.ShouldContain("No explanation was stored");
        foreach (var tab in (string[])["recipients", "headers", "parts", "timeline", "content", "nonsense"])
            (await browser.GetAsync($"/messages/{key}?tab={tab}")).Status.ShouldBe(200);
    }

    [Fact]
    public async Task The_look_is_kept_on_this_browser()
    {
        var browser = await console.SignInAsync();
        (await browser.GetAsync("/")).Find("html").HasAttribute("data-bs-theme").ShouldBeFalse();
        var me = await browser.GetAsync("/me");
        (await browser.SubmitAsync(me, "form:has([name='Look.Theme'])", new() { ["Look.Theme"] = "dark" })).Status.ShouldBe(302);
        (await browser.GetAsync("/")).Find("html").GetAttribute("data-bs-theme").ShouldBe("dark");
    }
}
