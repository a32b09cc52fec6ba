using System.Runtime.InteropServices;
using System.Text;

namespace Amavis.Engine.Quarantine;

/// <summary>Makes a new name in a directory last through a power cut (fsync(2) of the directory, which the framework has no call for).</summary>
internal static class DirectorySync
{
    private const int ReadOnlyDirectory = 0x10000;

    /// <exception cref="IOException">The directory can't be synced.</exception>
    public static void Sync(string path)
    {
        var descriptor = Open(Encoding.UTF8.GetBytes(path + "\0"), ReadOnlyDirectory);
        if (descriptor < 0)
            throw new IOException($"can't open {path}: {Marshal.GetLastPInvokeErrorMessage()}");
        var result = FSync(descriptor);
        var error = Marshal.GetLastPInvokeErrorMessage();
        _ = Close(descriptor);
        if (result != 0)
            throw new IOException($"can't sync {path}: {error}");
    }

    [DllImport("libc", EntryPoint = "open", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Open(byte[] path, int flags);

    [DllImport("libc", EntryPoint = "fsync", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int FSync(int descriptor);

    [DllImport("libc", EntryPoint = "close", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Close(int descriptor);
}
