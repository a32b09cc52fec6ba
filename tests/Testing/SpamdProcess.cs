using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace Amavis.Testing;

/// <summary>A spamd of its own on a free port, with the installed rules and without any look-ups over the network.</summary>
public sealed class SpamdProcess : IDisposable
{
    public const string Program = "/usr/sbin/spamd";

    /// <summary>Compiling the rules takes seconds.</summary>
    private static readonly TimeSpan StartDeadline = TimeSpan.FromSeconds(90);

    private readonly TestDirectory _directory = new();
    private ServerProcess? _server;

    private bool _learns;

    private SpamdProcess()
    {
    }

    public int Port { get; } = FreePorts.Take(1)[0];

    /// <summary>In the form of the configuration.</summary>
    public string Address => $"127.0.0.1:{Port}";

    public ServerProcess Server => _server ?? throw new InvalidOperationException("spamd is stopped");

    /// <param name="configuration">Lines added to local.cf.</param>
    public static Task<SpamdProcess> StartAsync(IReadOnlyList<string> configuration, CancellationToken cancellationToken) => StartAsync(configuration, learns: false, cancellationToken);

    /// <param name="learns">With a Bayes database of its own that decides from the second message on, and TELL allowed.</param>
    public static async Task<SpamdProcess> StartAsync(IReadOnlyList<string> configuration, bool learns, CancellationToken cancellationToken)
    {
        var spamd = new SpamdProcess { _learns = learns };
        spamd.WriteFiles(configuration);
        await spamd.StartAgainAsync(cancellationToken);
        return spamd;
    }

    public async Task StartAgainAsync(CancellationToken cancellationToken)
    {
        List<string> arguments =
        [
            "-L", "-x", "-i", "127.0.0.1", "-A", "127.0.0.1", "-p", Port.ToString(CultureInfo.InvariantCulture), "-m", "2", "--min-children=1",
            "--siteconfigpath=" + _directory.FilePath("site"), "-H", _directory.FilePath("home"), "--syslog=stderr",
        ];
        if (_learns)
            arguments.Add("--allow-tell");
        // spamd refuses to check mail as root.
        if (Environment.IsPrivilegedProcess)
            arguments.AddRange(["-u", "nobody"]);
        _server = await ServerProcess.StartAsync(Program, arguments, AnswersAsync, StartDeadline, cancellationToken);
    }

    public void Stop()
    {
        _server?.Dispose();
        _server = null;
    }

    public void Dispose()
    {
        Stop();
        _directory.Dispose();
    }

    private void WriteFiles(IReadOnlyList<string> configuration)
    {
        var site = Directory.CreateDirectory(_directory.FilePath("site")).FullName;
        Directory.CreateDirectory(_directory.FilePath("home"));
        if (!OperatingSystem.IsWindows())
            File.SetUnixFileMode(_directory.FilePath("home"), (UnixFileMode)Convert.ToInt32("777", 8));
        foreach (var file in Directory.EnumerateFiles("/etc/spamassassin", "*.pre"))
            File.Copy(file, Path.Combine(site, Path.GetFileName(file)));
        string[] local = ["required_score 5", "dns_available no", "skip_rbl_checks 1", "use_razor2 0", "use_pyzor 0"];
        string[] bayes = _learns
            ? ["use_bayes 1", "bayes_auto_learn 0", "bayes_min_ham_num 1", "bayes_min_spam_num 1", "bayes_path " + _directory.FilePath("home/bayes"), "bayes_file_mode 0777"]
            : ["use_bayes 0"];
        File.WriteAllLines(Path.Combine(site, "local.cf"), [.. local, .. bayes, .. configuration]);
    }

    private async Task<bool> AnswersAsync(CancellationToken cancellationToken)
    {
        try
        {
            using var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
            await socket.ConnectAsync(IPAddress.Loopback, Port, cancellationToken);
            await socket.SendAsync("PING SPAMC/1.5\r\n\r\n"u8.ToArray(), SocketFlags.None, cancellationToken);
            var answer = new byte[64];
            return await socket.ReceiveAsync(answer, SocketFlags.None, cancellationToken) > 0;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
