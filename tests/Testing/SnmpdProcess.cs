using System.Diagnostics;
using System.Globalization;

namespace Amavis.Testing;

/// <summary>
/// net-snmp's snmpd as AgentX master, with a private configuration, and the commands that ask it. Can be killed and started again on
/// the same addresses.
/// </summary>
public sealed class SnmpdProcess : IDisposable
{
    private static readonly TimeSpan StartDeadline = TimeSpan.FromSeconds(30);

    private readonly TestDirectory _directory = new();
    private readonly int _port;
    private ServerProcess? _process;

    private SnmpdProcess(bool unix)
    {
        var ports = FreePorts.Take(2);
        _port = ports[0];
        AgentX = unix ? _directory.FilePath("master") : $"tcp:127.0.0.1:{ports[1]}";
        File.WriteAllText(_directory.FilePath("master.conf"), $"""
            agentaddress udp:127.0.0.1:{_port}
            master agentx
            agentXSocket {AgentX}
            agentXTimeout 5
            view mail included .1.3.6.1.4.1.15312.2.1
            rocommunity monitor 127.0.0.1 -V mail
            rwcommunity writer 127.0.0.1
            [snmp] persistentDir {_directory.FilePath("state")}

            """);
    }

    /// <summary>Where the master listens, as <c>agentx_socket</c> has it.</summary>
    public string AgentX { get; }

    public string Output => _process?.Output ?? "";

    public static async Task<SnmpdProcess> StartAsync(bool unix, CancellationToken cancellationToken)
    {
        var server = new SnmpdProcess(unix);
        try
        {
            await server.StartAgainAsync(cancellationToken);
            return server;
        }
        catch
        {
            server.Dispose();
            throw;
        }
    }

    public async Task StartAgainAsync(CancellationToken cancellationToken)
    {
        _process = await ServerProcess.StartAsync(
            "/usr/bin/env", ["MIBS=", "/usr/sbin/snmpd", "-f", "-Lo", "-r", "-C", "-c", _directory.FilePath("master.conf")],
            async token => (await RunAsync("snmpget", ["-v2c", "-cwriter", "-t1", "-r0", Address, "1.3.6.1.2.1.1.3.0"], token)).Status == 0,
            StartDeadline, cancellationToken);
    }

    /// <summary>SIGKILL; what the session left behind stays.</summary>
    public void Kill()
    {
        _process?.Dispose();
        _process = null;
    }

    /// <summary>Runs one of net-snmp's commands against it, with numeric output and no MIB files.</summary>
    /// <param name="arguments">What follows the address.</param>
    /// <returns>Its exit status and all it wrote.</returns>
    public Task<(int Status, string Text)> AskAsync(string command, string community, params string[] arguments) =>
        RunAsync(command, ["-v2c", "-c" + community, "-On", "-m", "", "-t", "5", "-r", "2", Address, .. arguments], CancellationToken.None);

    /// <summary>Asks as Nagios does.</summary>
    public Task<(int Status, string Text)> CheckAsync(string oid, params string[] arguments) =>
        RunAsync("/usr/lib/nagios/plugins/check_snmp", ["-P", "2c", "-C", "monitor", "-H", "127.0.0.1", "-p", _port.ToString(CultureInfo.InvariantCulture), "-o", oid, .. arguments], CancellationToken.None);

    /// <summary>Lines of a walk below a root, without the dot they begin with; without the one that says that there is no more to see.</summary>
    public async Task<IReadOnlyList<string>> WalkAsync(string root, string command = "snmpwalk")
    {
        var (_, text) = await AskAsync(command, "monitor", root);
        return [.. text.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(l => l.TrimStart('.')).Where(l => !l.Contains("No more variables", StringComparison.Ordinal))];
    }

    public void Dispose()
    {
        Kill();
        _directory.Dispose();
    }

    private string Address => "udp:127.0.0.1:" + _port.ToString(CultureInfo.InvariantCulture);

    private static async Task<(int Status, string Text)> RunAsync(string program, string[] arguments, CancellationToken cancellationToken)
    {
        var start = new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true };
        using var process = Process.Start(start)!;
        var error = process.StandardError.ReadToEndAsync(cancellationToken);
        var output = await process.StandardOutput.ReadToEndAsync(cancellationToken);
        await process.WaitForExitAsync(cancellationToken);
        return (process.ExitCode, output + await error);
    }
}
