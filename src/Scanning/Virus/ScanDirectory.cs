namespace Amavis.Scanning.Virus;

/// <summary>Items as files in a directory of their own, removed with it. File names are ours (p001), never those of the mail.</summary>
internal sealed class ScanDirectory : IDisposable
{
    // The group may read: the scanner's user is made a member of ours.
    private const UnixFileMode DirectoryMode =
        UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute | UnixFileMode.GroupRead | UnixFileMode.GroupExecute;
    private const UnixFileMode PartMode = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead;

    private ScanDirectory(string path) => Path = path;

    public string Path { get; }

    /// <exception cref="IOException">No room, or an item could not be read; nothing is left behind.</exception>
    public static async Task<ScanDirectory> CreateAsync(string workDirectory, IReadOnlyList<ScanItem> items, CancellationToken cancellationToken)
    {
        var path = System.IO.Path.Combine(workDirectory, "scan-" + Guid.NewGuid().ToString("N"));
        Directory.CreateDirectory(path, DirectoryMode);
        // The umask may have taken the group's rights away.
        File.SetUnixFileMode(path, DirectoryMode);
        var directory = new ScanDirectory(path);
        try
        {
            foreach (var item in items)
                await WriteAsync(System.IO.Path.Combine(path, item.Name), item, cancellationToken);
            return directory;
        }
        catch
        {
            directory.Dispose();
            throw;
        }
    }

    /// <summary>Has items scanned as files; that they could not be written is a failure of the scan.</summary>
    public static async Task<ScanOutcome> UseAsync(
        string workDirectory, IReadOnlyList<ScanItem> items, Func<ScanDirectory, Task<ScanOutcome>> scan, CancellationToken cancellationToken)
    {
        try
        {
            using var files = await CreateAsync(workDirectory, items, cancellationToken);
            return await scan(files);
        }
        catch (Exception e) when (e is IOException or InvalidDataException or UnauthorizedAccessException)
        {
            return new ScanOutcome.Failed("the files to scan could not be written: " + e.Message);
        }
    }

    public void Dispose()
    {
        try
        {
            Directory.Delete(Path, recursive: true);
        }
        catch (DirectoryNotFoundException)
        {
            // Already gone.
        }
    }

    private static async Task WriteAsync(string path, ScanItem item, CancellationToken cancellationToken)
    {
        var options = new FileStreamOptions
        {
            Mode = FileMode.CreateNew,
            Access = FileAccess.Write,
            BufferSize = 0,
            UnixCreateMode = PartMode,
        };
        await using var target = new FileStream(path, options);
        File.SetUnixFileMode(target.SafeFileHandle, PartMode);
        await using var source = item.Content.OpenRead();
        await source.CopyToAsync(target, 64 << 10, cancellationToken);
    }
}
