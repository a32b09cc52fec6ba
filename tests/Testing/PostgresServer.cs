using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Amavis.Testing;

/// <summary>
/// A PostgreSQL server of our own, from the distribution's binaries: a private cluster in a temporary directory, on a free port of
/// 127.0.0.1 and a Unix socket, everybody trusted. Can be stopped, killed and started again while programs under test use it.
/// </summary>
public sealed class PostgresServer : IAsyncDisposable
{
    /// <summary>The server's own account; it refuses to run as root.</summary>
    private const string ServerUser = "postgres";

    private static readonly TimeSpan StartDeadline = TimeSpan.FromSeconds(60);

    private readonly string _binaries;
    private readonly StringBuilder _log = new();
    private Process? _process;

    private PostgresServer(string binaries, string directory, int port)
    {
        _binaries = binaries;
        Directory = directory;
        Port = port;
        AppDomain.CurrentDomain.ProcessExit += OnProcessExit;
    }

    /// <summary>Holds the cluster and the socket.</summary>
    public string Directory { get; }

    public int Port { get; }

    public bool IsRunning => _process is { HasExited: false };

    /// <summary>What the server wrote.</summary>
    public string Log
    {
        get
        {
            lock (_log)
                return _log.ToString();
        }
    }

    /// <summary>For our own settings: without the leading <c>postgres:</c>.</summary>
    public string ConnectionString(string database) => $"Host={Directory};Port={Port};Database={database};Username={ServerUser}";

    /// <summary>The same over TCP.</summary>
    public string TcpConnectionString(string database) => $"Host=127.0.0.1;Port={Port};Database={database};Username={ServerUser}";

    /// <summary>Makes a cluster and starts it.</summary>
    public static async Task<PostgresServer> StartNewAsync()
    {
        var binaries = FindBinaries();
        var directory = Path.Combine(Path.GetTempPath(), "aw-pg-" + Path.GetRandomFileName());
        System.IO.Directory.CreateDirectory(directory);
        if (Environment.IsPrivilegedProcess)
            await RunAsync("chown", ServerUser, directory);
        var server = new PostgresServer(binaries, directory, FreePort());
        try
        {
            var (file, arguments) = AsServerUser(
                Path.Combine(binaries, "initdb"), "-D", server.Data, "-U", ServerUser, "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync");
            await RunAsync(file, arguments);
            await server.StartAsync();
            return server;
        }
        catch
        {
            await server.DisposeAsync();
            throw;
        }
    }

    /// <summary>Starts it on the same port and data, and waits until it takes connections.</summary>
    public async Task StartAsync()
    {
        if (IsRunning)
            return;
        var deadline = Stopwatch.StartNew();
        while (true)
        {
            if (await TryStartAsync(deadline))
                return;
            // After a kill the old processes take a moment to let go of the cluster.
            if (deadline.Elapsed > StartDeadline)
                throw new InvalidOperationException("PostgreSQL did not start:\n" + Log);
        }
    }

    /// <summary>An orderly stop that ends all sessions.</summary>
    public Task StopAsync() => EndAsync("INT");

    /// <summary>Ends it without any care, as a crash would.</summary>
    public Task KillAsync() => EndAsync("KILL");

    public async Task RestartAsync()
    {
        await StopAsync();
        await StartAsync();
    }

    public Task CreateDatabaseAsync(string name) => ExecuteAsync("postgres", $"CREATE DATABASE \"{name}\"");

    /// <summary>Runs a script with psql; gives its output, unaligned rows without headings.</summary>
    public async Task<string> ExecuteAsync(string database, string script)
    {
        var start = new ProcessStartInfo(Path.Combine(_binaries, "psql"))
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        string[] arguments = ["-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1", "-h", Directory, "-p", Port.ToString(CultureInfo.InvariantCulture), "-U", ServerUser, "-d", database];
        foreach (var argument in arguments)
            start.ArgumentList.Add(argument);
        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEndAsync();
        var errors = process.StandardError.ReadToEndAsync();
        await process.StandardInput.WriteAsync(script);
        process.StandardInput.Close();
        await process.WaitForExitAsync();
        return process.ExitCode == 0 ? (await output).TrimEnd('\n') : throw new InvalidOperationException("psql: " + await errors);
    }

