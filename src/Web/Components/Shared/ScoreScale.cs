namespace Amavis.Web.Components.Shared;

/// <summary>Places a score and its levels on a line of 700 units.</summary>
internal sealed class ScoreScale
{
    private const double Width = 700;

    /// <summary>Levels as far out as this are "never" and "always"; they are named and not drawn.</summary>
    private const double Reach = 100;

    /// <summary>Labels closer than this go to a second row.</summary>
    private const double LabelRoom = 95;

    private readonly double _low;
    private readonly double _high;

    public ScoreScale(double? score, double? tag, double? tag2, double? kill)
    {
        var drawn = ((double?[])[0, Clip(score), Drawn(tag), Drawn(tag2), Drawn(kill)]).OfType<double>().ToList();
        var room = Math.Max(1, (drawn.Max() - drawn.Min()) * 0.08);
        _low = drawn.Min() - room;
        _high = drawn.Max() + room;
        At = Clip(score) is { } value ? Place(value) : null;
        Tag2 = Drawn(tag2) is { } second ? Place(second) : null;
        Kill = Drawn(kill) is { } third ? Place(third) : null;
        Levels = Rows([("tag", Drawn(tag)), ("tag2", Drawn(tag2)), ("kill", Drawn(kill))]);
        Description = $"Score {Word(score)}, tag level {Word(tag)}, tag2 level {Word(tag2)}, kill level {Word(kill)}";
    }

    public double? At { get; }

    public double? Tag2 { get; }

    public double? Kill { get; }

    /// <summary>Position, label and row (0 or 1) of each level drawn.</summary>
    public IReadOnlyList<(double At, string Label, int Row)> Levels { get; }

    public string Description { get; }

    private double Place(double value) => (value - _low) / (_high - _low) * Width;

    private static double? Clip(double? value) => value is { } v && double.IsFinite(v) ? Math.Clamp(v, -Reach, Reach) : null;

    private static double? Drawn(double? level) => level is { } v && Math.Abs(v) < Reach ? v : null;

    private static string Word(double? value) => value is { } v ? Labels.Score(v) : "none";

    private List<(double, string, int)> Rows(IEnumerable<(string Name, double? Level)> levels)
    {
        var placed = new List<(double At, string Label, int Row)>();
        foreach (var (name, level) in levels.Where(l => l.Level is not null).OrderBy(l => l.Level))
        {
            var at = Place(level!.Value);
            var row = Enumerable.Range(0, 2).FirstOrDefault(r => !placed.Any(p => p.Row == r && Math.Abs(p.At - at) < LabelRoom), -1);
            var label = $"{name} {Labels.Score(level.Value)}";
            // No room left, or the same place: named together with the one before.
            if (row < 0 || (placed.Count > 0 && placed[^1].At.Equals(at)))
                placed[^1] = placed[^1] with { Label = $"{placed[^1].Label}, {label}" };
            else
                placed.Add((at, label, row));
        }
        return placed;
    }
}
