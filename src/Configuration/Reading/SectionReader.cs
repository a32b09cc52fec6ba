using Amavis.Configuration.Catalog;
using Amavis.Configuration.Yaml;

namespace Amavis.Configuration.Reading;

/// <summary>Reads a map whose keys are known: an entry of a scanner list, a section.</summary>
internal sealed class SectionReader
{
    private readonly MapNode? _map;
    private readonly BindContext _context;

    /// <param name="known">Every key the map may hold.</param>
    public SectionReader(Node node, BindContext context, params string[] known)
    {
        _context = context;
        _map = node as MapNode;
        if (_map is null)
        {
            IsGood = context.Expects(node, "a map with " + string.Join(", ", known.Take(4)) + (known.Length > 4 ? ", …" : ""));
            return;
        }
        foreach (var (key, _) in _map.Entries)
            if (!known.Contains(key.Text))
                IsGood = context.For(key.Text).Fault(key, $"unknown key{NameSuggestion.Words(key.Text, known)}");
    }

    /// <summary>No mistake so far.</summary>
    public bool IsGood { get; private set; } = true;

    public bool Has(string key) => _map?.Find(key) is not null;

    public Node? Node(string key) => _map?.Find(key);

    /// <summary>The value of a key, or <paramref name="missing"/> when it is not there or faulty.</summary>
    public T Get<T>(string key, ValueReader<T> read, T missing)
    {
        if (_map?.Find(key) is not { } node)
            return missing;
        if (read(node, _context.For(key), out var value))
            return value;
        IsGood = false;
        return missing;
    }

    public T Required<T>(string key, ValueReader<T> read, T missing)
    {
        if (_map is not null && !Has(key))
            Fault(_map, $"{key} is missing");
        return Get(key, read, missing);
    }

    public void Fault(Node node, string what) => IsGood = _context.Fault(node, what);

    public void Fault(string what)
    {
        if (_map is not null)
            Fault(_map, what);
    }
}
