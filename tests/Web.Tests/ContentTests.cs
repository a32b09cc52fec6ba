using System.IO.Compression;
using Amavis.Data.Console;
using Amavis.Testing;
using Amavis.Testing.Console;

namespace Amavis.Web.Tests;

public sealed class ContentTests(ConsoleFixture console) : IClassFixture<ConsoleFixture>
{
    [Fact]
    public async Task Text_is_shown_as_text_with_attachments_by_name_and_no_frame()
    {
        var key = await console.Seed.AddAsync(SampleMail.Spam("text01"));
        var page = await (await console.SignInAsync()).GetAsync($"/messages/{key}?tab=content");
        page.Find("pre.text").TextContent.ShouldContain("Cheap <b>watches</b> for € 5");
        page.Document.QuerySelector("iframe").ShouldBeNull();
        page.Document.QuerySelectorAll("tbody th").Select(t => t.TextContent).ShouldContain("../../etc/in voice.exe");
    }

    [Fact]
    public async Task The_layout_stands_in_a_frame_without_any_rights()
    {
        var key = await console.Seed.AddAsync(SampleMail.Spam("frame1"));
        var browser = await console.SignInAsync();
        var text = await browser.GetAsync($"/messages/{key}?tab=content");
        var page = await browser.GetAsync(text.Document.QuerySelectorAll("main a").Single(a => a.TextContent == "Show the layout").GetAttribute("href")!);
        var frame = page.Find("iframe");
        frame.GetAttribute("sandbox").ShouldBe("");
        var body = await browser.GetAsync(frame.GetAttribute("src")!);
        body.Status.ShouldBe(200);
        body.Header("Content-Security-Policy").ShouldBe(
            "sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'self'");
        body.Text.ShouldContain("watches");
        body.Text.ShouldNotContain("alert");
        body.Text.ShouldNotContain("beacon");
        body.Text.ShouldContain("[picture: a watch]");
    }

    [Fact]
    public async Task Parts_and_messages_are_saved_and_never_shown()
    {
        var key = await console.Seed.AddAsync(SampleMail.Spam("parts1"));
        var browser = await console.SignInAsync();
        var page = await browser.GetAsync($"/messages/{key}?tab=content");
        var part = await browser.GetAsync(page.Find("tbody a[download]").GetAttribute("href")!);
        part.Status.ShouldBe(200);
        part.Header("Content-Type").ShouldBe("application/octet-stream");
        part.Header("X-Content-Type-Options").ShouldBe("nosniff");
        part.Header("Content-Disposition").ShouldStartWith("attachment; filename=\"in voice.exe\"");
        part.Header("Content-Security-Policy").ShouldContain("sandbox");
        (await part.Response.Content.ReadAsByteArrayAsync()).ShouldBe(Convert.FromBase64String("TVqQAAMAAAA="));
        var raw = await browser.GetAsync($"/messages/{key}/raw");
        raw.Header("Content-Type").ShouldBe("application/octet-stream");
        raw.Header("Content-Disposition").ShouldContain($"{key}.eml");
        raw.Text.ShouldStartWith("Received: from far.test");
        raw.Text.ShouldNotContain("hidden-bcc");
        (await console.Audit.ReadOfAsync(new ConsoleViewer("t", ConsoleRole.Owner), key.ToString(), 10, default)).Select(a => a.Action).ShouldBe(["download", "download"]);
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(0)]
    [InlineData(99)]
    public async Task A_part_that_holds_no_content_is_404(int part)
    {
        await console.Seed.AddAsync(SampleMail.Spam($"nopart{part + 1}"));
        (await (await console.SignInAsync()).GetAsync($"/messages/0-nopart{part + 1}/parts/{part}")).Status.ShouldBe(404);
    }

    [Fact]
    public async Task Files_below_the_quarantine_directory_are_read_plain_and_compressed()
    {
        await File.WriteAllTextAsync(Path.Combine(console.QuarantineDirectory, "plain-file01"), "Subject: x\n\nfrom a plain file\n");
        await using (var gzip = new GZipStream(File.Create(Path.Combine(console.QuarantineDirectory, "spam-file02.gz")), CompressionLevel.Fastest))
            await gzip.WriteAsync(Octets.Of("Subject: x\n\nfrom a compressed file\n"));
        var plain = await console.Seed.AddAsync(SampleMail.Spam("file01") with { QuarType = "F", QuarLoc = "plain-file01", Text = null });
        var packed = await console.Seed.AddAsync(SampleMail.Spam("file02") with { QuarType = "Z", QuarLoc = "spam-file02.gz", Text = null });
        var browser = await console.SignInAsync();
        (await browser.GetAsync($"/messages/{plain}?tab=content")).Text.ShouldContain("from a plain file");
        (await browser.GetAsync($"/messages/{packed}?tab=content")).Text.ShouldContain("from a compressed file");
    }

    [Theory]
    [InlineData("missing-file", "there is no such file any more")]
    [InlineData("../state/initial-password", "not a file below the quarantine directory")]
    [InlineData("/etc/passwd", "not a file below the quarantine directory")]
    [InlineData("link", "a link; it is not followed")]
    [InlineData("broken.gz", "it is damaged")]
    public async Task A_file_that_can_not_be_read_is_explained(string location, string reason)
    {
        var link = Path.Combine(console.QuarantineDirectory, "link");
        if (!File.Exists(link))
            File.CreateSymbolicLink(link, "/etc/passwd");
        await File.WriteAllTextAsync(Path.Combine(console.QuarantineDirectory, "broken.gz"), "this is no gzip");
        var id = "bad" + (uint)location.Sum(c => c);
        var key = await console.Seed.AddAsync(SampleMail.Spam(id) with { QuarType = "F", QuarLoc = location, Text = null });
        var browser = await console.SignInAsync();
        (await browser.GetAsync($"/messages/{key}?tab=content")).Text.ShouldContain(reason);
        (await browser.GetAsync($"/quarantine?open={key}")).Text.ShouldContain(reason);
        (await browser.GetAsync($"/messages/{key}/raw")).Status.ShouldBe(404);
    }

    [Fact]
    public async Task A_copy_kept_elsewhere_is_named()
    {
        var key = await console.Seed.AddAsync(SampleMail.Spam("mail01") with { QuarType = "M", QuarLoc = "quarantine@example.com", Text = null });
        (await (await console.SignInAsync()).GetAsync($"/messages/{key}?tab=content")).Text.ShouldContain("quarantine@example.com");
    }

    [Fact]
    public async Task An_auditor_reads_why_but_no_content()
    {
        var key = await console.Seed.AddAsync(SampleMail.Spam("audit1"));
        var browser = await console.SignInAsync("auditor");
        (await browser.GetAsync($"/messages/{key}")).Status.ShouldBe(200);
        var content = await browser.GetAsync($"/messages/{key}?tab=content");
        content.Text.ShouldContain("may not read the text");
        content.Text.ShouldNotContain("watches");
        (await browser.GetAsync($"/quarantine?open={key}")).Text.ShouldNotContain("watches");
        foreach (var path in (string[])["body", "raw", "parts/3"])
            (await browser.GetAsync($"/messages/{key}/{path}")).Status.ShouldBe(404, path);
    }
}
