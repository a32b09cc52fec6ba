using Amavis.Data.Console;

namespace Amavis.Web.Tests;

public sealed class SignInTests(ConsoleFixture console) : IClassFixture<ConsoleFixture>
{
    [Theory]
    [InlineData("/")]
    [InlineData("/messages")]
    [InlineData("/messages/0-abc")]
    [InlineData("/messages/0-abc/body")]
    [InlineData("/messages/0-abc/raw")]
    [InlineData("/messages/0-abc/parts/0")]
    [InlineData("/quarantine")]
    [InlineData("/quarantine/act")]
    [InlineData("/me")]
    public async Task Every_page_asks_to_sign_in_first(string path)
    {
        var page = await console.NewBrowser().GetAsync(path);
        page.Status.ShouldBe(302);
        page.Location.ShouldStartWith("http://localhost/login?returnUrl=");
    }

    [Theory]
    [InlineData("/quarantine/act")]
    [InlineData("/logout")]
    [InlineData("/me")]
    public async Task Nothing_can_be_posted_without_signing_in(string path)
    {
        var page = await console.NewBrowser().PostAsync(path, [new("_handler", "act"), new("Form.Act", "delete"), new("Form.Items", "0-abc")]);
        page.Status.ShouldBe(302);
        page.Location!.ShouldContain("/login");
    }

    [Fact]
    public async Task Health_and_style_are_open()
    {
        var browser = console.NewBrowser();
        (await browser.GetAsync("/healthz")).Status.ShouldBe(200);
        var login = await browser.GetAsync("/login");
        foreach (var sheet in login.Document.QuerySelectorAll("link[rel=stylesheet]"))
            (await browser.GetAsync(sheet.GetAttribute("href")!)).Status.ShouldBe(200, sheet.OuterHtml);
        (await browser.GetAsync(login.Find("script").GetAttribute("src")!)).Status.ShouldBe(200);
    }

    [Fact]
    public async Task Signing_in_leads_to_where_one_wanted_to_go_and_is_noted()
    {
        var browser = console.NewBrowser();
        var login = await browser.GetAsync("/login?returnUrl=%2Fmessages%3Ffrom%3Dx");
        var answer = await browser.SubmitAsync(login, "form", new() { ["Form.Name"] = "OWNER", ["Form.Password"] = ConsoleFixture.Password });
        answer.Status.ShouldBe(302);
        answer.Location.ShouldEndWith("/messages?from=x");
        (await browser.GetAsync("/messages?from=x")).Status.ShouldBe(200);
        (await console.Audit.ReadAsync(new ConsoleViewer("t", ConsoleRole.Owner), 100, default)).ShouldContain(a => a.Action == "sign-in" && a.Account == "owner");
    }

    [Theory]
    [InlineData("https://evil.test/")]
    [InlineData("//evil.test/")]
    [InlineData("/\\evil.test/")]
    [InlineData("javascript:alert(1)")]
    public async Task Nobody_is_sent_elsewhere_after_signing_in(string target)
    {
        var browser = console.NewBrowser();
        var login = await browser.GetAsync("/login?returnUrl=" + Uri.EscapeDataString(target));
        var answer = await browser.SubmitAsync(login, "form", new() { ["Form.Name"] = "owner", ["Form.Password"] = ConsoleFixture.Password });
        answer.Status.ShouldBe(302);
        new Uri(new Uri("http://localhost"), answer.Location!).ShouldBe(new Uri("http://localhost/"));
    }

    [Theory]
    [InlineData("owner", "wrong password")]
    [InlineData("nobody", ConsoleFixture.Password)]
    [InlineData("", "")]
    public async Task Wrong_names_and_passwords_get_the_same_answer(string name, string password)
    {
        var browser = console.NewBrowser();
        var answer = await browser.SubmitAsync(await browser.GetAsync("/login"), "form", new() { ["Form.Name"] = name, ["Form.Password"] = password });
        answer.Status.ShouldBe(200);
        answer.Find("[role=alert]").TextContent.ShouldBe("Name or password is not right.");
        (await browser.GetAsync("/")).Status.ShouldBe(302);
    }

