using Amavis.Testing;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace Amavis.EndToEnd.Tests.Console;

/// <summary>Policies edited in a real browser, and mail that is treated by them.</summary>
[Collection(nameof(Lab))]
[Trait("Needs", "Server")]
public sealed class PolicyConsoleTests(ConsoleLab console) : IClassFixture<ConsoleLab>
{
    private const string Patient = "patient@example.com";

    public static TheoryData<string, int, ColorScheme> Looks => PageInspection.Looks;

    [Fact]
    public async Task A_user_is_given_another_kill_level_and_the_next_message_is_treated_by_it()
    {
        await using var watched = await console.OpenAsync();
        var page = watched.Page;
        await console.SendAsync("ann@example.org", ConsoleLab.Titled(Mail.Gtube("policy.before"), "policy: before"), Patient);
        console.Sink.Messages.ShouldNotContain(m => m.Text.Contains("policy: before", StringComparison.Ordinal));
        await page.GotoAsync("/who?address=" + Patient);
        await Expect(Setting(page, "spam_kill_level_maps")).ToContainTextAsync("6.31");

        await page.GotoAsync("/policies");
        await page.GetByRole(AriaRole.Link, new() { Name = "New policy" }).ClickAsync();
        await Field(page, "Name").FillAsync("Patient");
        await Field(page, "Score from which spam is blocked").FillAsync("5000");
        await page.GetByRole(AriaRole.Button, new() { Name = "Add the policy" }).ClickAsync();
        await Expect(page.GetByRole(AriaRole.Status)).ToContainTextAsync("Added");
        await page.GetByRole(AriaRole.Link, new() { Name = "Add a user" }).ClickAsync();
        var policy = await Field(page, "Policy").InputValueAsync();
        await Field(page, "Key").FillAsync(Patient);
        await page.GetByRole(AriaRole.Button, new() { Name = "Add the user" }).ClickAsync();
        await Expect(page.GetByRole(AriaRole.Status)).ToContainTextAsync("Added");
        await page.GetByRole(AriaRole.Link, new() { Name = "What holds for it" }).ClickAsync();
        await Expect(Setting(page, "spam_kill_level_maps")).ToContainTextAsync($"(patient@example.com), policy {policy} (Patient)");

        await console.SendAsync("ann@example.org", ConsoleLab.Titled(Mail.Gtube("policy.after"), "policy: after"), Patient);
        console.Sink.Messages.ShouldContain(m => m.Text.Contains("policy: after", StringComparison.Ordinal));

        // The same policy for a whole domain.
        await page.GotoAsync("/policies/users/new?policy=" + policy);
        await Field(page, "Key").FillAsync("@students.example.com");
        await page.GetByRole(AriaRole.Button, new() { Name = "Add the user" }).ClickAsync();
        await Expect(page.GetByRole(AriaRole.Status)).ToContainTextAsync("Added");
        await console.SendAsync("ann@example.org", ConsoleLab.Titled(Mail.Gtube("policy.domain"), "policy: domain"), "anybody@students.example.com");
        console.Sink.Messages.ShouldContain(m => m.Text.Contains("policy: domain", StringComparison.Ordinal));
        await page.GotoAsync("/who?address=anybody@students.example.com");
        await Expect(Setting(page, "spam_kill_level_maps")).ToContainTextAsync($"(@students.example.com), policy {policy} (Patient)");

        // The sender is put on the black list, and is always spam again.
        await page.GotoAsync("/policies/users");
        await page.GetByRole(AriaRole.Link, new() { Name = Patient }).ClickAsync();
        await Field(page, "Sender").FillAsync("@example.org");
        await Field(page, "His mail is").SelectOptionAsync("always spam");
        await page.GetByRole(AriaRole.Button, new() { Name = "Put on the list" }).ClickAsync();
        await Expect(page.GetByRole(AriaRole.Row).Filter(new() { HasText = "@example.org" })).ToContainTextAsync("Always spam");
        await console.SendAsync("ann@example.org", ConsoleLab.Titled(Mail.Gtube("policy.listed"), "policy: listed"), Patient);
        console.Sink.Messages.ShouldNotContain(m => m.Text.Contains("policy: listed", StringComparison.Ordinal));
        watched.ShouldHaveBehaved();
    }

    [Fact]
    public async Task A_sender_is_allowed_from_a_message_in_quarantine()
    {
        const string recipient = "eager@example.com";
        await using var watched = await console.OpenAsync();
        var page = watched.Page;
        await console.SendAsync("shop@vendor.example", ConsoleLab.Titled(Mail.Gtube("allow.before"), "allow: before"), recipient);
        await page.GotoAsync("/quarantine");
        await page.GetByRole(AriaRole.Row).GetByRole(AriaRole.Link, new() { Name = "allow: before", Exact = true }).ClickAsync();
        await page.GetByRole(AriaRole.Link, new() { Name = "Why, and all about it" }).ClickAsync();
        await page.GetByRole(AriaRole.Navigation, new() { Name = "Message" }).GetByRole(AriaRole.Link, new() { Name = "Recipients" }).ClickAsync();
        await page.GetByRole(AriaRole.Link, new() { Name = "Allow the sender" }).ClickAsync();
        await Expect(Field(page, "Sender")).ToHaveValueAsync("shop@vendor.example");
        await Expect(Field(page, "Recipient")).ToHaveValueAsync(recipient);
        await page.GetByRole(AriaRole.Button, new() { Name = "Allow the sender" }).ClickAsync();
        await Expect(page.GetByRole(AriaRole.Status)).ToContainTextAsync("The sender is on the list");
        await Expect(page.GetByRole(AriaRole.Row).Filter(new() { HasText = "shop@vendor.example" })).ToContainTextAsync("Never spam");

        await console.SendAsync("shop@vendor.example", ConsoleLab.Titled(Mail.Gtube("allow.after"), "allow: after"), recipient);
        console.Sink.Messages.ShouldContain(m => m.Text.Contains("allow: after", StringComparison.Ordinal));
        console.Sink.Messages.ShouldNotContain(m => m.Text.Contains("allow: before", StringComparison.Ordinal));
        watched.ShouldHaveBehaved();
    }

