using Amavis.Testing;

namespace Amavis.Scanning.Tests.Virus.Programs;

/// <summary>Small shell scripts that play scanners.</summary>
internal sealed class Scripts : IDisposable
{
    private readonly TestDirectory _directory = new();

    public string Directory => _directory.Path;

    public string FilePath(string name) => _directory.FilePath(name);

    /// <summary>Path of a new program with these lines.</summary>
    public string Add(string name, string lines)
    {
        var path = _directory.FilePath(name);
        File.WriteAllText(path, "#!/bin/sh\n" + lines + "\n");
        File.SetUnixFileMode(path, (UnixFileMode)Convert.ToInt32("755", 8));
        return path;
    }

    public void Dispose() => _directory.Dispose();
}
