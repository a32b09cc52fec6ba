namespace Amavis.Data.Upkeep;

/// <summary>What a purge removed.</summary>
/// <param name="Files">Quarantine files of expired messages.</param>
public sealed record PurgeReport(long Messages, long Recipients, long Chunks, long Explanations, long Addresses, long Files);

/// <summary>What <see cref="Maintenance.PurgeAsync"/> removes.</summary>
public sealed record PurgeOptions
{
    /// <summary>Messages received longer ago go; at least an hour. Keep pen pals in mind: two weeks catch most replies.</summary>
    public required TimeSpan OlderThan { get; init; }

    /// <summary>A shorter life for viruses and for spam above <see cref="BlatantSpamLevel"/>; null: the same as the others.</summary>
    public TimeSpan? BlatantOlderThan { get; init; }

    /// <summary>Points.</summary>
    public double BlatantSpamLevel { get; init; } = 20;

    /// <summary>
    /// Where relative <c>quar_loc</c> of file quarantines point; the files of expired messages are deleted before their rows.
    /// Null: files are left alone.
    /// </summary>
    public string? QuarantineDirectory { get; init; }
}
