using Amavis.Dkim.Keys;

namespace Amavis.Cli.Dkim;

/// <summary>Writes private keys to files.</summary>
internal static class KeyFile
{
    public const int LeastBits = 512;
    public const int MostBits = 4096;

    /// <summary>For its owner only, and never over a file that is there.</summary>
    /// <exception cref="IOException">The file can't be made; nothing is left of it.</exception>
    public static void Write(string path, SigningKey key)
    {
        var options = new FileStreamOptions
        {
            Mode = FileMode.CreateNew,
            Access = FileAccess.Write,
            Share = FileShare.None,
            UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
        };
        using var file = new FileStream(path, options);
        try
        {
            using var text = new StreamWriter(file, leaveOpen: true);
            text.Write(key.ToPem());
            text.Flush();
            file.Flush(flushToDisk: true);
        }
        catch (IOException)
        {
            File.Delete(path);
            throw;
        }
    }
}
