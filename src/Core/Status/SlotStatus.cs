namespace Amavis.Core.Status;

/// <summary>One of the <c>max_servers</c> places for messages being checked, as it was at one moment.</summary>
public sealed record SlotStatus
{
    /// <summary>From 1. Above <c>max_servers</c> while a message that was in hand at a reload keeps its place.</summary>
    public required int Slot { get; init; }

    /// <summary>Log id of the message in hand; null: the place is free.</summary>
    public string? Task { get; init; }

    /// <summary>How long the message has been in hand, or the place has been free.</summary>
    public required TimeSpan Age { get; init; }

    /// <summary>The stages of the message in hand, oldest first; empty for a place that is free.</summary>
    public IReadOnlyList<StateChange> Course { get; init; } = [];

    /// <summary>One of <see cref="WorkState"/>; a space for a place that is free.</summary>
    public char State => Task is null ? ' ' : Course.Count == 0 ? WorkState.Checks : Course[^1].State;
}

/// <param name="State">One of <see cref="WorkState"/>.</param>
/// <param name="After">Since the message has its place.</param>
public readonly record struct StateChange(char State, TimeSpan After);