    [Fact]
    public async Task Too_many_wrong_passwords_lock_the_account_even_for_the_right_one()
    {
        await console.Accounts.AddAsync("locked", ConsoleRole.Admin, ConsoleFixture.Password, default);
        var browser = console.NewBrowser();
        var login = await browser.GetAsync("/login");
        for (var i = 0; i < 8; i++)
            await browser.SubmitAsync(login, "form", new() { ["Form.Name"] = "locked", ["Form.Password"] = "wrong password" });
        var answer = await browser.SubmitAsync(login, "form", new() { ["Form.Name"] = "locked", ["Form.Password"] = ConsoleFixture.Password });
        answer.Status.ShouldBe(200);
        answer.Find("[role=alert]").TextContent.ShouldContain("locked");
    }

    [Fact]
    public async Task A_disabled_account_can_not_sign_in()
    {
        await console.Accounts.AddAsync("gone", ConsoleRole.Admin, ConsoleFixture.Password, default);
        var account = (await console.Accounts.FindAsync("GONE", default))!;
        account.Disabled = true;
        (await console.Accounts.UpdateAsync(account, default)).ShouldBeTrue();
        var browser = console.NewBrowser();
        var answer = await browser.SubmitAsync(await browser.GetAsync("/login"), "form", new() { ["Form.Name"] = "gone", ["Form.Password"] = ConsoleFixture.Password });
        answer.Status.ShouldBe(200);
    }

    [Fact]
    public async Task The_first_start_makes_an_owner_with_a_random_password_for_the_consoles_user_alone()
    {
        var file = Path.Combine(console.Directory, "state", "initial-password");
        File.GetUnixFileMode(file).ShouldBe(UnixFileMode.UserRead | UnixFileMode.UserWrite);
        File.GetUnixFileMode(Path.GetDirectoryName(file)!).ShouldBe(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        var password = (await File.ReadAllTextAsync(file)).Trim();
        password.Length.ShouldBeGreaterThanOrEqualTo(20);
        var browser = console.NewBrowser();
        var answer = await browser.SubmitAsync(await browser.GetAsync("/login"), "form", new() { ["Form.Name"] = "admin", ["Form.Password"] = password });
        answer.Status.ShouldBe(302);
        (await browser.GetAsync("/me")).Text.ShouldContain("owner");
    }

    [Fact]
    public async Task Signing_out_ends_the_session()
    {
        var browser = await console.SignInAsync();
        var page = await browser.GetAsync("/");
        (await browser.SubmitAsync(page, "form[action='/logout']", [])).Status.ShouldBe(302);
        (await browser.GetAsync("/")).Status.ShouldBe(302);
    }

    [Fact]
    public async Task A_changed_password_is_asked_for_from_then_on()
    {
        await console.Accounts.AddAsync("changer", ConsoleRole.Admin, ConsoleFixture.Password, default);
        var browser = await console.SignInAsync("changer");
        var me = await browser.GetAsync("/me");
        const string form = "form:has(#current)";
        (await browser.SubmitAsync(me, form, Fields("wrong password", "another horse", "another horse"))).Text.ShouldContain("The present password is not right.");
        (await browser.SubmitAsync(me, form, Fields(ConsoleFixture.Password, "another horse", "another house"))).Text.ShouldContain("not repeated alike");
        (await browser.SubmitAsync(me, form, Fields(ConsoleFixture.Password, "short", "short"))).Find("[role=alert]").TextContent.ShouldContain("8 to 256");
        (await browser.SubmitAsync(me, form, Fields(ConsoleFixture.Password, "another horse", "another horse"))).Text.ShouldContain("The password has been changed");
        (await browser.GetAsync("/")).Status.ShouldBe(200);
        var other = console.NewBrowser();
        (await other.SubmitAsync(await other.GetAsync("/login"), "form", new() { ["Form.Name"] = "changer", ["Form.Password"] = ConsoleFixture.Password })).Status.ShouldBe(200);
        (await other.SubmitAsync(await other.GetAsync("/login"), "form", new() { ["Form.Name"] = "changer", ["Form.Password"] = "another horse" })).Status.ShouldBe(302);
    }

    private static Dictionary<string, string> Fields(string current, string chosen, string repeated) =>
        new() { ["Password.Current"] = current, ["Password.Chosen"] = chosen, ["Password.Repeated"] = repeated };
}
