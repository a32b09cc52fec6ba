using System.Collections.Concurrent;
using Microsoft.Playwright;

namespace Amavis.EndToEnd.Tests.Console;

/// <summary>
/// A page in a browser profile of its own. Everything a page must not do is written down while it is used: a dialog, an error or
/// warning in the browser's console (violations of the content security policy are among them), an error in a script, a request to
/// another host.
/// </summary>
public sealed class WatchedPage : IAsyncDisposable
{
    private readonly IBrowserContext _context;
    private readonly ConcurrentQueue<string> _faults = new();

    private WatchedPage(IBrowserContext context, Uri console)
    {
        _context = context;
        context.Dialog += async (_, dialog) =>
        {
            _faults.Enqueue($"dialog: {dialog.Message}");
            await dialog.DismissAsync();
        };
        context.Console += (_, message) =>
        {
            if (message.Type is "error" or "warning")
                _faults.Enqueue($"console: {message.Text} ({message.Location})");
        };
        context.WebError += (_, error) => _faults.Enqueue($"script: {error.Error}");
        context.Request += (_, request) =>
        {
            var address = new Uri(request.Url);
            if (address.Scheme is "http" or "https" && address.Authority != console.Authority)
                _faults.Enqueue($"request: {request.Url}");
        };
    }

    public IPage Page { get; private set; } = null!;

    /// <param name="options">Its base address is set here.</param>
    public static async Task<WatchedPage> OpenAsync(IBrowser browser, Uri console, BrowserNewContextOptions options)
    {
        options.BaseURL = console.ToString();
        var context = await browser.NewContextAsync(options);
        context.SetDefaultTimeout(20_000);
        return new WatchedPage(context, console) { Page = await context.NewPageAsync() };
    }

    /// <summary>The signed-in state, for the options of another page.</summary>
    public Task<string> StateAsync() => _context.StorageStateAsync();

    /// <summary>The last line of a test: nothing of what must not happen did.</summary>
    public void ShouldHaveBehaved() => _faults.ShouldBeEmpty();

    public async ValueTask DisposeAsync() => await _context.CloseAsync();
}
