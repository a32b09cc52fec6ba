using System.Diagnostics;
using System.Globalization;
using System.Text.Json;

namespace Amavis.Scanning.Tests.Spam;

/// <summary>What the scanners' own client programs tell of a message.</summary>
internal static class DirectAnswer
{
    /// <summary>Score of rspamd, to whom the client tells the same envelope, and the names of its tests.</summary>
    public static async Task<(double Points, IReadOnlyList<string> Tests)> OfRspamdAsync(string address, byte[] message)
    {
        var output = await RunAsync("rspamc", ["-h", address["http://".Length..], "-F", "sender@example.org", "-r", "user1@example.com", "-i", "192.0.2.5", "--helo", "mail.example.org", "--compact", "symbols"], message);
        using var answer = JsonDocument.Parse(output);
        var root = answer.RootElement;
        return (root.GetProperty("score").GetDouble(), [.. root.GetProperty("symbols").EnumerateObject().Select(s => s.Name)]);
    }

    /// <summary>Score of spamd, and its report.</summary>
    public static async Task<(double Points, string Report)> OfSpamdAsync(int port, byte[] message)
    {
        var output = await RunAsync("spamc", ["-d", "127.0.0.1", "-p", port.ToString(CultureInfo.InvariantCulture), "-R", "-x"], message);
        var lines = output.Split('\n', 2);
        return (double.Parse(lines[0][..lines[0].IndexOf('/', StringComparison.Ordinal)], CultureInfo.InvariantCulture), lines[1]);
    }

    private static async Task<string> RunAsync(string program, IReadOnlyList<string> arguments, byte[] input)
    {
        var start = new ProcessStartInfo(program, arguments) { RedirectStandardInput = true, RedirectStandardOutput = true };
        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEndAsync();
        await process.StandardInput.BaseStream.WriteAsync(input);
        process.StandardInput.Close();
        await process.WaitForExitAsync();
        return process.ExitCode == 0 ? await output : throw new InvalidOperationException($"{program} ended with {process.ExitCode}: {await output}");
    }
}
