namespace Amavis.Daemon.Hosting;

/// <summary>The daemon's private directory for parts of messages; what a killed process left in it is removed at start.</summary>
internal static class WorkDirectory
{
    private const UnixFileMode Private = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    /// <param name="name">Below TEMPBASE; one for each configuration, so that two daemons do not meet.</param>
    public static string Prepare(string tempBase, string name)
    {
        var path = Path.Combine(tempBase, name);
        Directory.CreateDirectory(path, Private);
        foreach (var entry in new DirectoryInfo(path).EnumerateFileSystemInfos())
        {
            if (entry is DirectoryInfo { LinkTarget: null } directory)
                directory.Delete(recursive: true);
            else
                entry.Delete();
        }
        return path;
    }
}
