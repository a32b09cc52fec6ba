using Amavis.Core.Explaining;

namespace Amavis.Scanning.Virus;

public enum VirusVerdict
{
    /// <summary>No scanner is configured, all recipients bypass, or the message is held as a bomb: nobody vouches for it.</summary>
    NotScanned,
    Clean,
    Infected,
    /// <summary>Scanners were tried, and none gave an answer that can be trusted.</summary>
    Failed,
}

/// <summary>What all virus scanners together said of one message.</summary>
public sealed record VirusReport
{
    public required VirusVerdict Verdict { get; init; }

    /// <summary>Names given by the first scanner (in configured order) that found a virus; empty unless infected.</summary>
    public IReadOnlyList<string> Names { get; init; } = [];

    /// <summary>All scanners that found a virus.</summary>
    public IReadOnlyList<string> DetectingScanners { get; init; } = [];

    /// <summary>Points for names that count as a score instead of a virus; every recipient gets them.</summary>
    public double ScorePoints { get; init; }

    /// <summary>The tests of <see cref="ScorePoints"/>: <c>AV:name</c>.</summary>
    public IReadOnlyList<TestScore> ScoreTests { get; init; } = [];

    public required VirusExplanation Explanation { get; init; }
}
