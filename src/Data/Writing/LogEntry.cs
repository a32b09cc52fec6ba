namespace Amavis.Data.Writing;

/// <summary>What the writer is handed.</summary>
internal abstract record LogEntry
{
    private LogEntry()
    {
    }

    /// <param name="Stamp">When it was handed over, as a timestamp of the clock.</param>
    public sealed record Arrival(ArrivalRow Row, long Stamp) : LogEntry;

    /// <param name="Segment">Where it stands in the journal; null when the journal could not be written.</param>
    /// <param name="Octets">What it counts for in the memory bound.</param>
    /// <param name="Committed">Who waits for it; null: nobody.</param>
    public sealed record Final(FinalRow Row, JournalSegment? Segment, int Octets, TaskCompletionSource? Committed, long Stamp) : LogEntry;

    /// <param name="Done">Completes when everything handed over before is in the database.</param>
    public sealed record Flush(TaskCompletionSource Done) : LogEntry;
}