    public async ValueTask DisposeAsync()
    {
        AppDomain.CurrentDomain.ProcessExit -= OnProcessExit;
        await StopAsync();
        try
        {
            System.IO.Directory.Delete(Directory, recursive: true);
        }
        catch (IOException)
        {
            // A process on its way out still had a file there; the directory is a temporary one.
        }
    }

    private string Data => Path.Combine(Directory, "data");

    private async Task<bool> TryStartAsync(Stopwatch deadline)
    {
        lock (_log)
            _log.Clear();
        var (file, arguments) = AsServerUser(
            Path.Combine(_binaries, "postgres"), "-D", Data, "-k", Directory, "-p", Port.ToString(CultureInfo.InvariantCulture),
            "-c", "listen_addresses=127.0.0.1", "-c", "fsync=off", "-c", "max_connections=60", "-c", "shared_buffers=32MB", "-c", "autovacuum=off");
        var start = new ProcessStartInfo(file) { RedirectStandardError = true, RedirectStandardOutput = true, WorkingDirectory = Directory };
        foreach (var argument in arguments)
            start.ArgumentList.Add(argument);
        var ready = new TaskCompletionSource<bool>(TaskCreationOptions.RunContinuationsAsynchronously);
        var process = new Process { StartInfo = start, EnableRaisingEvents = true };
        process.ErrorDataReceived += (_, line) =>
        {
            lock (_log)
                _log.AppendLine(line.Data);
            if (line.Data?.Contains("database system is ready to accept connections", StringComparison.Ordinal) == true)
                ready.TrySetResult(true);
        };
        process.Exited += (_, _) => ready.TrySetResult(false);
        process.Start();
        process.BeginErrorReadLine();
        process.BeginOutputReadLine();
        _process = process;
        return await ready.Task.WaitAsync(StartDeadline - deadline.Elapsed + TimeSpan.FromSeconds(1));
    }

    private async Task EndAsync(string signal)
    {
        if (_process is not { } process)
            return;
        _process = null;
        if (!process.HasExited)
        {
            await RunAsync("kill", "-" + signal, process.Id.ToString(CultureInfo.InvariantCulture));
            await process.WaitForExitAsync();
        }
        process.Dispose();
    }

    private void OnProcessExit(object? sender, EventArgs e)
    {
        // The last resort when a test run is broken off: no server stays behind.
        if (_process is { HasExited: false } process)
            process.Kill();
    }

    private static (string File, string[] Arguments) AsServerUser(string program, params string[] arguments) =>
        Environment.IsPrivilegedProcess
            ? ("setpriv", ["--reuid=" + ServerUser, "--regid=" + ServerUser, "--init-groups", "--", program, .. arguments])
            : (program, arguments);

    private static async Task RunAsync(string program, params string[] arguments)
    {
        var start = new ProcessStartInfo(program) { RedirectStandardError = true, RedirectStandardOutput = true, WorkingDirectory = Path.GetTempPath() };
        foreach (var argument in arguments)
            start.ArgumentList.Add(argument);
        using var process = Process.Start(start)!;
        var errors = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        if (process.ExitCode != 0)
            throw new InvalidOperationException($"{program}: {await errors}{await output}");
    }

    private static string FindBinaries()
    {
        const string Debian = "/usr/lib/postgresql";
        var found = System.IO.Directory.Exists(Debian)
            ? System.IO.Directory.GetDirectories(Debian).Select(d => Path.Combine(d, "bin")).Where(d => File.Exists(Path.Combine(d, "initdb"))).Order(StringComparer.Ordinal).LastOrDefault()
            : null;
        found ??= (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':').FirstOrDefault(d => File.Exists(Path.Combine(d, "initdb")));
        return found ?? throw new InvalidOperationException("these tests need PostgreSQL's server programs (Debian: postgresql)");
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
