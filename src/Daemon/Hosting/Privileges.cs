using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
using Amavis.Core.Policy;

namespace Amavis.Daemon.Hosting;

/// <summary>Gives root's rights up for those of <c>daemon_user</c>, before anything is opened.</summary>
internal static class Privileges
{
    private const uint Root = 0;

    /// <exception cref="InvalidOperationException">There is no such account, or it can't be changed to.</exception>
    public static void Drop(Settings settings)
    {
        if (settings.DaemonUser is not { } user)
            return;
        var uid = Ask("-u", user, "daemon_user");
        if (GetEffectiveUserId() != Root)
        {
            if (GetEffectiveUserId() != uid)
                throw new InvalidOperationException($"daemon_user: only root can change to the account {user}; start the daemon as root or as {user}, or leave daemon_user out");
            return;
        }
        var groups = Groups(settings, user);
        // The groups first: without root's rights they can't be changed any more.
        Succeed(SetGroups((nuint)groups.Length, groups), $"the groups of {user}");
        Succeed(SetGroupId(groups[0]), $"the group {groups[0]}");
        Succeed(SetUserId(uid), $"the account {user}");
    }

    private static uint[] Groups(Settings settings, string user)
    {
        var named = settings.DaemonGroups.ToList();
        if (settings.DaemonGroup is { } first && !named.Contains(first))
            named.Insert(0, first);
        return named.Count > 0
            ? [.. named.Select(GroupId)]
            : [Ask("-g", user, "daemon_user"), .. Output("id", ["-G", "--", user]).Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(g => uint.Parse(g, CultureInfo.InvariantCulture))];
    }

    private static uint GroupId(string group)
    {
        if (uint.TryParse(group, NumberStyles.None, CultureInfo.InvariantCulture, out var number))
            return number;
        var fields = Output("getent", ["group", "--", group]).Split(':');
        return fields.Length > 2 && uint.TryParse(fields[2], NumberStyles.None, CultureInfo.InvariantCulture, out number)
            ? number
            : throw new InvalidOperationException($"daemon_group: there is no group {group}");
    }

    private static uint Ask(string what, string user, string variable) =>
        uint.TryParse(Output("id", [what, "--", user]).Trim(), NumberStyles.None, CultureInfo.InvariantCulture, out var id)
            ? id
            : throw new InvalidOperationException($"{variable}: there is no account {user}");

    /// <summary>The system's own programs know all the places that accounts come from. Empty when there is no such thing.</summary>
    private static string Output(string program, string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true })
            ?? throw new InvalidOperationException($"{program} can't be run");
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return process.ExitCode == 0 ? output.Trim() : "";
    }

    private static void Succeed(int result, string what)
    {
        if (result != 0)
            throw new InvalidOperationException($"can't change to {what}: {Marshal.GetLastPInvokeErrorMessage()}");
    }

    [DllImport("libc", EntryPoint = "geteuid")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern uint GetEffectiveUserId();

    [DllImport("libc", EntryPoint = "setgroups", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int SetGroups(nuint count, uint[] groups);

    [DllImport("libc", EntryPoint = "setgid", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int SetGroupId(uint group);

    [DllImport("libc", EntryPoint = "setuid", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int SetUserId(uint user);
}
