using Amavis.Core.Explaining;
using Amavis.Core.Lookups;

namespace Amavis.Scanning.Virus;

/// <summary>
/// Turns the alarm of a scanner into points when every name it gave has a score in <c>virus_name_to_spam_score_maps</c>. Names are
/// counted once, also when several scanners give them.
/// </summary>
internal sealed class VirusNameScores(LookupMaps maps)
{
    private readonly HashSet<string> _counted = new(StringComparer.Ordinal);
    private readonly List<TestScore> _tests = [];

    public double Points { get; private set; }

    public IReadOnlyList<TestScore> Tests => _tests;

    /// <summary>Whether a name counts as points (of zero, too) instead of a virus.</summary>
    public static bool HasScore(LookupMaps maps, string name) => maps.FindText(name)?.Number is not null;

    /// <summary>False when some name has no score: a real virus.</summary>
    public bool TryTake(IReadOnlyList<string> names)
    {
        var scores = new List<(string Name, double Points)>(names.Count);
        foreach (var name in names)
        {
            if (maps.FindText(name)?.Number is not { } points)
                return false;
            scores.Add((name, points));
        }
        var fresh = scores.Where(s => _counted.Add(s.Name)).ToArray();
        if (fresh.Length == 0)
            return true;
        Points += fresh.Max(s => s.Points);
        _tests.AddRange(fresh.Select(s => new TestScore("AV:" + s.Name, s.Points)));
        return true;
    }
}
