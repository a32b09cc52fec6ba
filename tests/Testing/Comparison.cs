using System.Globalization;

namespace Amavis.Testing;

/// <summary>
/// One comparison with a set of the public collection. Cases that differ stand in a list, each with the reason; an unlisted case
/// that differs is a failure, and so is a listed one that agrees or is not there. The figures stand in docs/collections.md and
/// must be those found. Where the collection is not at hand only the row and the list are looked at.
/// </summary>
/// <param name="set">First column of the table.</param>
/// <param name="compared">Second column.</param>
/// <param name="list">File with the differing cases below tests/, or null: none may differ. A line is a name, a blank, the reason.</param>
public sealed class Comparison(string set, string compared, string? list = null)
{
    private const int MostShown = 20;

    private readonly Dictionary<string, string?> _cases = new(StringComparer.Ordinal);

    /// <param name="name">Without blanks; once.</param>
    /// <param name="difference">Null: it agrees.</param>
    public void Add(string name, string? difference) => _cases.Add(name, difference);

    /// <exception cref="InvalidOperationException">With all that is not as it should be.</exception>
    public void Finish()
    {
        var listed = Listed();
        var faults = listed.Where(l => l.Value.Length == 0).Select(l => $"{l.Key} is listed without a reason").ToList();
        var differing = _cases.Count(c => c.Value is not null);
        var row = string.Create(CultureInfo.InvariantCulture, $"| {set} | {compared} | {_cases.Count} | {_cases.Count - differing} | {differing} |");
        if (_cases.Count > 0)
        {
            faults.AddRange(_cases.Where(c => c.Value is not null && !listed.ContainsKey(c.Key)).Select(c => $"{c.Key} differs: {c.Value}"));
            faults.AddRange(_cases.Where(c => c.Value is null && listed.ContainsKey(c.Key)).Select(c => $"{c.Key} is listed and agrees"));
            faults.AddRange(listed.Keys.Where(name => !_cases.ContainsKey(name)).Select(name => $"{name} is listed and is no case"));
        }
        var table = File.ReadLines(Path.Combine(Samples.Root, "docs", "collections.md"));
        if (!table.Any(line => line.StartsWith(_cases.Count > 0 ? row : $"| {set} | {compared} |", StringComparison.Ordinal)))
            faults.Add("docs/collections.md does not say: " + row);
        if (faults.Count > 0)
            throw new InvalidOperationException($"{faults.Count} faults\n" + string.Join('\n', faults.Take(MostShown)));
    }

    private Dictionary<string, string> Listed() => list is null
        ? []
        : File.ReadLines(Path.Combine(Samples.Root, "tests", list)).Where(line => line.Length > 0 && line[0] != '#')
            .Select(line => line.Split(' ', 2)).ToDictionary(words => words[0].TrimEnd(':'), words => words.ElementAtOrDefault(1) ?? "", StringComparer.Ordinal);
}
