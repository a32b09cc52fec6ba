using System.Diagnostics;
using System.Globalization;

namespace Amavis.Testing;

/// <summary>A server program run for tests: started, waited for, stopped by its process id; its output is kept for failures.</summary>
public sealed class ServerProcess : IDisposable
{
    private readonly Process _process;
    private readonly List<string> _output = [];

    private ServerProcess(Process process) => _process = process;

    public int Id => _process.Id;

    public bool HasExited => _process.HasExited;

    /// <summary>Starts a program and waits until it answers.</summary>
    /// <param name="answers">Whether it does; asked again and again.</param>
    /// <exception cref="InvalidOperationException">It ended, or did not answer in time; the text has its output.</exception>
    public static async Task<ServerProcess> StartAsync(
        string program, IReadOnlyList<string> arguments, Func<CancellationToken, Task<bool>> answers, TimeSpan deadline, CancellationToken cancellationToken)
    {
        var start = new ProcessStartInfo(program)
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
            WorkingDirectory = "/",
        };
        foreach (var argument in arguments)
            start.ArgumentList.Add(argument);
        var process = new Process { StartInfo = start };
        var server = new ServerProcess(process);
        process.OutputDataReceived += (_, line) => server.Keep(line.Data);
        process.ErrorDataReceived += (_, line) => server.Keep(line.Data);
        process.Start();
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        try
        {
            await Waiting.UntilAsync(
                async token => process.HasExited ? throw new InvalidOperationException($"{program} ended") : await answers(token), deadline, cancellationToken);
            return server;
        }
        catch (Exception e) when (e is TimeoutException or InvalidOperationException)
        {
            server.Dispose();
            throw new InvalidOperationException($"{program} did not start: {e.Message}\n{server.Output}", e);
        }
    }

    public string Output
    {
        get
        {
            lock (_output)
                return string.Join('\n', _output);
        }
    }

    /// <summary>Stops it where it stands (SIGSTOP): connections are taken by the kernel, nobody answers.</summary>
    public Task SuspendAsync() => SignalAsync("STOP");

    public Task ResumeAsync() => SignalAsync("CONT");

    public async Task SignalAsync(string signal)
    {
        using var kill = Process.Start("kill", ["-" + signal, Id.ToString(CultureInfo.InvariantCulture)]);
        await kill.WaitForExitAsync();
    }

    public void Dispose()
    {
        try
        {
            _process.Kill(entireProcessTree: true);
            _process.WaitForExit(TimeSpan.FromSeconds(10));
        }
        catch (InvalidOperationException)
        {
            // It never ran or has ended.
        }
        _process.Dispose();
    }

    private void Keep(string? line)
    {
        if (line is null)
            return;
        lock (_output)
            _output.Add(line);
    }
}
