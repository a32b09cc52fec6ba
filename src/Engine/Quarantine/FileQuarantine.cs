using System.IO.Compression;
using Amavis.Core.Messages;

namespace Amavis.Engine.Quarantine;

/// <summary>
/// Files of the quarantine (<c>local:</c>). A copy is complete and on the disk before its name appears: written under a
/// temporary name, synced, linked, directory synced. An existing file is never overwritten.
/// </summary>
public sealed class FileQuarantine(string directory, int subdirectoryLevels)
{
    private const string Letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
    private const int CopyOctets = 64 << 10;
    private const UnixFileMode FileMode0640 = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead;
    private const UnixFileMode DirectoryMode0750 = FileMode0640 | UnixFileMode.UserExecute | UnixFileMode.GroupExecute;

    /// <summary>Stores a message with LF line ends; a name ending in .gz is compressed.</summary>
    /// <param name="relativeName">Expanded file name, perhaps with directories that exist.</param>
    /// <returns>The location relative to the quarantine directory.</returns>
    /// <exception cref="IOException">Nothing was stored.</exception>
    public async Task<string> StoreAsync(string relativeName, string mailId, OutgoingMessage message, CancellationToken cancellationToken)
    {
        ArgumentException.ThrowIfNullOrEmpty(relativeName);
        ArgumentException.ThrowIfNullOrEmpty(mailId);
        ArgumentNullException.ThrowIfNull(message);
        if (!Directory.Exists(directory))
            throw new DirectoryNotFoundException($"quarantine directory {directory} does not exist");
        var location = LocationOf(relativeName, mailId, subdirectoryLevels);
        if (subdirectoryLevels > 0)
            MakeSubdirectories(relativeName, mailId);
        var path = Path.Combine(directory, location);
        var temporary = path + ".tmp";
        try
        {
            await WriteAsync(temporary, message, location.EndsWith(".gz", StringComparison.OrdinalIgnoreCase), cancellationToken);
            File.Move(temporary, path, overwrite: false);
            DirectorySync.Sync(Path.GetDirectoryName(path)!);
        }
        catch (Exception)
        {
            File.Delete(temporary);
            throw;
        }
        return location;
    }

    /// <summary>Opens a stored copy; null when it is not there or not a regular file below the directory.</summary>
    public Stream? Open(string location)
    {
        ArgumentException.ThrowIfNullOrEmpty(location);
        if (Path.IsPathRooted(location) || location.Split('/').Contains(".."))
            return null;
        var info = new FileInfo(Path.Combine(directory, location));
        if (!info.Exists || info.LinkTarget is not null)
            return null;
        var file = info.OpenRead();
        return location.EndsWith(".gz", StringComparison.OrdinalIgnoreCase) ? new GZipStream(file, CompressionMode.Decompress) : file;
    }

    private static async Task WriteAsync(string path, OutgoingMessage message, bool compress, CancellationToken cancellationToken)
    {
        var options = new FileStreamOptions
        {
            Mode = System.IO.FileMode.CreateNew,
            Access = FileAccess.Write,
            Share = FileShare.None,
            UnixCreateMode = FileMode0640,
        };
        await using var file = new FileStream(path, options);
        await using (var text = new LineFeedStream(message))
        {
            if (compress)
            {
                await using var gzip = new GZipStream(file, CompressionLevel.Fastest, leaveOpen: true);
                await text.CopyToAsync(gzip, CopyOctets, cancellationToken);
            }
            else
            {
                await text.CopyToAsync(file, CopyOctets, cancellationToken);
            }
        }
        file.Flush(flushToDisk: true);
    }

    /// <summary>With subdirectories, one named by the first character of the mail id stands before the last component.</summary>
    public static string LocationOf(string relativeName, string mailId, int subdirectoryLevels)
    {
        ArgumentNullException.ThrowIfNull(relativeName);
        ArgumentException.ThrowIfNullOrEmpty(mailId);
        return subdirectoryLevels > 0 ? Path.Combine(Path.GetDirectoryName(relativeName) ?? "", mailId[..1], Path.GetFileName(relativeName)) : relativeName;
    }

    /// <summary>All 62 are made at once.</summary>
    private void MakeSubdirectories(string relativeName, string mailId)
    {
        var parent = Path.GetDirectoryName(relativeName) ?? "";
        if (!Directory.Exists(Path.Combine(directory, parent, mailId[..1])))
        {
            foreach (var letter in Letters)
                Directory.CreateDirectory(Path.Combine(directory, parent, letter.ToString()), DirectoryMode0750);
        }
    }
}
