using System.Text;
using Amavis.Testing;
using Microsoft.EntityFrameworkCore;
using Microsoft.Playwright;

namespace Amavis.EndToEnd.Tests.Console;

/// <summary>Daemon, console and browser over one database, with some mail already checked; for all tests of the console.</summary>
public class ConsoleLab(Lab lab) : IAsyncLifetime
{
    private const string Policy = """
        local_domains_maps: [[.example.com]]
        sa_tag_level_deflt: 2.0
        sa_tag2_level_deflt: 6.31
        sa_kill_level_deflt: 6.31
        final_virus_destiny: D_DISCARD
        final_banned_destiny: D_DISCARD
        final_spam_destiny: D_DISCARD
        penpals_bonus_score: 8
        virus_quarantine_method: "sql:"
        banned_files_quarantine_method: "sql:"
        spam_quarantine_method: "sql:"
        banned_filename_re:
          - '^\.(exe-ms|dll)$'
          - '(?i).\.(exe|vbs|pif|scr|bat|cmd|com|cpl)$'

        """;

    private static readonly string[] Arguments =
    [
        "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync",
    ];

    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("amv-");
    private FilterProcess? _filter;
    private ConsoleProcess? _console;
    private IPlaywright? _playwright;
    private IBrowser? _browser;
    private string _dsn = "";
    private string _signedIn = "";
    private int _sent;

    /// <summary>YAML lines.</summary>
    protected virtual string Scanners => lab.Scanners;

    public MailSink Sink { get; } = new();

    public virtual async Task InitializeAsync()
    {
        var port = FreePorts.Take(1)[0];
        _dsn = await lab.NewDatabaseAsync("sqlite", _directory.FullName);
        _filter = await FilterProcess.StartAsync(Sink.Port, $"{Policy}\n{Scanners}\nstorage_sql_dsn: [\"{_dsn}\"]\nlookup_sql_dsn: [\"{_dsn}\"]\n{ConsoleProcess.Settings(port)}");
        _console = await ConsoleProcess.StartAsync(port, _filter.ConfigurationPath);
        _playwright = await Playwright.CreateAsync();
        _browser = await _playwright.Chromium.LaunchAsync(new BrowserTypeLaunchOptions { ExecutablePath = "/usr/bin/chromium", Args = Arguments });
        foreach (var message in (byte[][])[Mail.Clean(), Mail.Gtube(), Mail.Banned(), Mail.Eicar()])
            await SendAsync("ann@example.org", message);
        await using var page = await OpenAsync(signedIn: false);
        await page.Page.GotoAsync("/login");
        await SignInAsync(page.Page, ConsoleProcess.Password);
        await page.Page.GetByRole(AriaRole.Heading, new() { Name = "Today" }).WaitForAsync();
        _signedIn = await page.StateAsync();
    }

    public virtual async Task DisposeAsync()
    {
        if (_browser is not null)
            await _browser.CloseAsync();
        _playwright?.Dispose();
        if (_console is not null)
            await _console.DisposeAsync();
        if (_filter is not null)
            await _filter.DisposeAsync();
        await Sink.DisposeAsync();
        _directory.Delete(recursive: true);
    }

    public Task<WatchedPage> OpenAsync(bool signedIn = true, int width = 1280, int height = 900, ColorScheme scheme = ColorScheme.Light) =>
        WatchedPage.OpenAsync(_browser!, _console!.Address, new BrowserNewContextOptions
        {
            ViewportSize = new ViewportSize { Width = width, Height = height },
            ColorScheme = scheme,
            StorageState = signedIn ? _signedIn : null,
        });

    public static async Task SignInAsync(IPage page, string password)
    {
        await page.GetByLabel("Name", new() { Exact = true }).FillAsync("admin");
        await page.GetByLabel("Password", new() { Exact = true }).FillAsync(password);
        await page.GetByRole(AriaRole.Button, new() { Name = "Sign in" }).ClickAsync();
    }

    /// <summary>Gives the daemon a message, and ends when the console can show it.</summary>
    public async Task SendAsync(string sender, byte[] message, string recipient = "user1@example.com")
    {
        await using (var client = await SmtpProbe.ConnectAsync(_filter!.SmtpPort))
        {
            await client.SayAsync("EHLO mta.example.net");
            (await client.DeliverAsync(sender, [recipient], message)).ShouldStartWith("250 ");
            await client.SayAsync("QUIT");
        }
        await WaitForRowsAsync(++_sent);
    }

    /// <summary>The same message under another subject.</summary>
    public static byte[] Titled(byte[] message, string subject)
    {
        var text = Encoding.Latin1.GetString(message);
        var from = text.IndexOf("\r\nSubject: ", StringComparison.Ordinal) + "\r\nSubject: ".Length;
        return Encoding.Latin1.GetBytes(text[..from] + subject + text[text.IndexOf("\r\n", from, StringComparison.Ordinal)..]);
    }

    private async Task WaitForRowsAsync(int count)
    {
        await using var database = Lab.Open(_dsn);
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        while (true)
        {
            await using var context = await database.CreateContextAsync(limit.Token);
            if (await context.Msgs.CountAsync(m => m.Content != null, limit.Token) >= count)
                return;
            await Task.Delay(50, limit.Token);
        }
    }
}
