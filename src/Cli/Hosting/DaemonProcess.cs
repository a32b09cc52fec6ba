using System.Globalization;
using System.Runtime.InteropServices;

namespace Amavis.Cli.Hosting;

/// <summary>Finds the daemon's process and signals it.</summary>
internal static class DaemonProcess
{
    private const int SignalHangup = 1;
    private const string Program = "amavisd";

    /// <summary>The process id of the environment variable MAINPID, or of the first line of the pid file.</summary>
    /// <returns>Why there is none; null: found.</returns>
    public static string? Find(string pidFile, out int pid)
    {
        if (TryParse(Environment.GetEnvironmentVariable("MAINPID"), out pid))
            return null;
        if (pidFile.Length == 0)
            return "pid_file is empty; send SIGHUP to the daemon, or set MAINPID";
        string? line;
        try
        {
            line = File.ReadLines(pidFile).FirstOrDefault();
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            return $"the daemon is not running, or its pid file can't be read: {fault.Message}";
        }
        if (!TryParse(line, out pid))
            return $"{pidFile} holds no process id";
        return IsDaemon(pid) ? null : $"the daemon is not running: {pidFile} names process {pid}, which is not {Program}";
    }

    /// <summary>Sends SIGHUP.</summary>
    /// <returns>Why it was not sent; null: sent.</returns>
    public static string? Hangup(int pid) =>
        Kill(pid, SignalHangup) == 0 ? null : $"process {pid}: {Marshal.GetPInvokeErrorMessage(Marshal.GetLastPInvokeError())}";

    private static bool TryParse(string? text, out int pid) =>
        int.TryParse(text?.Trim(), NumberStyles.None, CultureInfo.InvariantCulture, out pid) && pid > 1;

    /// <summary>A stale file may name a process of somebody else. Where there is no /proc the file is believed.</summary>
    private static bool IsDaemon(int pid)
    {
        if (!Directory.Exists("/proc/self"))
            return true;
        try
        {
            return File.ReadAllText($"/proc/{pid}/cmdline").Contains(Program, StringComparison.Ordinal);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    [DllImport("libc", EntryPoint = "kill", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Kill(int pid, int signal);
}
