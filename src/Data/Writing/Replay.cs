namespace Amavis.Data.Writing;

/// <summary>A journal segment being read back.</summary>
internal sealed class Replay(JournalSegment segment) : IDisposable
{
    private readonly JournalReader _reader = new(segment.Path, segment.SpillOffset ?? 0);

    public JournalSegment Segment { get; } = segment;

    /// <summary>Records of it that are stored.</summary>
    public int Stored { get; set; }

    public long DamagedOctets => _reader.DamagedOctets;

    /// <summary>Why reading ended early, or null.</summary>
    public Exception? Fault { get; private set; }

    public bool IsDamaged => DamagedOctets > 0 || Fault is not null;

    /// <summary>The next records, none at the end.</summary>
    public async Task<IReadOnlyList<FinalRow>> NextAsync(int max, CancellationToken cancellationToken)
    {
        var rows = new List<FinalRow>();
        try
        {
            while (rows.Count < max && Fault is null && await _reader.ReadAsync(cancellationToken) is { } row)
                rows.Add(row);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            Fault = fault;
        }
        return rows;
    }

    public void Dispose() => _reader.Dispose();
}
