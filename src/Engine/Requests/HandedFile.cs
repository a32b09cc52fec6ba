using System.IO.Compression;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.RegularExpressions;
using Amavis.Core.Policy;
using Microsoft.Win32.SafeHandles;

namespace Amavis.Engine.Requests;

/// <summary>
/// Files that clients of AM.PDP name. Only what really lies below TEMPBASE or MYHOME is opened, whatever links there are on the
/// way: the opened file itself tells where it is.
/// </summary>
internal static partial class HandedFile
{
    private const int ReadOnly = 0;
    private const int NonBlocking = 0x800;
    private const int CloseOnExec = 0x80000;

    /// <summary>A path of safe characters below a directory of ours, judged by its letters alone.</summary>
    public static bool IsAcceptable(string path, Settings settings) =>
        SafePath().IsMatch(path) && !path.Split('/').Any(part => part is "." or "..") && Base(path, settings) is not null;

    /// <summary>Opens a message; a name ending in .gz is decompressed.</summary>
    /// <exception cref="IOException">Not there, not readable, or not what it seems; the message says which.</exception>
    public static Stream Open(string path, Settings settings)
    {
        if (!IsAcceptable(path, settings))
            throw new IOException($"Suspicious file name {path}: it has to lie below TEMPBASE ({settings.TempBase}) or MYHOME ({settings.MyHome})");
        var directory = Base(path, settings)!;
        var expected = RealPath(directory).TrimEnd('/') + path[directory.Length..];
        var handle = Open(path);
        try
        {
            if (PathOf(handle) is var real && real != expected)
                throw new IOException($"Suspicious file name {path}: it leads to {real}");
            var file = new FileStream(handle, FileAccess.Read);
            if (!file.CanSeek)
                throw new IOException($"{path} is not a regular file");
            return path.EndsWith(".gz", StringComparison.Ordinal) ? new GZipStream(file, CompressionMode.Decompress) : file;
        }
        catch (Exception)
        {
            handle.Dispose();
            throw;
        }
    }

    /// <summary>The directory of ours that the path lies in; null: none.</summary>
    private static string? Base(string path, Settings settings)
    {
        foreach (var candidate in (string[])[settings.TempBase, settings.MyHome])
        {
            var directory = candidate.TrimEnd('/');
            if (directory.Length > 0 && path.Length > directory.Length + 1 && path.StartsWith(directory + "/", StringComparison.Ordinal))
                return directory;
        }
        return null;
    }

    private static string RealPath(string directory)
    {
        using var handle = Open(directory);
        return PathOf(handle);
    }

    private static string PathOf(SafeFileHandle handle) =>
        File.ResolveLinkTarget($"/proc/self/fd/{handle.DangerousGetHandle()}", returnFinalTarget: false)?.FullName
        ?? throw new IOException("/proc does not tell where an open file lies");

    /// <summary>Not blocking: a named pipe would keep us waiting for its writer.</summary>
    private static SafeFileHandle Open(string path)
    {
        var descriptor = Open(Encoding.UTF8.GetBytes(path + "\0"), ReadOnly | NonBlocking | CloseOnExec);
        if (descriptor < 0)
            throw new IOException($"can't open {path}: {Marshal.GetLastPInvokeErrorMessage()}; the client has to give the daemon's account access to it");
        return new SafeFileHandle(descriptor, ownsHandle: true);
    }

    [DllImport("libc", EntryPoint = "open", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Open(byte[] path, int flags);

    [GeneratedRegex(@"\A(/[A-Za-z0-9_.+=@,%:-]+)+\z", RegexOptions.CultureInvariant | RegexOptions.NonBacktracking)]
    private static partial Regex SafePath();
}
