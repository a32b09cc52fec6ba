using Amavis.Core.Lookups;
using Amavis.Core.Lookups.Databases;
using Amavis.Core.Messages;
using Amavis.Core.Policy;
using Amavis.Data.Console;
using Amavis.Protocols.AmPdp;
using Amavis.Testing.Console;
using Amavis.Web.Hosting;
using Amavis.Web.Releasing;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.TestHost;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Time.Testing;

namespace Amavis.Web.Tests;

/// <summary>The whole console in this process, over a database of its own; the daemon is played by <see cref="Daemon"/>.</summary>
public sealed class ConsoleFixture : IAsyncLifetime
{
    public const string Password = "correct horse battery";

    private WebApplication? _app;

    internal ConsoleSeed Seed { get; private set; } = default!;

    internal string Directory { get; } = System.IO.Directory.CreateTempSubdirectory("amavis-web-").FullName;

    internal string QuarantineDirectory => Path.Combine(Directory, "quarantine");

    internal FakeDaemon Daemon { get; } = new();

    internal DateTimeOffset Now { get; } = new(2026, 11, 22, 12, 0, 0, TimeSpan.Zero);

    internal IServiceProvider Services => _app!.Services;

    public async Task InitializeAsync()
    {
        System.IO.Directory.CreateDirectory(QuarantineDirectory);
        Seed = await ConsoleSeed.SqliteAsync();
        var settings = new Settings
        {
            MyHostname = "mx.example.com",
            SpamScanners = [new SpamScannerSettings("SpamAssassin", "spamd", ["127.0.0.1:783"]) { Learns = true }],
            QuarantineDir = QuarantineDirectory,
            StorageSqlDsn = [Seed.Dsn],
            LookupSqlDsn = [Seed.Dsn],
            SpamKillLevelMaps = new LookupMaps([.. PolicyField.Of("spam_kill_level_maps")!.Tables(sql: true, ldap: false), new ConstantTable(new LookupValue(6.9))]),
            Web = new WebSettings { StateDir = Path.Combine(Directory, "state") },
        };
        _app = ConsoleHost.Build(settings, builder =>
        {
            builder.WebHost.UseTestServer();
            builder.Logging.ClearProviders();
            builder.Services.Replace(ServiceDescriptor.Singleton<TimeProvider>(new FakeTimeProvider(Now)));
            builder.Services.Replace(ServiceDescriptor.Singleton<IReleaseSocket>(Daemon));
        });
        await ConsoleHost.PrepareAsync(_app, null, default);
        await Accounts.AddAsync("owner", ConsoleRole.Owner, Password, default);
        await Accounts.AddAsync("auditor", ConsoleRole.Auditor, Password, default);
        await _app.StartAsync();
    }

    public async Task DisposeAsync()
    {
        await _app!.DisposeAsync();
        await Seed.DisposeAsync();
        System.IO.Directory.Delete(Directory, recursive: true);
    }

    internal Accounts Accounts => Services.GetRequiredService<Accounts>();

    internal AuditLog Audit => Services.GetRequiredService<AuditLog>();

    /// <summary>A browser that is not signed in.</summary>
    internal Browser NewBrowser() => new(_app!.GetTestServer().CreateHandler());

    internal async Task<Browser> SignInAsync(string name = "owner")
    {
        var browser = NewBrowser();
        var login = await browser.GetAsync("/login");
        var answer = await browser.SubmitAsync(login, "form", new() { ["Form.Name"] = name, ["Form.Password"] = Password });
        answer.Status.ShouldBe(302);
        return browser;
    }

    internal async Task<string> StatesAsync(MessageKey key)
    {
        var view = await Services.GetRequiredService<MessageQuery>().FindAsync(new ConsoleViewer("test", ConsoleRole.Owner), key, default);
        return string.Concat(view!.Summary.Recipients.Select(r => r.ReleaseStatus));
    }
}

/// <summary>Plays the daemon's side of releases.</summary>
internal sealed class FakeDaemon : IReleaseSocket
{
    private readonly Dictionary<string, SmtpReply> _replies = [];

    public List<ReleaseRequest> Requests { get; } = [];

    /// <summary>Requests for this message fail as a broken connection does.</summary>
    public HashSet<string> Unreachable { get; } = [];

    /// <summary>What the scanner says that learns a message; without it that it has.</summary>
    public Dictionary<string, SmtpReply> Learning { get; } = [];

    /// <summary>What the next hop says for a recipient; without it all is taken.</summary>
    public void Answer(string recipient, int code, string text) => _replies[recipient] = new SmtpReply(code, text);

    public Task<ReleaseAnswer> SendAsync(ReleaseRequest request, CancellationToken cancellationToken)
    {
        lock (Requests)
            Requests.Add(request);
        if (Unreachable.Contains(request.MailId))
            throw new IOException("can't connect to /run/amavis/release.sock: Connection refused");
        if (request.Kind == ReleaseKind.Learn)
            return Task.FromResult(new ReleaseAnswer([Learning.GetValueOrDefault(request.MailId, new SmtpReply(250, "2.5.0 SpamAssassin: learned"))], new AmPdpMessage([], 0)));
        var replies = request.Recipients.Select(r => _replies.GetValueOrDefault(r.Smtp, new SmtpReply(250, "2.0.0 Ok: queued as REL1"))).ToList();
        return Task.FromResult(new ReleaseAnswer(replies, new AmPdpMessage([], 0)));
    }
}
