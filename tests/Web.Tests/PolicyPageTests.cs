using Amavis.Core.Policy;
using Amavis.Data.Console;
using Amavis.Data.Console.Policies;
using AngleSharp.Dom;
using Microsoft.Extensions.DependencyInjection;

namespace Amavis.Web.Tests;

public sealed class PolicyPageTests(ConsoleFixture console) : IClassFixture<ConsoleFixture>
{
    private static readonly ConsoleViewer Owner = new("owner", ConsoleRole.Owner);

    private PolicyQuery Query => console.Services.GetRequiredService<PolicyQuery>();

    private PolicyChanges Changes => console.Services.GetRequiredService<PolicyChanges>();

    [Fact]
    public async Task A_policy_is_made_and_given_to_a_user_whose_page_says_what_holds()
    {
        var browser = await console.SignInAsync();
        var made = await browser.SubmitAsync(await browser.GetAsync("/policies/new"), "form.policy-form", new() { ["name"] = "Careful", ["f.spam_kill_level"] = "4.50", ["f.spam_lover"] = "N", ["e.spam_quarantine_to"] = "1" });
        made.Status.ShouldBe(302);
        var id = IdIn(made.Location!);
        var policy = await browser.GetAsync(made.Location!);
        policy.Find("[role=status]").TextContent.ShouldContain("Added");
        policy.Find("#f-spam_kill_level").GetAttribute("value").ShouldBe("4.5");
        policy.Find("#f-spam_lover option[selected]").TextContent.ShouldBe("no");
        policy.Find("[name='e.spam_quarantine_to']").HasAttribute("checked").ShouldBeTrue();
        policy.Document.QuerySelectorAll(".setting.own").Length.ShouldBe(3);
        policy.Find(".setting:has(#f-spam_kill_level) b").TextContent.ShouldBe("6.9");

        var user = await browser.SubmitAsync(await browser.GetAsync("/policies/users/new"), "form:has(#key)", new() { ["key"] = "Ada@Example.COM", ["policy"] = $"{id}" });
        user.Status.ShouldBe(302);
        var stored = (await Query.UserAsync(Owner, IdIn(user.Location!), default))!;
        stored.Key.ShouldBe("ada@example.com");
        stored.Priority.ShouldBe(8);

        var who = await browser.GetAsync("/who?address=ada@example.com");
        var row = who.Document.QuerySelectorAll("tr").Single(r => r.TextContent.Contains("spam_kill_level_maps", StringComparison.Ordinal));
        row.QuerySelectorAll("td").Select(c => c.TextContent.Trim()).ShouldBe(["4.5", $"SQL users {stored.Id} (ada@example.com), policy {id} (Careful)"]);
        (await browser.GetAsync("/who?address=eva@example.com")).Document.QuerySelectorAll("tr").Single(r => r.TextContent.Contains("spam_kill_level_maps", StringComparison.Ordinal))
            .QuerySelector("td b")!.TextContent.ShouldBe("6.9");
        (await console.Audit.ReadAsync(Owner, 2, default)).Select(a => a.Action).ShouldBe(["user-added", "policy-added"]);
    }

    [Theory]
    [InlineData("f.spam_kill_level", "seven", "is not a number")]
    [InlineData("f.spam_kill_level", "NaN", "is not a number")]
    [InlineData("f.message_size_limit", "1.5", "whole number")]
    [InlineData("f.message_size_limit", "3000000000", "whole number")]
    [InlineData("f.forward_method", "somewhere", "not a way to deliver")]
    [InlineData("f.spam_subject_tag2", "a\r\nBcc: x@example.com", "control characters")]
    public async Task A_wrong_entry_is_shown_again_with_its_reason_and_nothing_is_saved(string field, string typed, string reason)
    {
        var id = await NewPolicyAsync("Wrong");
        var browser = await console.SignInAsync();
        var answer = await browser.SubmitAsync(await browser.GetAsync($"/policies/{id}"), "form.policy-form", new() { ["name"] = "Other", [field] = typed });
        answer.Status.ShouldBe(200);
        answer.Find("[role=alert]").TextContent.ShouldContain("Nothing was saved");
        answer.Find(".fault").TextContent.ShouldContain(reason);
        answer.Find("#name").GetAttribute("value").ShouldBe("Other");
        (await Query.PolicyAsync(Owner, id, default))!.Name.ShouldBe("Wrong");
    }

    [Fact]
    public async Task Senders_are_put_on_a_list_and_taken_off()
    {
        var user = await NewUserAsync("lists@example.com");
        var browser = await console.SignInAsync();
        var listed = await browser.SubmitAsync(await browser.GetAsync($"/policies/users/{user}"), "form:has(#sender)", new() { ["sender"] = "@Far.Example", ["kind"] = "P", ["points"] = "-3.5" });
        listed.Status.ShouldBe(302);
        var page = await browser.GetAsync(listed.Location!);
        var row = page.Find("tbody tr");
        row.QuerySelector("th")!.TextContent.Trim().ShouldBe("@far.example");
        row.QuerySelector(".tag")!.TextContent.ShouldBe("-3.5 points");
        (await browser.GetAsync("/who?address=lists@example.com&sender=bob@far.example")).Text.ShouldContain("-3.5 points");

        var wrong = await browser.SubmitAsync(page, "form:has(#sender)", new() { ["sender"] = "eva@far.example", ["kind"] = "P", ["points"] = "many" });
        wrong.Status.ShouldBe(200);
        wrong.Find("[role=alert]").TextContent.ShouldContain("Points are a number");
        wrong.Find("#sender").GetAttribute("value").ShouldBe("eva@far.example");

        (await browser.SubmitAsync(page, "form:has([name=entry])", new() { ["entry"] = row.QuerySelector("[name=entry]")!.GetAttribute("value")! })).Status.ShouldBe(302);
        (await Query.ListAsync(Owner, user, null, default)).Entries.ShouldBeEmpty();
    }

