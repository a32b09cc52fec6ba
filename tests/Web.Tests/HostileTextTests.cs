using Amavis.Data.Console;
using Amavis.Testing;
using Amavis.Testing.Console;
using AngleSharp.Dom;

namespace Amavis.Web.Tests;

/// <summary>Every text of a message is written by strangers: none of it may become markup on any page.</summary>
public sealed class HostileTextTests(ConsoleFixture console) : IClassFixture<ConsoleFixture>
{
    private static int _count;

    public static TheoryData<string> Probes() =>
    [
        "<script>alert('probe')</script>",
        "\"><img src=x onerror=alert('probe')>",
        "' onmouseover='alert(1)' probe='",
        "</pre></textarea></title><svg onload=alert('probe')>",
        "javascript:alert('probe')",
        "<a href=javascript:alert(1)>probe</a><iframe srcdoc=probe>",
        "@(1+1) {{1+1}} ${1+1} probe &lt;script&gt;",
        "\u202eprobe\u0007\u001b[31m<b>",
    ];

    [Theory]
    [MemberData(nameof(Probes))]
    public async Task No_text_of_a_message_becomes_markup(string probe)
    {
        var id = $"xss{Interlocked.Increment(ref _count):000}";
        var cut = probe[..Math.Min(probe.Length, 20)];
        var key = await console.Seed.AddAsync(new SeedMessage(id, console.Now.AddMinutes(-1))
        {
            Subject = probe,
            From = probe,
            Sender = probe + "@far.test",
            MessageId = probe,
            Client = probe,
            LogId = cut,
            Content = "V",
            QuarType = "Q",
            QuarLoc = probe,
            Recipients = [new SeedRecipient(probe + "@example.com") { Content = 'V', Ds = 'D', Response = "250 2.7.0 Ok, discarded - INFECTED: " + probe }],
            Explanation = SampleMail.Explained(probe).ToJson(),
            Text = Octets.Of($"X-Spam-Status: {probe}\nSubject: {probe}\nContent-Type: multipart/mixed; boundary=B\n\n--B\n\n{probe}\n--B\nContent-Type: x/y; name=\"{probe.Replace("\"", "\\\"")}\"\n\n{probe}\n--B--\n"),
        });
        var browser = await console.SignInAsync();
        string[] paths =
        [
            "/", "/messages", "/quarantine", $"/quarantine?open={key}", $"/messages/{key}", $"/messages/{key}?tab=recipients", $"/messages/{key}?tab=content",
            $"/messages/{key}?tab=headers", $"/messages/{key}?tab=parts", $"/messages/{key}?tab=timeline",
            "/messages?subject=" + Uri.EscapeDataString(probe) + "&from=" + Uri.EscapeDataString(probe) + "&answer=" + Uri.EscapeDataString(probe),
            "/quarantine?q=" + Uri.EscapeDataString(probe) + "&to=" + Uri.EscapeDataString(probe),
        ];
        foreach (var path in paths)
        {
            var page = await browser.GetAsync(path);
            page.Status.ShouldBe(200, path);
            ShouldBeHarmless(page, path);
        }
        (await browser.GetAsync($"/messages/{key}")).Text.ShouldContain("probe");
    }

    [Theory]
    [MemberData(nameof(Probes))]
    public async Task What_the_next_hop_says_does_not_become_markup(string probe)
    {
        var id = $"xssr{Interlocked.Increment(ref _count):000}";
        var key = await console.Seed.AddAsync(SampleMail.Spam(id, new SeedRecipient($"{id}@example.com") { Content = 'S', Ds = 'D' }) with { Subject = probe });
        console.Daemon.Answer($"{id}@example.com", 550, "5.7.1 " + probe);
        var browser = await console.SignInAsync();
        var list = await browser.GetAsync("/quarantine");
        var answer = await browser.SubmitAsync(list, "form[data-list]", new() { ["Form.Act"] = "release" }, v => v == key.ToString());
        answer.Status.ShouldBe(200);
        answer.Text.ShouldContain("550 5.7.1");
        ShouldBeHarmless(answer, "release");
    }

    [Fact]
    public async Task The_secret_that_releases_a_message_is_on_no_page()
    {
        var key = await console.Seed.AddAsync(SampleMail.Spam("secret1"));
        var browser = await console.SignInAsync();
        string[] paths = ["/", "/messages", "/quarantine", $"/quarantine?open={key}", .. ((string[])["why", "recipients", "content", "headers", "parts", "timeline"]).Select(t => $"/messages/{key}?tab={t}")];
        foreach (var path in paths)
            (await browser.GetAsync(path)).Text.ShouldNotContain("TheSecret123", Case.Insensitive, path);
    }

    private static void ShouldBeHarmless(Page page, string path)
    {
        var elements = page.Document.QuerySelectorAll("*").ToList();
        elements.Where(e => e.LocalName is "script").Select(e => e.GetAttribute("src") ?? "inline").ShouldAllBe(s => s.StartsWith("/js/"), path);
        elements.Where(e => e.LocalName is "img" or "iframe" or "object" or "embed" or "style").ShouldBeEmpty(path);
        elements.SelectMany(e => e.Attributes).Where(a => a.Name.StartsWith("on") || a.Name is "style" or "srcdoc" or "probe").ShouldBeEmpty(path);
        elements.Select(e => e.GetAttribute("href") ?? e.GetAttribute("action")).OfType<string>().ShouldAllBe(u => u.StartsWith('/') || u.StartsWith('#'), path);
    }
}
