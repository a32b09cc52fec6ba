using Amavis.Core.Counters;
using Amavis.Core.Explaining;

namespace Amavis.Engine.Reporting;

/// <summary>Measures the stages of one message.</summary>
public sealed class StageClock(TimeProvider clock, CounterSet counters)
{
    private readonly List<(Stage Stage, TimeSpan Elapsed)> _stages = [];
    private long _mark = clock.GetTimestamp();

    /// <summary>Ends a stage that began at the last call.</summary>
    public void End(Stage stage)
    {
        var now = clock.GetTimestamp();
        var elapsed = clock.GetElapsedTime(_mark, now);
        _mark = now;
        _stages.Add((stage, elapsed));
        counters.Observe(stage, elapsed);
    }

    /// <summary>All stages that have ended, in their order.</summary>
    public IReadOnlyList<(Stage Stage, TimeSpan Elapsed)> Ended => _stages;

    /// <summary>Since the last stage ended.</summary>
    public TimeSpan Rest => clock.GetElapsedTime(_mark);

    public TimeSpan Of(Stage stage) => _stages.Where(s => s.Stage == stage).Aggregate(TimeSpan.Zero, (sum, s) => sum + s.Elapsed);

    public IReadOnlyList<StageTime> Times => [.. _stages.Select(s => new StageTime(s.Stage.ToString(), Math.Round(s.Elapsed.TotalMilliseconds, 3)))];
}
