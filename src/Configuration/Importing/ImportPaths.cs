namespace Amavis.Configuration.Importing;

/// <summary>The files that a path given for an import stands for.</summary>
public static class ImportPaths
{
    /// <summary>What the packages of Debian read, in this order.</summary>
    private static readonly string[] Debian = ["/usr/share/amavis/conf.d", "/etc/amavis/conf.d"];

    private static readonly string[] Others =
        ["/etc/amavisd/amavisd.conf", "/etc/amavisd.conf", "/usr/local/etc/amavisd.conf", "/etc/amavis/amavisd.conf"];

    /// <summary>Where the configuration of an installed amavisd-new is; empty: nowhere it is known to be.</summary>
    public static IReadOnlyList<string> Installed()
    {
        if (Directory.Exists(Debian[1]))
            return [.. Debian.Where(Directory.Exists)];
        return Array.Find(Others, File.Exists) is { } file ? [file] : [];
    }

    /// <summary>Adds the files of a path; the reason why there are none, or null.</summary>
    internal static string? Expand(string path, List<string> files)
    {
        try
        {
            if (!Directory.Exists(path))
            {
                files.Add(Path.GetFullPath(path));
                return null;
            }
            var found = Directory.EnumerateFiles(path).Where(f => IsRead(Path.GetFileName(f))).Order(StringComparer.Ordinal).ToList();
            files.AddRange(found.Select(Path.GetFullPath));
            return found.Count == 0 ? "holds no files that the original would read (names of letters, digits, _ and -)" : null;
        }
        catch (UnauthorizedAccessException)
        {
            return "may not be read by this user";
        }
        catch (Exception fault) when (fault is IOException or ArgumentException)
        {
            return "can't be read: " + fault.Message;
        }
    }

    /// <summary>Names that run-parts takes, which leaves out what editors and packages leave behind.</summary>
    private static bool IsRead(string name) => name.All(c => char.IsAsciiLetterOrDigit(c) || c is '_' or '-');
}
