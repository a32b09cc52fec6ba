using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Text;

namespace Amavis.EndToEnd.Tests.Console;

/// <summary>The real console as a process of its own, beside a daemon whose configuration file it reads.</summary>
public sealed class ConsoleProcess : IAsyncDisposable
{
    /// <summary>Password of the account <c>admin</c>.</summary>
    public const string Password = "correct horse battery staple";

    private static readonly TimeSpan StartLimit = TimeSpan.FromSeconds(60);

    private readonly StringBuilder _output = new();
    private readonly Process _process;

    private ConsoleProcess(Uri address, string configurationPath)
    {
        Address = address;
        _process = new Process
        {
            StartInfo = new ProcessStartInfo("dotnet", [FilterProcess.Assembly("Web", "amavis-web"), "--config", configurationPath])
            {
                RedirectStandardError = true,
                RedirectStandardOutput = true,
                Environment = { ["AMAVIS_WEB_ADMIN_PASSWORD"] = Password },
            },
        };
        _process.OutputDataReceived += (_, e) => Take(e.Data);
        _process.ErrorDataReceived += (_, e) => Take(e.Data);
    }

    public Uri Address { get; }

    /// <summary>What it has written so far.</summary>
    public string Output
    {
        get
        {
            lock (_output)
                return _output.ToString();
        }
    }

    /// <summary>YAML lines for the configuration that is given to <see cref="StartAsync"/>.</summary>
    public static string Settings(int port) => $"web: {{listen: \"http://127.0.0.1:{port}\"}}";

    /// <param name="port">As in the configuration.</param>
    public static async Task<ConsoleProcess> StartAsync(int port, string configurationPath)
    {
        var console = new ConsoleProcess(new Uri($"http://127.0.0.1:{port}"), configurationPath);
        console._process.Start();
        console._process.BeginErrorReadLine();
        console._process.BeginOutputReadLine();
        await console.WaitUntilHealthyAsync();
        return console;
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            using var kill = Process.Start("kill", ["-TERM", _process.Id.ToString(CultureInfo.InvariantCulture)]);
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
        _process.Dispose();
    }

    private async Task WaitUntilHealthyAsync()
    {
        using var client = new HttpClient { BaseAddress = Address };
        using var limit = new CancellationTokenSource(StartLimit);
        while (!await IsHealthyAsync(client))
        {
            if (_process.HasExited || limit.IsCancellationRequested)
                throw new InvalidOperationException($"amavis-web did not start:\n{Output}");
            await Task.Delay(50, CancellationToken.None);
        }
    }

    private static async Task<bool> IsHealthyAsync(HttpClient client)
    {
        try
        {
            using var answer = await client.GetAsync(new Uri("/healthz", UriKind.Relative));
            return answer.StatusCode == HttpStatusCode.OK;
        }
        catch (HttpRequestException)
        {
            // Not listening yet.
            return false;
        }
    }

    private void Take(string? line)
    {
        lock (_output)
            _output.AppendLine(line);
    }
}
