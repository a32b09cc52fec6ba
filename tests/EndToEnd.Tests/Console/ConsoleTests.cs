using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using Amavis.Testing;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace Amavis.EndToEnd.Tests.Console;

/// <summary>The console as a person uses it: real processes, a real browser. What every page must not do is watched by <see cref="WatchedPage"/>.</summary>
[Collection(nameof(Lab))]
[Trait("Needs", "Server")]
public sealed partial class ConsoleTests(ConsoleLab console) : IClassFixture<ConsoleLab>
{
    public static TheoryData<string, int, ColorScheme> Looks => PageInspection.Looks;

    [Fact]
    public async Task Mail_is_found_explained_released_and_deleted()
    {
        const string sender = "story@example.org";
        var banned = ConsoleLab.Titled(Mail.Banned("story.banned"), "story: a program");
        await console.SendAsync(sender, ConsoleLab.Titled(Mail.Clean("story.clean"), "story: plain"));
        await console.SendAsync(sender, ConsoleLab.Titled(Mail.Gtube("story.gtube"), "story: buy now"));
        await console.SendAsync(sender, ConsoleLab.Titled(Mail.Eicar("story.eicar"), "story: an invoice"));
        await console.SendAsync(sender, banned);
        await using var watched = await console.OpenAsync(signedIn: false);
        var page = watched.Page;

        await page.GotoAsync("/quarantine");
        await Expect(page).ToHaveURLAsync(LoginAddress());
        await ConsoleLab.SignInAsync(page, "not the password");
        await Expect(page.GetByRole(AriaRole.Alert)).ToHaveTextAsync("Name or password is not right.");
        await ConsoleLab.SignInAsync(page, ConsoleProcess.Password);
        await Expect(Heading(page, "Quarantine")).ToBeVisibleAsync();

        await SeeTodayAsync(page);
        await SearchAsync(page, sender);
        await ReadWhyAsync(page);
        await ReleaseAsync(page, banned);
        await ReleaseAgainAsync(page);
        await DeleteAsync(page);

        await page.GetByRole(AriaRole.Button, new() { Name = "Sign out" }).ClickAsync();
        foreach (var path in (string[])["/", "/messages", "/quarantine", "/people?who=user@example.com", "/me"])
        {
            await page.GotoAsync(path);
            await Expect(page).ToHaveURLAsync(LoginAddress());
        }
        watched.ShouldHaveBehaved();
    }

    [Theory]
    [MemberData(nameof(Looks))]
    public async Task Every_page_is_accessible_and_fits_its_width(string look, int width, ColorScheme scheme)
    {
        await using (var outside = await console.OpenAsync(signedIn: false, width, width == 360 ? 800 : 900, scheme))
        {
            await outside.Page.GotoAsync("/login");
            await InspectAsync(outside.Page, "login", look);
            outside.ShouldHaveBehaved();
        }
        await using var watched = await console.OpenAsync(signedIn: true, width, width == 360 ? 800 : 900, scheme);
        var page = watched.Page;
        foreach (var (path, name) in ((string, string)[])[("/", "today"), ("/messages", "trace"), ("/me", "me"), ("/people?who=user@example.com", "people"), ("/quarantine", "quarantine-list")])
        {
            await page.GotoAsync(path);
            await InspectAsync(page, name, look);
        }
        await OpenInQuarantineAsync(page, "the program");
        await InspectAsync(page, "quarantine", look);
        await page.GetByRole(AriaRole.Link, new() { Name = "Why, and all about it" }).ClickAsync();
        await InspectAsync(page, "message", look);
        foreach (var tab in (string[])["Recipients", "Content", "Headers", "Parts", "Timeline"])
        {
            await Tab(page, tab).ClickAsync();
            await Expect(Tab(page, tab)).ToHaveAttributeAsync("aria-current", "page");
            await InspectAsync(page, "message-" + tab.ToLowerInvariant(), look);
        }
        await page.GotoAsync("/messages?verdict=S");
        await page.GetByRole(AriaRole.Link, new() { Name = "it a the" }).ClickAsync();
        await Expect(Heading(page, "it a the")).ToBeVisibleAsync();
        await InspectAsync(page, "message-spam", look);
        watched.ShouldHaveBehaved();
    }

