using System.Diagnostics;
using System.Globalization;

namespace Amavis.Programs;

/// <summary>
/// Small programs of util-linux, each part of every Debian, that set up a process and then become the program that is asked for:
/// a process group, limits, no further rights, no network.
/// </summary>
internal static class Confinement
{
    private const string GroupMaker = "/usr/bin/setsid";
    private const string Limiter = "/usr/bin/prlimit";
    private const string RightsDropper = "/usr/bin/setpriv";
    private const string Separator = "/usr/bin/unshare";
    private const string Nothing = "/usr/bin/true";

    // Older kernels and hardened ones do not let everybody make namespaces.
    private static readonly string[] WithoutNetwork = ["--user", "--map-current-user", "--net"];

    private static readonly Lazy<Task<bool>> s_canSeparate = new(CanSeparateAsync);

    /// <summary>The command line that ends in the program's.</summary>
    public static async ValueTask<List<string>> CommandAsync(string path, ProgramCall call)
    {
        var command = new List<string>();
        if (File.Exists(GroupMaker))
            command.Add(GroupMaker);
        if (call.Limits is { } limits)
        {
            if (File.Exists(Limiter))
                command.AddRange([Limiter, .. Options(limits)]);
            if (File.Exists(RightsDropper))
                command.AddRange([RightsDropper, "--no-new-privs"]);
            if (await s_canSeparate.Value)
                command.AddRange([Separator, .. WithoutNetwork]);
        }
        command.Add(path);
        command.AddRange(call.Arguments);
        return command;
    }

    private static string[] Options(ProgramLimits limits) =>
    [
        string.Create(CultureInfo.InvariantCulture, $"--cpu={Math.Max(1, (long)Math.Ceiling(limits.Cpu.TotalSeconds))}"),
        string.Create(CultureInfo.InvariantCulture, $"--as={limits.MemoryOctets}"),
        string.Create(CultureInfo.InvariantCulture, $"--fsize={limits.FileOctets}"),
        string.Create(CultureInfo.InvariantCulture, $"--nofile={limits.OpenFiles}"),
        "--core=0",
    ];

    private static async Task<bool> CanSeparateAsync()
    {
        if (!File.Exists(Separator) || !File.Exists(Nothing))
            return false;
        try
        {
            using var trial = Process.Start(new ProcessStartInfo(Separator, [.. WithoutNetwork, Nothing]) { RedirectStandardError = true });
            if (trial is null)
                return false;
            await trial.WaitForExitAsync(CancellationToken.None);
            return trial.ExitCode == 0;
        }
        catch (Exception e) when (e is System.ComponentModel.Win32Exception or IOException)
        {
            return false;
        }
    }
}
