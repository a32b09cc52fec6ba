using Amavis.Core.Explaining;

namespace Amavis.Data.Console;

/// <summary>All the log has on one message. The secret that releases it is not part of it.</summary>
public sealed record MessageView
{
    public required MessageSummary Summary { get; init; }
    public required string LogId { get; init; }
    /// <summary>Path of the policy banks; empty: the base settings alone.</summary>
    public required string Policy { get; init; }
    public required string Host { get; init; }
    /// <summary>Message-IDs, as stored.</summary>
    public required string MessageId { get; init; }
    /// <summary>Where the kept copy is, as stored.</summary>
    public required string QuarantineLocation { get; init; }
    /// <summary>Y N q ? or a blank.</summary>
    public required char DsnSent { get; init; }
    /// <summary>Null: written by another program, before the explanations, or it has been purged.</summary>
    public required MessageExplanation? Explanation { get; init; }
}
