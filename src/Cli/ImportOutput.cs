using Amavis.Configuration.Importing;

namespace Amavis.Cli;

/// <summary>The file an imported configuration is written to.</summary>
internal static class ImportOutput
{
    /// <summary>A file written by hand is not lost by a mistake in a command line.</summary>
    public static bool MayReplace(string path, bool force)
    {
        if (force || !File.Exists(path))
            return true;
        try
        {
            using var file = new StreamReader(path);
            return !file.BaseStream.CanSeek || file.BaseStream.Length == 0 || file.ReadLine()?.StartsWith(ConfigurationImporter.FirstLine, StringComparison.Ordinal) == true;
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    /// <summary>Writes the file, readable by its owner and group only, since it may hold passwords; the reason why not, or null.</summary>
    public static string? Write(string path, string text)
    {
        try
        {
            var options = new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write };
            if (!OperatingSystem.IsWindows())
                options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead;
            using var file = new StreamWriter(path, options);
            file.Write(text);
            return null;
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException or ArgumentException)
        {
            return $"{path} can't be written: {fault.Message}";
        }
    }
}
