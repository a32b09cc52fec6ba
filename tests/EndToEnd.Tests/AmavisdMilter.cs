using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Amavis.Testing;

namespace Amavis.EndToEnd.Tests;

/// <summary>Debian's amavisd-milter: the milter protocol towards the MTA, AM.PDP towards the filter.</summary>
internal sealed class AmavisdMilter : IAsyncDisposable
{
    public const string Program = "/usr/sbin/amavisd-milter";

    private readonly StringBuilder _output = new();
    private readonly Process _process;

    private AmavisdMilter(int port, string filterSocket, string workDirectory, string[] options)
    {
        Port = port;
        _process = new Process
        {
            StartInfo = new ProcessStartInfo(Program,
                ["-f", "-d", "3", "-s", $"inet:{port.ToString(CultureInfo.InvariantCulture)}@127.0.0.1", "-S", filterSocket, "-w", workDirectory, "-p", workDirectory + ".pid", .. options])
            {
                RedirectStandardError = true,
                RedirectStandardOutput = true,
            },
        };
        _process.OutputDataReceived += (_, e) => Take(e.Data);
        _process.ErrorDataReceived += (_, e) => Take(e.Data);
    }

    public int Port { get; }

    public string Output
    {
        get
        {
            lock (_output)
                return _output.ToString();
        }
    }

    public static async Task<AmavisdMilter> StartAsync(string filterSocket, string workDirectory, params string[] options)
    {
        System.IO.Directory.CreateDirectory(workDirectory, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        var milter = new AmavisdMilter(FreePorts.Next(), filterSocket, workDirectory, options);
        milter._process.Start();
        milter._process.BeginErrorReadLine();
        milter._process.BeginOutputReadLine();
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        while (!await AcceptsAsync(milter.Port))
        {
            if (milter._process.HasExited || limit.IsCancellationRequested)
                throw new InvalidOperationException("amavisd-milter did not start:\n" + milter.Output);
            await Task.Delay(50, CancellationToken.None);
        }
        return milter;
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            _process.Kill();
            await _process.WaitForExitAsync();
        }
        _process.Dispose();
    }

    private static async Task<bool> AcceptsAsync(int port)
    {
        try
        {
            using var probe = new TcpClient();
            await probe.ConnectAsync(IPAddress.Loopback, port);
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }

    private void Take(string? line)
    {
        lock (_output)
            _output.AppendLine(line);
    }
}