    [Fact]
    public async Task Deleting_what_is_in_use_says_what_it_means_and_needs_more_than_a_press()
    {
        var (policy, other) = (await NewPolicyAsync("Doomed"), await NewPolicyAsync("Heir"));
        var user = await Changes.SaveUserAsync(Owner, "", null, new UserDraft("heir@example.com", 8, policy, null, null), null, default);
        await Changes.SetListedAsync(Owner, "", user, "doom@far.example", 8, new ListMeaning(ListKind.Black, 0), default);
        var browser = await console.SignInAsync();

        var page = await browser.GetAsync($"/policies/{policy}");
        page.Find("section:has(#delete)").TextContent.ShouldContain("1 user has this policy");
        var refused = await browser.SubmitAsync(page, "section:has(#delete) form", new() { ["to"] = "" });
        refused.Find("[role=alert]").TextContent.ShouldContain("has users");
        (await browser.SubmitAsync(page, "section:has(#delete) form", new() { ["to"] = $"{other}" })).Status.ShouldBe(302);
        (await Query.UserAsync(Owner, user, default))!.PolicyId.ShouldBe(other);

        var person = await browser.GetAsync($"/policies/users/{user}");
        person.Find("section:has(#delete)").TextContent.ShouldContain("1 sender is taken off the lists with it");
        (await browser.SubmitAsync(person, "section:has(#delete) form", [])).Find("[role=alert]").TextContent.ShouldContain("Tick the box");
        (await browser.SubmitAsync(person, "section:has(#delete) form", new() { ["sure"] = "1" })).Location!.ShouldEndWith("/policies/users?done=deleted");
        (await Query.UserAsync(Owner, user, default)).ShouldBeNull();
    }

    [Fact]
    public async Task A_form_made_from_an_older_row_changes_nothing()
    {
        var id = await NewPolicyAsync("Shared");
        var browser = await console.SignInAsync();
        var page = await browser.GetAsync($"/policies/{id}");
        await Changes.SavePolicyAsync(Owner, "", id, new PolicyDraft("Shared", new Dictionary<string, string?> { ["spam_kill_level"] = "3" }), null, default);
        (await browser.SubmitAsync(page, "form.policy-form", new() { ["f.spam_kill_level"] = "9" })).Find("[role=alert]").TextContent.ShouldContain("Somebody else");
        (await Query.PolicyAsync(Owner, id, default))!.Values["spam_kill_level"].ShouldBe("3");
    }

    [Fact]
    public async Task An_auditor_reads_all_and_changes_nothing()
    {
        var user = await NewUserAsync("audited@example.com");
        var id = (await Query.UserAsync(Owner, user, default))!.PolicyId;
        var browser = await console.SignInAsync("auditor");
        var page = await browser.GetAsync($"/policies/{id}");
        page.Status.ShouldBe(200);
        page.Document.QuerySelectorAll(".policy-form button, #delete").ShouldBeEmpty();
        page.Find(".policy-form fieldset").HasAttribute("disabled").ShouldBeTrue();
        (await browser.GetAsync("/policies/users")).Text.ShouldContain("audited@example.com");
        (await browser.GetAsync("/who?address=audited@example.com")).Status.ShouldBe(200);
        (await browser.SubmitAsync(page, "form.policy-form", new() { ["f.spam_kill_level"] = "1" })).Status.ShouldBe(403);
        (await Query.PolicyAsync(Owner, id, default))!.Values["spam_kill_level"].ShouldBeNull();
    }

    [Fact]
    public async Task Somebody_who_is_not_signed_in_is_asked_who_he_is()
    {
        foreach (var path in (string[])["/policies", "/policies/1", "/policies/users", "/policies/users/1", "/policies/senders", "/who?address=a@example.com"])
            (await console.NewBrowser().GetAsync(path)).Location!.ShouldContain("/login");
    }

    [Fact]
    public async Task Stored_text_is_shown_as_text()
    {
        const string Hostile = "<script>alert(1)</script>";
        var policy = await NewPolicyAsync(Hostile);
        await Changes.SaveUserAsync(Owner, "", null, new UserDraft("<img src=x>@example.com", 8, policy, Hostile, null), null, default);
        var browser = await console.SignInAsync();
        foreach (var path in (string[])["/policies", $"/policies/{policy}", "/policies/users", $"/who?address={Uri.EscapeDataString("\"<img src=x>\"@example.com")}"])
        {
            var page = await browser.GetAsync(path);
            page.Document.QuerySelectorAll("script:not([src]), img").ShouldBeEmpty(path);
        }
    }

    private Task<long> NewPolicyAsync(string name) => Changes.SavePolicyAsync(Owner, "", null, new PolicyDraft(name, new Dictionary<string, string?>()), null, default);

    private async Task<long> NewUserAsync(string key) => await Changes.SaveUserAsync(Owner, "", null, new UserDraft(key, 8, await NewPolicyAsync("Plain"), null, null), null, default);

    private static long IdIn(string location) => long.Parse(location.Split('/')[^1].Split('?')[0], System.Globalization.CultureInfo.InvariantCulture);
}
