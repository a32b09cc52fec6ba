namespace Amavis.Scanning.Virus;

/// <summary>What one virus scanner said of one message.</summary>
public abstract record ScanOutcome
{
    private ScanOutcome()
    {
    }

    /// <summary>The scanner vouched for every item.</summary>
    public sealed record Clean : ScanOutcome
    {
        public static readonly Clean Instance = new();
    }

    /// <summary>The scanner found nothing, but does not vouch for the items; no failure.</summary>
    public sealed record Inconclusive : ScanOutcome
    {
        public static readonly Inconclusive Instance = new();
    }

    /// <param name="Names">Distinct virus names in the order of the items; never empty, printable characters only. A
    /// scanner that gives no name has the empty one.</param>
    public sealed record Infected(IReadOnlyList<string> Names) : ScanOutcome;

    /// <summary>No answer that can be trusted: refused, timed out, or not understood.</summary>
    public sealed record Failed(string Reason) : ScanOutcome;
}