    [Fact]
    public async Task Hostile_mail_is_shown_as_text_and_runs_nothing()
    {
        await console.SendAsync(HostileMail.Sender, HostileMail.Message);
        await using var watched = await console.OpenAsync();
        var page = watched.Page;

        await page.GotoAsync("/");
        await Expect(page.GetByRole(AriaRole.Link, new() { Name = HostileMail.Subject }).First).ToBeVisibleAsync();
        await page.GotoAsync("/messages?subject=" + Uri.EscapeDataString(HostileMail.Subject));
        await Expect(page.GetByLabel("Subject has")).ToHaveValueAsync(HostileMail.Subject);
        await OpenInQuarantineAsync(page, HostileMail.Subject);
        await Expect(page.GetByRole(AriaRole.Heading, new() { Name = HostileMail.Subject })).ToBeVisibleAsync();
        await Expect(page.GetByText(HostileMail.From).First).ToBeVisibleAsync();
        await Expect(page.GetByRole(AriaRole.Rowheader, new() { Name = HostileMail.FileName })).ToBeVisibleAsync();
        await page.GetByRole(AriaRole.Link, new() { Name = "Why, and all about it" }).ClickAsync();
        await Expect(Heading(page, HostileMail.Subject)).ToBeVisibleAsync();
        foreach (var tab in (string[])["Recipients", "Headers", "Parts", "Timeline", "Content"])
        {
            await Tab(page, tab).ClickAsync();
            await Expect(Tab(page, tab)).ToHaveAttributeAsync("aria-current", "page");
        }
        await page.GetByRole(AriaRole.Link, new() { Name = "Show the layout" }).ClickAsync();
        await Expect(page.FrameLocator("iframe").GetByText("seen as a page")).ToBeVisibleAsync();
        (await page.Locator("main img, main script").CountAsync()).ShouldBe(0);
        watched.ShouldHaveBehaved();
    }

    [Fact]
    public async Task The_quarantine_is_worked_by_keyboard()
    {
        await using var watched = await console.OpenAsync();
        var page = watched.Page;
        await page.GotoAsync("/quarantine");
        var rows = page.GetByRole(AriaRole.Row).Filter(new() { Has = page.GetByRole(AriaRole.Checkbox) });

        await page.Keyboard.PressAsync("j");
        await Expect(rows.Nth(0).GetByRole(AriaRole.Link)).ToHaveAttributeAsync("aria-current", "true");
        await Expect(page.GetByRole(AriaRole.Button, new() { Name = "Release", Exact = true })).ToBeVisibleAsync();
        await page.Keyboard.PressAsync("j");
        await Expect(rows.Nth(1).GetByRole(AriaRole.Link)).ToBeFocusedAsync();
        await page.Keyboard.PressAsync("x");
        await Expect(rows.Nth(1).GetByRole(AriaRole.Checkbox)).ToBeCheckedAsync();
        await page.Keyboard.PressAsync("d");
        await Expect(Results(page)).ToContainTextAsync("Delete this message from quarantine?");
        await page.GetByRole(AriaRole.Link, new() { Name = "Leave it" }).ClickAsync();
        await Expect(Results(page)).ToBeHiddenAsync();
        await page.Keyboard.PressAsync("?");
        await Expect(page.GetByRole(AriaRole.Dialog, new() { Name = "Keys" })).ToBeVisibleAsync();
        watched.ShouldHaveBehaved();
    }

    private static async Task SeeTodayAsync(IPage page)
    {
        await Navigation(page, "Today").ClickAsync();
        await Expect(Heading(page, "Today")).ToBeVisibleAsync();
        foreach (var verdict in (string[])["Virus", "Banned", "Spam", "Clean"])
            await Expect(page.GetByRole(AriaRole.Rowheader, new() { Name = verdict, Exact = true })).ToBeVisibleAsync();
        foreach (var subject in (string[])["story: buy now", "story: an invoice", "story: a program"])
            await Expect(page.GetByRole(AriaRole.Link, new() { Name = subject })).ToBeVisibleAsync();
        await Expect(page.GetByRole(AriaRole.Link, new() { Name = "story: plain" })).ToHaveCountAsync(0);
    }

    private static async Task SearchAsync(IPage page, string sender)
    {
        var found = page.GetByRole(AriaRole.Link, new() { NameRegex = StorySubject() });
        await Navigation(page, "Messages").ClickAsync();
        await page.GetByLabel("Sender", new() { Exact = true }).FillAsync(sender);
        await Search(page).ClickAsync();
        await SeeAsync(found, "story: a program", "story: an invoice", "story: buy now", "story: plain");

        await page.GetByLabel("Subject has").FillAsync("story: p");
        await Search(page).ClickAsync();
        await SeeAsync(found, "story: plain");
        await page.GetByRole(AriaRole.Link, new() { Name = "Show all", Exact = true }).ClickAsync();

        await page.GetByLabel("Subject has").FillAsync("story: ");
        await page.GetByLabel("Banned", new() { Exact = true }).CheckAsync();
        await page.GetByLabel("Virus", new() { Exact = true }).CheckAsync();
        await Search(page).ClickAsync();
        await SeeAsync(found, "story: a program", "story: an invoice");
    }

    // Mail of the same second stands in any order.
    private static async Task SeeAsync(ILocator links, params string[] subjects)
    {
        await Expect(links).ToHaveCountAsync(subjects.Length);
        (await links.AllInnerTextsAsync()).Order().ShouldBe(subjects);
    }

