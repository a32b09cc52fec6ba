namespace Amavis.Fuzz.Targets;

/// <summary>Always the same moment, so that what is written at two of them is the same.</summary>
internal sealed class StandingClock : TimeProvider
{
    public static readonly StandingClock Instance = new();

    public override DateTimeOffset GetUtcNow() => new(2026, 11, 22, 12, 0, 0, TimeSpan.Zero);

    public override long GetTimestamp() => 0;
}
