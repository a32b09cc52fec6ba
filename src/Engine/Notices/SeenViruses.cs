using System.Text;

namespace Amavis.Engine.Notices;

/// <summary>
/// The names of all viruses found so far, in a file with a name on each line, so that <c>newvirus_admin</c> is told of each once, also after a
/// restart. Any thread. A file that can't be written is a warning and no more.
/// </summary>
public sealed class SeenViruses
{
    /// <summary>Names kept; later ones count as known, so that the memory of it is bounded.</summary>
    private const int MaxNames = 50_000;

    private const int MaxNameLength = 200;

    private readonly HashSet<string> _names = new(StringComparer.Ordinal);
    private readonly Lock _lock = new();
    private readonly string? _path;
    private readonly bool _isReadOnly;
    private readonly Action<string> _warn;

    /// <param name="path">Null: only this process remembers.</param>
    /// <param name="warn">Takes a line for the log.</param>
    /// <param name="isReadOnly">Names found now are not written to the file.</param>
    public SeenViruses(string? path, Action<string> warn, bool isReadOnly = false)
    {
        ArgumentNullException.ThrowIfNull(warn);
        (_path, _warn, _isReadOnly) = (path, warn, isReadOnly);
        if (path is null)
            return;
        try
        {
            foreach (var line in File.Exists(path) ? File.ReadLines(path, Encoding.UTF8) : [])
                if (line.Length > 0 && _names.Count < MaxNames)
                    _names.Add(line);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            warn($"{path}: the names of viruses found before can't be read, newvirus_admin will be told of them again: {e.Message}");
        }
    }

    /// <summary>Notes the names; true when one of them is new.</summary>
    public bool AddNew(IReadOnlyList<string> names)
    {
        ArgumentNullException.ThrowIfNull(names);
        if (names.Count == 0)
            return false;
        lock (_lock)
        {
            var added = names.Select(Line).Where(n => n.Length > 0 && _names.Count < MaxNames && _names.Add(n)).ToList();
            if (added.Count > 0)
                Append(added);
            return added.Count > 0;
        }
    }

    private void Append(List<string> names)
    {
        if (_path is null || _isReadOnly)
            return;
        try
        {
            File.AppendAllLines(_path, names, new UTF8Encoding(false));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            _warn($"{_path}: the names of viruses can't be kept, newvirus_admin will be told of them again after a restart: {e.Message}");
        }
    }

    private static string Line(string name)
    {
        var line = Core.Logging.LogText.Sanitize(name).Trim();
        return line.Length <= MaxNameLength ? line : line[..MaxNameLength];
    }
}
