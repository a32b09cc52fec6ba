namespace Amavis.Configuration.Yaml;

/// <summary>Collects every mistake of a configuration, so that all are reported at once.</summary>
internal sealed class MistakeList
{
    private readonly List<ConfigurationMistake> _mistakes = [];
    private readonly HashSet<SourcePosition> _settled = [];

    public int Count => _mistakes.Count;

    public void Add(SourcePosition position, string key, string what)
    {
        if (_settled.Contains(position))
            return;
        var mistake = new ConfigurationMistake(position, key, what);
        if (!_mistakes.Contains(mistake))
            _mistakes.Add(mistake);
    }

    /// <summary>A mistake that leaves nothing to be said of the value at its place: later ones there are dropped.</summary>
    public void AddLast(SourcePosition position, string key, string what)
    {
        Add(position, key, what);
        _settled.Add(position);
    }

    /// <summary>By file in reading order, then line and column.</summary>
    public IReadOnlyList<ConfigurationMistake> Sorted(IReadOnlyList<string> files)
    {
        var order = files.Select((file, index) => (file, index)).GroupBy(f => f.file).ToDictionary(g => g.Key, g => g.First().index);
        return [.. _mistakes.OrderBy(m => order.GetValueOrDefault(m.Position.File, int.MaxValue)).ThenBy(m => m.Position.Line).ThenBy(m => m.Position.Column)];
    }
}
