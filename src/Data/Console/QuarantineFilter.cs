namespace Amavis.Data.Console;

/// <summary>Which quarantined messages are listed. Parts are joined by and; null and empty ask for nothing.</summary>
public sealed record QuarantineFilter
{
    /// <summary>Content letters of recipients, as shown.</summary>
    public IReadOnlyList<char> Verdicts { get; init; } = [];

    /// <summary>Envelope recipient, in the forms of <see cref="TraceFilter.Sender"/>.</summary>
    public string? Recipient { get; init; }

    /// <summary>A piece of the subject, the sender or the From field, in any case.</summary>
    public string? Text { get; init; }

    /// <summary>Received within this time.</summary>
    public TimeSpan? YoungerThan { get; init; }

    /// <summary>Received longer ago than this.</summary>
    public TimeSpan? OlderThan { get; init; }

    /// <summary>Which recipients count by what was done since.</summary>
    public QuarantineState State { get; init; } = QuarantineState.Held;

    public static QuarantineFilter Default { get; } = new();
}

/// <summary>What became of a held copy.</summary>
public enum QuarantineState
{
    /// <summary>Not delivered to somebody, and neither released nor deleted since.</summary>
    Held,
    /// <summary>A recipient asks for it (<c>rs</c> = p).</summary>
    Requested,
    Released,
    Deleted,
    /// <summary>Every kept copy, also of mail that was delivered.</summary>
    Any,
}
