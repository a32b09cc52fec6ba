using System.Globalization;

namespace Amavis.Testing;

/// <summary>
/// An rspamd of its own on free ports, with the rules of Debian's package, Bayes in SQLite and nothing that asks the network. Loading its rules takes
/// it half a minute on a busy machine: one for a class of tests.
/// </summary>
public sealed class RspamdProcess : IDisposable
{
    public const string Program = "/usr/bin/rspamd";

    /// <summary>What the controller asks for.</summary>
    public const string Password = "correct horse";

    private static readonly TimeSpan StartDeadline = TimeSpan.FromMinutes(3);

    /// <summary>Modules that ask the DNS, other servers or Redis.</summary>
    private static readonly string[] Quiet =
    [
        "arc", "asn", "bimi", "dkim", "dmarc", "fuzzy_check", "greylist", "hfilter", "history_redis", "mx_check", "neural", "phishing", "ratelimit", "rbl", "replies",
        "reputation", "rspamd_update", "spf", "surbl", "url_redirector", "whitelist",
    ];

    private readonly TestDirectory _directory = new();
    private readonly int[] _ports = FreePorts.Take(2);
    private ServerProcess? _server;

    private RspamdProcess()
    {
    }

    /// <summary>Where messages are scored; in the form of the configuration.</summary>
    public string Address => $"http://127.0.0.1:{_ports[0]}";

    /// <summary>Where it is taught.</summary>
    public string Controller => $"http://127.0.0.1:{_ports[1]}";

    public ServerProcess Server => _server ?? throw new InvalidOperationException("rspamd is stopped");

    public static async Task<RspamdProcess> StartAsync(CancellationToken cancellationToken)
    {
        var rspamd = new RspamdProcess();
        rspamd.WriteFiles();
        List<string> arguments =
        [
            "-f", "-c", rspamd._directory.FilePath("rspamd.conf"), "--var=DBDIR=" + rspamd._directory.FilePath("db"), "--var=LOCAL_CONFDIR=" + rspamd._directory.Path,
        ];
        if (Environment.IsPrivilegedProcess)
            arguments.Add("-i");
        rspamd._server = await ServerProcess.StartAsync(Program, arguments, rspamd.AnswersAsync, StartDeadline, cancellationToken);
        return rspamd;
    }

    public void Dispose()
    {
        _server?.Dispose();
        _directory.Dispose();
    }

    private void WriteFiles()
    {
        Directory.CreateDirectory(_directory.FilePath("db"));
        var local = Directory.CreateDirectory(_directory.FilePath("local.d")).FullName;
        foreach (var module in Quiet)
            File.WriteAllText(Path.Combine(local, module + ".conf"), "enabled = false;\n");
        var options = Directory.CreateDirectory(_directory.FilePath("override.d")).FullName;
        // Nobody listens at the port for discarded data.
        File.WriteAllText(Path.Combine(options, "options.inc"), """
            filters = "chartable,regexp";
            dns { nameserver = ["127.0.0.1:9"]; timeout = 0.05s; retransmits = 1; }
            task_timeout = 60s;

            """);
        File.WriteAllText(_directory.FilePath("rspamd.conf"), $$"""
            lua = "$RULESDIR/rspamd.lua"
            .include "$CONFDIR/metrics.conf"
            .include "$CONFDIR/actions.conf"
            .include "$CONFDIR/groups.conf"
            .include "$CONFDIR/composites.conf"
            .include "$CONFDIR/modules.conf"
            .include "$CONFDIR/settings.conf"
            modules { path = "${PLUGINSDIR}"; }
            classifier "bayes" {
              tokenizer { name = "osb"; }
              backend = "sqlite3";
              cache { type = "sqlite3"; file = "$DBDIR/learned.sqlite"; }
              min_tokens = 3; min_learns = 1;
              statfile { symbol = "BAYES_HAM"; path = "$DBDIR/ham.sqlite"; spam = false; }
              statfile { symbol = "BAYES_SPAM"; path = "$DBDIR/spam.sqlite"; spam = true; }
            }
            options {
              pidfile = "$DBDIR/rspamd.pid";
              .include "$CONFDIR/options.inc"
              .include(priority=10) "$LOCAL_CONFDIR/override.d/options.inc"
            }
            logging { type = "console"; level = "notice"; }
            worker "normal" { bind_socket = "127.0.0.1:{{Text(_ports[0])}}"; count = 1; }
            worker "controller" { bind_socket = "127.0.0.1:{{Text(_ports[1])}}"; password = "{{Password}}"; secure_ip = "192.0.2.1"; count = 1; }

            """);
    }

    private static string Text(int port) => port.ToString(CultureInfo.InvariantCulture);

    private async Task<bool> AnswersAsync(CancellationToken cancellationToken)
    {
        using var client = new HttpClient { Timeout = TimeSpan.FromSeconds(2) };
        try
        {
            foreach (var address in (string[])[Address, Controller])
                if (!(await client.GetStringAsync(address + "/ping", cancellationToken)).Contains("pong", StringComparison.Ordinal))
                    return false;
            return true;
        }
        catch (Exception e) when (e is HttpRequestException or TaskCanceledException && !cancellationToken.IsCancellationRequested)
        {
            return false;
        }
    }
}