    private static async Task ReadWhyAsync(IPage page)
    {
        await page.GetByRole(AriaRole.Link, new() { Name = "story: a program" }).ClickAsync();
        await Expect(Heading(page, "story: a program")).ToBeVisibleAsync();
        var recipient = page.GetByRole(AriaRole.Region, new() { Name = "user1@example.com" });
        await Expect(recipient).ToContainTextAsync("setup.exe");
        await Expect(recipient).ToContainTextAsync("Blocked by ");
        await page.GoBackAsync();
        await page.GetByRole(AriaRole.Link, new() { Name = "story: an invoice" }).ClickAsync();
        await Expect(page.GetByRole(AriaRole.Region, new() { Name = "What the checks found" })).ToContainTextAsync("Eicar-Test-Signature");
    }

    private async Task ReleaseAsync(IPage page, byte[] original)
    {
        var before = console.Sink.Messages.Count;
        await OpenInQuarantineAsync(page, "story: a program");
        var text = page.GetByRole(AriaRole.Region, new() { Name = "Text of the message" });
        await Expect(text).ToContainTextAsync("see the attachment");
        (await text.EvaluateAsync<int>("e => e.childElementCount")).ShouldBe(0);
        await page.GetByRole(AriaRole.Button, new() { Name = "Release", Exact = true }).ClickAsync();
        await Expect(Results(page)).ToContainTextAsync(QueuedAs());
        await Expect(Row(page, "story: a program")).ToHaveCountAsync(0);

        var released = (await console.Sink.WaitForAsync(before + 1))[^1];
        released.RcptArguments.ShouldHaveSingleItem().ShouldStartWith("<user1@example.com>");
        released.Text.ShouldContain("Resent-From: ");
        var body = Encoding.Latin1.GetString(original);
        released.Text.ShouldEndWith(body[body.IndexOf("\r\n\r\n", StringComparison.Ordinal)..]);
    }

    private async Task ReleaseAgainAsync(IPage page)
    {
        var before = console.Sink.Messages.Count;
        await page.GotoAsync("/quarantine");
        await Expect(Row(page, "story: a program")).ToHaveCountAsync(0);
        await page.GetByLabel("Shown").SelectOptionAsync("Released");
        await page.GetByRole(AriaRole.Button, new() { Name = "Show", Exact = true }).ClickAsync();
        await Row(page, "story: a program").ClickAsync();
        await page.GetByLabel("user1@example.com").CheckAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Release", Exact = true }).ClickAsync();
        await Expect(Results(page)).ToContainTextAsync("Release once more?");
        console.Sink.Messages.Count.ShouldBe(before);
        await page.GetByRole(AriaRole.Button, new() { Name = "Release again" }).ClickAsync();
        await Expect(Results(page)).ToContainTextAsync(QueuedAs());
        (await console.Sink.WaitForAsync(before + 1)).Count.ShouldBe(before + 1);
    }

    private static async Task DeleteAsync(IPage page)
    {
        await OpenInQuarantineAsync(page, "story: an invoice");
        await page.GetByRole(AriaRole.Button, new() { Name = "Delete", Exact = true }).ClickAsync();
        await Expect(Results(page)).ToContainTextAsync("Delete this message from quarantine?");
        await Results(page).GetByRole(AriaRole.Button, new() { Name = "Delete", Exact = true }).ClickAsync();
        await Expect(Results(page)).ToContainTextAsync("Deleted; the kept text has been removed.");
        await page.GotoAsync("/quarantine");
        await Expect(Row(page, "story: buy now")).ToBeVisibleAsync();
        await Expect(Row(page, "story: an invoice")).ToHaveCountAsync(0);
    }

    private static async Task OpenInQuarantineAsync(IPage page, string subject)
    {
        await Navigation(page, "Quarantine").ClickAsync();
        await Row(page, subject).ClickAsync();
        await Expect(page.GetByRole(AriaRole.Heading, new() { Name = subject, Level = 2 })).ToBeVisibleAsync();
    }

    private static Task InspectAsync(IPage page, string name, string look) => PageInspection.InspectAsync(page, name, look);

    private static ILocator Heading(IPage page, string name) => page.GetByRole(AriaRole.Heading, new() { Name = name, Level = 1, Exact = true });

    private static ILocator Navigation(IPage page, string name) =>
        page.GetByRole(AriaRole.Navigation, new() { Name = "Main" }).GetByRole(AriaRole.Link, new() { Name = name });

    private static ILocator Tab(IPage page, string name) =>
        page.GetByRole(AriaRole.Navigation, new() { Name = "Message" }).GetByRole(AriaRole.Link, new() { Name = name });

    private static ILocator Row(IPage page, string subject) =>
        page.GetByRole(AriaRole.Row).GetByRole(AriaRole.Link, new() { Name = subject, Exact = true });

    private static ILocator Search(IPage page) => page.GetByRole(AriaRole.Button, new() { Name = "Search" });

    private static ILocator Results(IPage page) => page.GetByRole(AriaRole.Region, new() { Name = "Results" });

    [GeneratedRegex("/login\\?")]
    private static partial Regex LoginAddress();

    [GeneratedRegex("^story: ")]
    private static partial Regex StorySubject();

    [GeneratedRegex("queued as SINK[0-9A-F]{6}")]
    private static partial Regex QueuedAs();
}
