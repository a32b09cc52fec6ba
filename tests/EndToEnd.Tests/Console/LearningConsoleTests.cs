using System.Diagnostics;
using System.Globalization;
using Amavis.Testing;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace Amavis.EndToEnd.Tests.Console;

/// <summary>The console with a real spamd that may be taught.</summary>
public sealed class LearningConsoleLab(Lab lab) : ConsoleLab(lab)
{
    public SpamdProcess Spamd { get; private set; } = null!; // Set by the runner before any test uses it.

    protected override string Scanners => base.Scanners[..base.Scanners.IndexOf("spam_scanners", StringComparison.Ordinal)]
        + $"spam_scanners: [{{name: SpamAssassin, protocol: spamd, address: {Spamd.Address}, learn: true}}]";

    public override async Task InitializeAsync()
    {
        Spamd = await SpamdProcess.StartAsync(["report tests=_TESTSSCORES(,)_ autolearn=_AUTOLEARN_ version=_VERSION_"], learns: true, CancellationToken.None);
        await base.InitializeAsync();
    }

    public override async Task DisposeAsync()
    {
        await base.DisposeAsync();
        Spamd.Dispose();
    }
}

/// <summary>Spam scanners taught in a real browser.</summary>
[Collection(nameof(Lab))]
[Trait("Needs", "Server")]
public sealed class LearningConsoleTests(LearningConsoleLab console) : IClassFixture<LearningConsoleLab>
{
    [Fact]
    public async Task A_scanner_hears_of_its_mistakes_and_of_what_it_did_not_find()
    {
        var mistaken = ConsoleLab.Titled(Mail.Gtube("learn.ham"), "learn: wanted");
        var program = ConsoleLab.Titled(Mail.Banned("learn.spam"), "learn: unwanted");
        await console.SendAsync("shop@vendor.example", mistaken);
        await console.SendAsync("pest@vendor.example", program);
        await using var watched = await console.OpenAsync();
        var page = watched.Page;

        // Held as spam by mistake: released, and the scanner learns that it is none.
        await OpenAsync(page, "learn: wanted");
        var preview = page.Locator("[data-preview]");
        await Expect(preview.GetByRole(AriaRole.Checkbox, new() { Name = "Teach the spam scanners that it is not spam" })).ToBeCheckedAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Release", Exact = true }).ClickAsync();
        var results = page.GetByRole(AriaRole.Region, new() { Name = "Results" });
        await Expect(results).ToContainTextAsync("The next hop has taken it.");
        await Expect(results).ToContainTextAsync("SpamAssassin: learned as ham");
        console.Sink.Messages.ShouldContain(m => m.Text.Contains("learn: wanted", StringComparison.Ordinal));

        // Held for its attachment only, but spam: the scanner is told, and the message stays where it is.
        await OpenAsync(page, "learn: unwanted");
        await Expect(preview.GetByRole(AriaRole.Checkbox, new() { Name = "Teach the spam scanners that it is not spam" })).ToHaveCountAsync(0);
        await page.GetByRole(AriaRole.Button, new() { Name = "This is spam" }).ClickAsync();
        await Expect(results).ToContainTextAsync("SpamAssassin: learned as spam");
        console.Sink.Messages.ShouldNotContain(m => m.Text.Contains("learn: unwanted", StringComparison.Ordinal));

        (await TellAsync("ham", mistaken)).ShouldContain("already un/learned");
        (await TellAsync("spam", program)).ShouldContain("already un/learned");
        (await TellAsync("spam", Mail.Clean("learn.other"))).ShouldContain("successfully un/learned");
        watched.ShouldHaveBehaved();
    }

    private static async Task OpenAsync(IPage page, string subject)
    {
        await page.GotoAsync("/quarantine");
        await page.GetByRole(AriaRole.Row).GetByRole(AriaRole.Link, new() { Name = subject, Exact = true }).ClickAsync();
    }

    /// <summary>What spamd itself says to its own client.</summary>
    private async Task<string> TellAsync(string taught, byte[] message)
    {
        var start = new ProcessStartInfo("spamc", ["-d", "127.0.0.1", "-p", console.Spamd.Port.ToString(CultureInfo.InvariantCulture), "-L", taught])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        };
        using var spamc = Process.Start(start)!;
        var output = spamc.StandardOutput.ReadToEndAsync();
        await spamc.StandardInput.BaseStream.WriteAsync(message);
        spamc.StandardInput.Close();
        await spamc.WaitForExitAsync();
        return await output;
    }
}
