using System.Runtime.InteropServices;

namespace Amavis.Programs;

/// <summary>Signals to processes (kill(2)), which the framework only has the last one of.</summary>
internal static class ProcessSignals
{
    private const int Terminate = 15;
    private const int Kill = 9;

    /// <summary>Asks a process group to end.</summary>
    public static void TerminateGroup(int leader) => _ = Send(-leader, Terminate);

    /// <summary>Ends a process group at once.</summary>
    public static void KillGroup(int leader) => _ = Send(-leader, Kill);

    [DllImport("libc", EntryPoint = "kill", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Send(int process, int signal);
}
