using System.IO.Enumeration;
using Amavis.Configuration.Yaml;

namespace Amavis.Configuration.Files;

/// <summary>
/// Reads a file and those it includes, in the order they count: the file itself, then its included files in the order of the
/// list (those of one pattern sorted by name), each followed by what it includes itself.
/// </summary>
internal sealed class IncludeReader(ConfigurationEnvironment environment, MistakeList mistakes)
{
    public const string Key = "include";

    private readonly List<MapNode> _documents = [];
    private readonly List<string> _files = [];
    private readonly Stack<string> _open = [];

    public IReadOnlyList<MapNode> Documents => _documents;

    public IReadOnlyList<string> Files => _files;

    /// <param name="named">Where the file is named; null for the first one.</param>
    public void Read(string path, SourcePosition? named = null)
    {
        var full = Path.GetFullPath(path);
        if (_open.Contains(full))
        {
            mistakes.Add(named!, Key, $"{path} includes itself, by way of {_open.Peek()}");
            return;
        }
        if (TextFiles.Read(path, out var reason) is not { } text)
        {
            mistakes.Add(named ?? new SourcePosition(path, 1, 1), named is null ? "file" : Key, $"{path} {reason}");
            return;
        }
        _files.Add(path);
        if (YamlReader.Read(path, text, mistakes) is not { } document)
            return;
        document = new EnvironmentText(environment.Variable, mistakes).Expand(document);
        _documents.Add(document);
        _open.Push(full);
        foreach (var entry in document.Entries.Where(e => e.Key.Text == Key))
            Include(path, entry.Value);
        _open.Pop();
    }

    private void Include(string from, Node list)
    {
        var patterns = list is ListNode { Items: var items } ? items : [list];
        foreach (var item in patterns)
        {
            if (item is not ScalarNode { IsNull: false, Text.Length: > 0 } pattern)
            {
                mistakes.Add(item.Position, Key, $"expects file names or patterns, got {item.KindName}");
                continue;
            }
            foreach (var file in Matching(TextFiles.Beside(from, pattern.Text), pattern))
                Read(file, pattern.Position);
        }
    }

    /// <summary>The files of a pattern; a pattern that matches none is no mistake, a plain name that does not exist is.</summary>
    private IEnumerable<string> Matching(string path, ScalarNode pattern)
    {
        var name = Path.GetFileName(path);
        var directory = Path.GetDirectoryName(path) ?? "";
        if (directory.AsSpan().ContainsAny('*', '?'))
        {
            mistakes.Add(pattern.Position, Key, $"\"{pattern.Text}\": only the last part may hold * or ?");
            return [];
        }
        if (name.Length == 0)
        {
            mistakes.Add(pattern.Position, Key, $"\"{pattern.Text}\" names a directory; write \"{pattern.Text}*.yaml\"");
            return [];
        }
        if (!name.AsSpan().ContainsAny('*', '?'))
            return [path];
        if (!Directory.Exists(directory))
            return [];
        return Directory.EnumerateFiles(directory)
            .Where(f => FileSystemName.MatchesSimpleExpression(name, Path.GetFileName(f), ignoreCase: false) && !Path.GetFileName(f).StartsWith('.'))
            .Order(StringComparer.Ordinal);
    }
}
