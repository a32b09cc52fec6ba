namespace Amavis.Data.Writing;

/// <summary>How the message log works.</summary>
public sealed record MessageLogOptions
{
    /// <summary>Directory of the journal; ours alone, made when it does not exist.</summary>
    public required string JournalDirectory { get; init; }

    /// <summary><c>sql_log_required</c>: a record counts as taken only when it is committed.</summary>
    public bool LogRequired { get; init; }

    /// <summary><c>auto_migrate</c>: create or upgrade the schema when first connecting.</summary>
    public bool AutoMigrate { get; init; } = true;

    /// <summary><c>localpart_is_case_sensitive</c>.</summary>
    public bool CaseSensitiveLocalPart { get; init; }

    /// <summary><c>sql_allow_8bit_address</c>.</summary>
    public bool Allow8bitAddress { get; init; }

    /// <summary>Records kept in memory while the database is away or slow; more are on disk only, and read back later.</summary>
    public int MaxRecordsInMemory { get; init; } = 4096;

    /// <summary>Records in one transaction.</summary>
    public int MaxBatch { get; init; } = 256;

    /// <summary>Octets of one journal file.</summary>
    public long SegmentOctets { get; init; } = 8 << 20;

    /// <summary>How long a record waits for company in its transaction.</summary>
    public TimeSpan BatchDelay { get; init; } = TimeSpan.FromMilliseconds(20);

    /// <summary>
    /// How long the first row of a message waits before it is written: most messages are done by then, and one row is written
    /// instead of two.
    /// </summary>
    public TimeSpan ArrivalDelay { get; init; } = TimeSpan.FromMilliseconds(250);

    /// <summary>Between two attempts to reach a database that is away.</summary>
    public TimeSpan RetryInterval { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>Between two syncs of the journal to disk.</summary>
    public TimeSpan SyncInterval { get; init; } = TimeSpan.FromMilliseconds(200);

    /// <summary>How long disposing waits for the database to take what is queued; the rest stays in the journal.</summary>
    public TimeSpan ShutdownTimeout { get; init; } = TimeSpan.FromSeconds(10);
}
