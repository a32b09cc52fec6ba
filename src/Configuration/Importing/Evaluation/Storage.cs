using Amavis.Configuration.Importing.Syntax;

namespace Amavis.Configuration.Importing.Evaluation;

/// <summary>A write to a variable: of all of it, or of one of its elements.</summary>
internal sealed record Write(ImportStatement Statement, bool Whole);

/// <summary>A variable, or what a reference leads to.</summary>
internal abstract class PerlStorage
{
    /// <summary>With its sigil; null: it has no name.</summary>
    public string? Name { get; init; }

    /// <summary>By the files, in order.</summary>
    public List<Write> Writes { get; } = [];

    /// <summary>Why the value can't be told; null: it can.</summary>
    public string? Fault { get; set; }
}

internal sealed class PerlScalar : PerlStorage
{
    /// <summary>The value and where it comes from; null: never set.</summary>
    public PerlItem? Item { get; set; }

    public PerlValue Value => Item?.Value ?? PerlValue.Undef;

    /// <summary>Stands for a value that every site has to give.</summary>
    public bool IsPlaceholder { get; set; }
}

internal sealed class PerlArray : PerlStorage
{
    public List<PerlItem> Items { get; set; } = [];

    /// <summary>Behind the opening bracket.</summary>
    public IReadOnlyList<Comment> Opening { get; set; } = [];

    /// <summary>Before the closing bracket.</summary>
    public IReadOnlyList<Comment> Closing { get; set; } = [];
}

internal sealed class PerlHash : PerlStorage
{
    private readonly Dictionary<string, PerlEntry> _entries = [];
    private readonly List<string> _order = [];

    public IEnumerable<PerlEntry> Entries => _order.Where(_entries.ContainsKey).Distinct().Select(k => _entries[k]);

    public int Count => _entries.Count;

    /// <summary>Files read into it.</summary>
    public List<PerlItem> Files { get; } = [];

    /// <summary>Entries of the original that the files took away.</summary>
    public List<PerlEntry> Removed { get; } = [];

    public IReadOnlyList<Comment> Opening { get; set; } = [];

    public IReadOnlyList<Comment> Closing { get; set; } = [];

    /// <summary>All of it was given by the files, so that nothing of the original's remains.</summary>
    public bool IsReplaced { get; set; }

    public PerlEntry? Find(string key) => _entries.GetValueOrDefault(key);

    /// <summary>Puts an entry in; one that was there keeps its place.</summary>
    public void Set(PerlEntry entry)
    {
        if (!_entries.ContainsKey(entry.Key))
            _order.Add(entry.Key);
        _entries[entry.Key] = entry;
        Removed.RemoveAll(r => r.Key == entry.Key);
    }

    public void Remove(string key, ImportStatement statement)
    {
        if (_entries.Remove(key, out var old) && old.IsDefault)
            Removed.Add(old with { Item = old.Item with { Statement = statement, Position = statement.Position } });
    }

    public void Clear()
    {
        _entries.Clear();
        _order.Clear();
        Files.Clear();
        Removed.Clear();
        (Opening, Closing, IsReplaced) = ([], [], true);
    }
}
