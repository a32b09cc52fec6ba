using System.Globalization;

namespace Amavis.Daemon.Hosting;

/// <summary>The file that tells <c>amavis reload</c> and init scripts which process to signal; removed at the end.</summary>
internal sealed class PidFile : IDisposable
{
    private static readonly string Own = Environment.ProcessId.ToString(CultureInfo.InvariantCulture) + "\n";

    private readonly string? _path;

    private PidFile(string? path) => _path = path;

    /// <param name="path">Null or empty: no file.</param>
    public static PidFile Write(string? path)
    {
        if (string.IsNullOrEmpty(path))
            return new PidFile(null);
        File.WriteAllText(path, Own);
        return new PidFile(path);
    }

    public void Dispose()
    {
        // A successor that began while this process finished its work has put its own number there.
        if (_path is not null && File.Exists(_path) && File.ReadAllText(_path) == Own)
            File.Delete(_path);
    }
}