    [Fact]
    public async Task Pen_pals_are_shown_after_mail_both_ways()
    {
        const string ours = "writer@example.com";
        await console.SendAsync(ours, ConsoleLab.Titled(Mail.Clean("pen.out"), "pen: out"), "friend@far.example");
        await console.SendAsync("friend@far.example", ConsoleLab.Titled(Mail.Clean("pen.in"), "pen: in"), ours);
        await using var watched = await console.OpenAsync();
        var page = watched.Page;
        await page.GotoAsync("/people");
        await page.GetByRole(AriaRole.Textbox, new() { Name = "Address" }).FillAsync(ours);
        await page.GetByRole(AriaRole.Button, new() { Name = "Show" }).ClickAsync();

        var pal = page.GetByRole(AriaRole.Row).Filter(new() { HasText = "friend@far.example" });
        await Expect(pal.GetByRole(AriaRole.Cell).Nth(2)).ToHaveTextAsync("1");
        await Expect(pal.GetByRole(AriaRole.Cell).Nth(3)).ToHaveTextAsync("1");
        await Expect(pal.GetByRole(AriaRole.Cell).Nth(5)).ToContainTextAsync("of 8, the last message");
        watched.ShouldHaveBehaved();
    }

    [Theory]
    [MemberData(nameof(Looks))]
    public async Task Every_policy_page_is_accessible_and_fits_its_width(string look, int width, ColorScheme scheme)
    {
        await using var watched = await console.OpenAsync(signedIn: true, width, width == 360 ? 800 : 900, scheme);
        var page = watched.Page;
        var (policy, user, sender) = await SomeRowsAsync(page, look);
        foreach (var (path, name) in ((string, string)[])
            [
                ("/policies", "policies"), ("/policies/new", "policy-new"), (policy, "policy"), ("/policies/users", "users"), (user, "user"), ("/policies/users/new", "user-new"),
                ("/policies/senders", "senders"), (sender, "sender"), ("/who", "who-asked"),
                ("/policies/allow?sender=a.sender.with.a.long.name@newsletters.example.net&recipient=a.rather.long.name.of.somebody@a-department.of.example.com", "allow"),
                ("/who?address=a.rather.long.name.of.somebody@a-department.of.example.com&sender=ann@example.org&client=192.0.2.1", "who"),
            ])
        {
            await page.GotoAsync(path);
            await PageInspection.InspectAsync(page, name, look);
        }
        await page.GotoAsync(policy);
        await Field(page, "Score from which spam is blocked").FillAsync("2000000");
        await page.GetByRole(AriaRole.Button, new() { Name = "Save" }).ClickAsync();
        await Expect(page.GetByRole(AriaRole.Alert).First).ToContainTextAsync("Nothing was saved");
        await PageInspection.InspectAsync(page, "policy-wrong", look);
        watched.ShouldHaveBehaved();
    }

    /// <summary>A policy, a user and a sender made by way of the pages; their addresses.</summary>
    private static async Task<(string Policy, string User, string Sender)> SomeRowsAsync(IPage page, string look)
    {
        await page.GotoAsync("/policies/new");
        await Field(page, "Name").FillAsync($"Students, {look}");
        await Field(page, "Score from which mail is marked as spam").FillAsync("4.5");
        await Field(page, "Wants spam").SelectOptionAsync("yes");
        await page.GetByRole(AriaRole.Checkbox, new() { Name = "none : Quarantine of spam" }).CheckAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Add the policy" }).ClickAsync();
        await Expect(page.GetByRole(AriaRole.Status)).ToBeVisibleAsync();
        var policy = new Uri(page.Url).AbsolutePath;
        await page.GetByRole(AriaRole.Link, new() { Name = "Add a user" }).ClickAsync();
        await Field(page, "Key").FillAsync(look == "light" ? "@.a-department.of.example.com" : $"a.rather.long.name.of.somebody.{look}@a-department.of.example.com");
        await page.GetByRole(AriaRole.Button, new() { Name = "Add the user" }).ClickAsync();
        await Expect(page.GetByRole(AriaRole.Status)).ToBeVisibleAsync();
        foreach (var (key, kind) in ((string, string)[])[("@example.org", "never spam"), ("a.sender.with.a.long.name@newsletters.example.net", "always spam")])
        {
            await Field(page, "Sender").FillAsync(key);
            await Field(page, "His mail is").SelectOptionAsync(kind);
            await page.GetByRole(AriaRole.Button, new() { Name = "Put on the list" }).ClickAsync();
            await Expect(page.GetByRole(AriaRole.Row).Filter(new() { HasText = key })).ToBeVisibleAsync();
        }
        var user = new Uri(page.Url).AbsolutePath;
        var sender = await page.GetByRole(AriaRole.Link, new() { Name = "@example.org" }).GetAttributeAsync("href");
        return (policy, user, sender!);
    }

    private static ILocator Field(IPage page, string label) => page.GetByLabel(label, new() { Exact = true });

    private static ILocator Setting(IPage page, string variable) => page.GetByRole(AriaRole.Row).Filter(new() { HasText = variable });
}
