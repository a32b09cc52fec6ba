using System.Diagnostics;
using System.Globalization;
using System.Text;
using Amavis.Testing;

namespace Amavis.EndToEnd.Tests;

/// <summary>The real daemon as a process of its own, on free ports, with a configuration made for the test.</summary>
public sealed class FilterProcess : IAsyncDisposable
{
    private static readonly TimeSpan StartLimit = TimeSpan.FromSeconds(60);

    private readonly TestDirectory _directory = new();
    private readonly StringBuilder _output = new();
    private readonly string _configuration;
    private Process? _process;

    private FilterProcess(int nextHopPort, string settings, string banks, string sockets)
    {
        var ports = FreePorts.Take(4);
        (SmtpPort, ReleasePort, MetricsPort, MilterPort) = (ports[0], ports[1], ports[2], ports[3]);
        foreach (var name in (string[])["tmp", "quarantine"])
            System.IO.Directory.CreateDirectory(Path.Combine(Directory, name));
        _configuration = Path.Combine(Directory, "amavis.yaml");
        File.WriteAllText(_configuration, $"""
            myhostname: filter.example.net
            mydomain: example.com
            MYHOME: {Directory}
            TEMPBASE: {Directory}/tmp
            QUARANTINEDIR: {Directory}/quarantine
            logfile: {LogPath}
            listen_sockets: [127.0.0.1:{SmtpPort}, 127.0.0.1:{ReleasePort}, 127.0.0.1:{MilterPort}, {SocketPath}, {MilterSocketPath}]
            interface_policy: {"{"}{ReleasePort}: RELEASE, {MilterPort}: MILTER, SOCK: RELEASE, {MilterSocketPath}: MILTER{sockets}{"}"}
            policy_bank:
              RELEASE: {"{"}protocol: AM.PDP, auth_required_release: false{"}"}
              MILTER: {"{"}protocol: MILTER, forward_method: null{"}"}
              MYNETS: null
              {banks.ReplaceLineEndings("\n  ")}
            forward_method: "smtp:[127.0.0.1]:{nextHopPort}"
            notify_method: "smtp:[127.0.0.1]:{nextHopPort}"
            metrics_listen: 127.0.0.1:{MetricsPort}
            max_servers: 8
            child_timeout: 30
            {settings.ReplaceLineEndings("\n")}

            """);
    }

    public string Directory => _directory.Path;

    public int SmtpPort { get; }

    public int ReleasePort { get; }

    public int MetricsPort { get; }

    /// <summary>Speaks the milter protocol, leaving delivery to the MTA.</summary>
    public int MilterPort { get; }

    /// <summary>A Unix socket for AM.PDP.</summary>
    public string SocketPath => Path.Combine(Directory, "in.sock");

    /// <summary>A Unix socket for the milter protocol.</summary>
    public string MilterSocketPath => Path.Combine(Directory, "milter.sock");

    public string LogPath => Path.Combine(Directory, "amavis.log");

    public string ConfigurationPath => _configuration;

    /// <summary>Environment variables for the next start.</summary>
    public Dictionary<string, string> Variables { get; } = [];

    public int ProcessId => _process!.Id;

    /// <summary>All counters as text.</summary>
    public async Task<string> MetricsAsync()
    {
        using var client = new HttpClient();
        return await client.GetStringAsync(new Uri($"http://127.0.0.1:{MetricsPort}/metrics"));
    }

    /// <summary>The mail log so far.</summary>
    public string Log
    {
        get
        {
            if (!File.Exists(LogPath))
                return "";
            using var file = new FileStream(LogPath, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            using var reader = new StreamReader(file);
            return reader.ReadToEnd();
        }
    }

    /// <summary>The configuration the tests were built in: Debug or Release.</summary>
    public static string BuildConfiguration => AppContext.BaseDirectory.Contains("/Release/", StringComparison.Ordinal) ? "Release" : "Debug";

    public static string Assembly(string project, string name) =>
        Path.Combine(Samples.Root, "src", project, "bin", BuildConfiguration, "net10.0", name + ".dll");

    /// <param name="settings">YAML lines beside the ones every test has.</param>
    /// <param name="banks">YAML lines below policy_bank.</param>
    /// <param name="sockets">More of interface_policy, with a comma before it.</param>
    public static async Task<FilterProcess> StartAsync(int nextHopPort, string settings, string banks = "", string sockets = "")
    {
        var filter = new FilterProcess(nextHopPort, settings, banks, sockets);
        await filter.StartAgainAsync();
        return filter;
    }

    public async Task StartAgainAsync()
    {
        var before = Log.Length;
        _process = new Process
        {
            StartInfo = new ProcessStartInfo("dotnet", [Assembly("Daemon", "amavisd"), "--config", _configuration])
            {
                RedirectStandardError = true,
                RedirectStandardOutput = true,
            },
        };
        foreach (var (name, value) in Variables)
            _process.StartInfo.Environment[name] = value;
        _process.OutputDataReceived += (_, e) => Take(e.Data);
        _process.ErrorDataReceived += (_, e) => Take(e.Data);
        _process.Start();
        _process.BeginErrorReadLine();
        _process.BeginOutputReadLine();
        using var limit = new CancellationTokenSource(StartLimit);
        while (!Log[before..].Contains(": ready", StringComparison.Ordinal))
        {
            // What it said before it ended comes on a way of its own.
            if (_process.HasExited)
                await _process.WaitForExitAsync(limit.Token);
            if (_process.HasExited || limit.IsCancellationRequested)
                throw new InvalidOperationException($"amavisd did not start:\n{_output}\n{Log}");
            await Task.Delay(50, CancellationToken.None);
        }
    }

    /// <summary>SIGTERM; ends when the process has.</summary>
    public async Task StopAsync()
    {
        await SignalAsync("TERM");
        await WaitForExitAsync();
    }

    /// <summary>SIGKILL.</summary>
    public async Task KillAsync()
    {
        _process!.Kill();
        await WaitForExitAsync();
    }

    public async Task SignalAsync(string signal)
    {
        using var kill = Process.Start("kill", ["-" + signal, _process!.Id.ToString(CultureInfo.InvariantCulture)]);
        await kill.WaitForExitAsync();
    }

    /// <summary>Waits until the log has a line with this text and gives the line.</summary>
    public async Task<string> WaitForLogAsync(string text)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        while (true)
        {
            var line = Log.Split('\n').LastOrDefault(l => l.Contains(text, StringComparison.Ordinal));
            if (line is not null)
                return line;
            if (limit.IsCancellationRequested)
                throw new TimeoutException($"no line with \"{text}\" in the log:\n{Log}");
            await Task.Delay(50, CancellationToken.None);
        }
    }

    /// <summary>Resident memory in octets.</summary>
    public long ResidentOctets()
    {
        _process!.Refresh();
        return _process.WorkingSet64;
    }

    public async ValueTask DisposeAsync()
    {
        if (_process is { HasExited: false })
        {
            await SignalAsync("TERM");
            using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(20));
            try
            {
                await _process.WaitForExitAsync(limit.Token);
            }
            catch (OperationCanceledException)
            {
                _process.Kill();
            }
        }
        _process?.Dispose();
        _directory.Dispose();
    }

    private async Task WaitForExitAsync()
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(90));
        await _process!.WaitForExitAsync(limit.Token);
    }

    private void Take(string? line)
    {
        lock (_output)
            _output.AppendLine(line);
    }
}
