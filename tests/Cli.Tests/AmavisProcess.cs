using System.Diagnostics;
using System.Text.Json.Nodes;

namespace Amavis.Cli.Tests;

/// <summary>What a run of the command line gave.</summary>
public sealed record CliRun(int ExitCode, string Output, string Error)
{
    public JsonNode Json => JsonNode.Parse(Output).ShouldNotBeNull();

    public string[] Lines => Output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
}

/// <summary>Runs the command line as people do, in a directory of its own.</summary>
public abstract class AmavisProcess : IDisposable
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(60);

    protected AmavisProcess() => Root = Directory.CreateTempSubdirectory("amavis-cli-").FullName;

    protected string Root { get; }

    protected string Write(string name, string text)
    {
        var path = Path.Combine(Root, name);
        File.WriteAllText(path, text);
        return path;
    }

    protected Task<CliRun> RunAsync(params string[] arguments) => RunWithInputAsync(null, arguments);

    /// <param name="input">What it reads; null: what the test reads.</param>
    protected async Task<CliRun> RunWithInputAsync(string? input, params string[] arguments)
    {
        var start = new ProcessStartInfo(Path.Combine(AppContext.BaseDirectory, "amavis"), arguments)
        {
            WorkingDirectory = Root,
            RedirectStandardInput = input is not null,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment.Remove("MAINPID");
        using var process = Process.Start(start)!;
        using var deadline = new CancellationTokenSource(Deadline);
        var output = process.StandardOutput.ReadToEndAsync(deadline.Token);
        var error = process.StandardError.ReadToEndAsync(deadline.Token);
        if (input is not null)
        {
            await process.StandardInput.WriteAsync(input.AsMemory(), deadline.Token);
            process.StandardInput.Close();
        }
        await process.WaitForExitAsync(deadline.Token);
        return new CliRun(process.ExitCode, await output, await error);
    }

    /// <summary>A command that runs until it is ended; the test ends it.</summary>
    protected Process Start(params string[] arguments) => Process.Start(new ProcessStartInfo(Path.Combine(AppContext.BaseDirectory, "amavis"), arguments)
    {
        WorkingDirectory = Root,
        RedirectStandardError = true,
    })!;

    public void Dispose()
    {
        Directory.Delete(Root, recursive: true);
        GC.SuppressFinalize(this);
    }
}
