using Amavis.Core.Policy;

namespace Amavis.Web.Hosting;

/// <summary>Where the console keeps what must outlive it: the keys of its cookies and the first password. For its own user alone.</summary>
internal sealed class StateDirectory
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    public StateDirectory(Settings settings)
    {
        Path = settings.Web.StateDir is { Length: > 0 } given ? given : System.IO.Path.Combine(settings.MyHome, "web");
        KeysPath = System.IO.Path.Combine(Path, "keys");
        InitialPasswordPath = System.IO.Path.Combine(Path, "initial-password");
    }

    public string Path { get; }

    public string KeysPath { get; }

    /// <summary>Password of the account made by the first start; to be deleted once read.</summary>
    public string InitialPasswordPath { get; }

    /// <exception cref="IOException">The directory can't be made.</exception>
    /// <exception cref="UnauthorizedAccessException">The same.</exception>
    public void Create()
    {
        Directory.CreateDirectory(Path, OwnerOnly);
        Directory.CreateDirectory(KeysPath, OwnerOnly);
    }

    /// <summary>Writes a file that only the console's user can read, in place of any older one.</summary>
    public static void WriteSecret(string path, string text)
    {
        File.Delete(path);
        using var stream = new FileStream(path, new FileStreamOptions
        {
            Mode = FileMode.CreateNew,
            Access = FileAccess.Write,
            UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
        });
        using var writer = new StreamWriter(stream);
        writer.WriteLine(text);
    }
}
