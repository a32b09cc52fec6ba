using System.Diagnostics;
using System.Globalization;
using Deque.AxeCore.Playwright;
using Microsoft.Playwright;

namespace Amavis.EndToEnd.Tests.Console;

/// <summary>What every page has to keep to, however wide and in which colours it is shown.</summary>
internal static class PageInspection
{
    /// <summary>Directory for pictures of the pages inspected; null: none are taken.</summary>
    private static readonly string? Screenshots = Environment.GetEnvironmentVariable("AMAVIS_SCREENSHOTS");

    /// <summary>Widths and colours pages are looked at in.</summary>
    public static TheoryData<string, int, ColorScheme> Looks => new()
    {
        { "light", 1280, ColorScheme.Light },
        { "dark", 1280, ColorScheme.Dark },
        { "narrow", 360, ColorScheme.Light },
        { "narrow-dark", 360, ColorScheme.Dark },
    };

    /// <summary>Fits its width, and axe has nothing to say.</summary>
    public static async Task InspectAsync(IPage page, string name, string look)
    {
        if (Screenshots is not null)
            await page.ScreenshotAsync(new() { Path = Path.Combine(Screenshots, $"{name}-{look}.png"), FullPage = true });
        // A page that has just been changed in place may not be laid out yet; one that does not fit never will.
        for (var waited = Stopwatch.StartNew(); waited.Elapsed < TimeSpan.FromSeconds(10) && await OverhangAsync(page) > 0;)
            await page.EvaluateAsync("new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))");
        (await OverhangAsync(page)).ShouldBeLessThanOrEqualTo(0, $"{name}, {look}: wider than the window because of {await WidestAsync(page)}");
        var violations = (await page.RunAxe()).Violations;
        violations.Select(v => string.Create(CultureInfo.InvariantCulture, $"{name}, {look}: {v.Id}: {v.Help}: {string.Join(" | ", v.Nodes.Select(n => n.Html))}")).ShouldBeEmpty();
    }

    /// <summary>The element that reaches furthest to the right.</summary>
    private static Task<string> WidestAsync(IPage page) => page.EvaluateAsync<string>(
        "[...document.querySelectorAll('body *')].sort((a, b) => b.getBoundingClientRect().right - a.getBoundingClientRect().right)[0].outerHTML.slice(0, 300)");

    private static Task<int> OverhangAsync(IPage page) => page.EvaluateAsync<int>("document.documentElement.scrollWidth - innerWidth");
}
