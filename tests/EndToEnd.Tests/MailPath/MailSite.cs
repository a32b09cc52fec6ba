using Amavis.Data;
using Amavis.Testing;
using Microsoft.EntityFrameworkCore;

namespace Amavis.EndToEnd.Tests.MailPath;

/// <summary>Postfix and the filter in one set-up, with a database, and a gate before the second smtpd, where the filter sends to.</summary>
internal sealed class MailSite : IAsyncDisposable
{
    private const string Policy = """
        local_domains_maps: [[.example.com]]
        sa_tag_level_deflt: -999
        sa_tag2_level_deflt: 6.31
        sa_kill_level_deflt: 6.31
        sa_spam_subject_tag: "***SPAM*** "
        viruses_that_fake_sender_maps: [0]
        virus_lovers_maps: [{lover@example.com: 1}]
        final_banned_destiny: D_BOUNCE
        final_destiny_maps_by_ccat:
          virus: [{reject@example.com: D_REJECT, later@example.com: D_TEMPFAIL, bounce@example.com: D_BOUNCE, .: D_DISCARD}]
          spam: [{discard@example.com: D_DISCARD, .: D_PASS}]
        banned_filename_re: ['(?i).\.exe$']
        virus_quarantine_method: "sql:"
        banned_files_quarantine_method: "sql:"
        spam_quarantine_method: "sql:"

        """;

    private readonly TestDirectory _directory = new();
    private AmavisdMilter? _helper;
    private AmavisDatabase _database = null!;
    private int _frontPort;

    public required SetUp SetUp { get; init; }

    public FilterProcess Filter { get; private set; } = null!;

    public PostfixServer Postfix { get; private set; } = null!;

    /// <summary>Before the next hop of the filter.</summary>
    public Gate Gate { get; private set; } = null!;

    public static async Task<MailSite> StartAsync(SetUp setUp, Lab lab)
    {
        var site = new MailSite { SetUp = setUp };
        var ports = FreePorts.Take(3);
        site._frontPort = ports[0];
        site.Gate = new Gate(ports[2], ports[1]);
        site.Gate.Open();
        var dsn = await lab.NewDatabaseAsync(setUp is SetUp.ContentFilter or SetUp.Milter ? "postgres" : "sqlite", site._directory.Path);
        site.Filter = await FilterProcess.StartAsync(ports[2], $"{Policy}{lab.Scanners}\nstorage_sql_dsn: [\"{dsn}\"]");
        site._database = Lab.Open(dsn);
        if (setUp == SetUp.AmavisdMilter)
            site._helper = await AmavisdMilter.StartAsync(site.Filter.SocketPath, Path.Combine(site.Filter.Directory, "milter"));
        string[] front = setUp switch
        {
            SetUp.ContentFilter => [$"content_filter=smtp:[127.0.0.1]:{site.Filter.SmtpPort}"],
            SetUp.Lmtp => [$"content_filter=lmtp:[127.0.0.1]:{site.Filter.SmtpPort}"],
            SetUp.Proxy => [$"smtpd_proxy_filter=127.0.0.1:{site.Filter.SmtpPort}", "smtpd_proxy_options=speed_adjust"],
            SetUp.Milter => [$"smtpd_milters=inet:127.0.0.1:{site.Filter.MilterPort}", "milter_default_action=tempfail"],
            _ => [$"smtpd_milters=inet:127.0.0.1:{site._helper!.Port}", "milter_default_action=tempfail"],
        };
        site.Postfix = await PostfixServer.StartAsync(ports[0], ports[1], front);
        return site;
    }

    /// <summary>What the sender hears at the end of the message.</summary>
    public async Task<string> SendAsync(byte[] message, params string[] recipients)
    {
        await using var client = await SmtpProbe.ConnectAsync(_frontPort);
        await client.SayAsync("EHLO mta.example.net");
        return await client.DeliverAsync("ann@example.com", recipients, message);
    }

    /// <summary>The finished row of a message and those of its recipients; waits for them. Postfix gives recipients in an order of its own.</summary>
    public async Task<LoggedMail> LoggedAsync(string messageId)
    {
        LoggedMail? found = null;
        await Waiting.UntilAsync(async stop =>
        {
            await using var context = await _database.CreateContextAsync(stop);
            var row = await context.Msgs.Where(m => m.Content != null && m.MessageId == $"<{messageId}@example.org>").OrderByDescending(m => m.AmId).FirstOrDefaultAsync(stop);
            if (row is null)
                return false;
            var recipients = await (from r in context.Msgrcpt
                                    join a in context.Maddr on r.Rid equals a.Id
                                    where r.MailId == row.MailId
                                    select new { a.Email, r.Ds }).ToListAsync(stop);
            found = new LoggedMail(row.Content!, row.QuarType!, row.DsnSent!, string.Join(", ", recipients.Select(r => $"{r.Email} {r.Ds}").Order(StringComparer.Ordinal)));
            return true;
        }, TimeSpan.FromSeconds(30), CancellationToken.None);
        return found!;
    }

    /// <summary>Everybody's log, for a test that fails.</summary>
    public string Diagnosis => $"{_helper?.Output}\n{Filter.Log}\n{Postfix.Log}";

    public async ValueTask DisposeAsync()
    {
        await Postfix.DisposeAsync();
        if (_helper is not null)
            await _helper.DisposeAsync();
        await Filter.DisposeAsync();
        await Gate.DisposeAsync();
        await _database.DisposeAsync();
        _directory.Dispose();
    }
}

/// <param name="Content">Letter of the message.</param>
/// <param name="Recipients">Address and delivery status of each, in the order of the addresses.</param>
internal sealed record LoggedMail(string Content, string Quarantined, string DsnSent, string Recipients);
