using Amavis.Core.Explaining;

namespace Amavis.Scanning.Spam;

/// <summary>The scanner's own opinion: the macro <c>VERDICT-name</c>.</summary>
public enum SpamOpinion
{
    Unknown,
    Ham,
    Spam,
}

/// <summary>What one scanner contributed.</summary>
/// <param name="Points">With the factor; null: it failed.</param>
/// <param name="Failure">Why it failed, or null.</param>
public sealed record SpamContribution(string Scanner, double? Points, SpamOpinion Opinion, string? Failure);

/// <summary>The scores of all scanners together, for the recipients that share them.</summary>
public sealed record SpamResult
{
    /// <summary>Sum of all scanners that answered; null: none did, the message is not scored.</summary>
    public required double? Points { get; init; }

    /// <summary>Tests of all scanners in their order.</summary>
    public IReadOnlyList<TestScore> Tests { get; init; } = [];

    /// <summary>Reports of all scanners, one after the other; null: none.</summary>
    public string? Report { get; init; }

    /// <summary>Header fields of all scanners, in their order.</summary>
    public IReadOnlyList<SuppliedField> Fields { get; init; } = [];

    public string? AutoLearn { get; init; }

    public string? Version { get; init; }

    public required IReadOnlyList<SpamContribution> Contributions { get; init; }

    /// <summary>Some scanner failed; <c>spam_scanners_failure_is_fatal</c> decides what follows.</summary>
    public bool AnyFailed => Contributions.Any(c => c.Failure is not null);

    public bool AllFailed => Points is null;
}

/// <summary>What the spam check found, for each recipient.</summary>
/// <param name="ByRecipient">In the order of the recipients given; those with the same user share a result.</param>
/// <param name="Main">The result of the first recipient.</param>
public sealed record SpamReport(IReadOnlyList<SpamResult> ByRecipient, SpamResult Main, SpamExplanation Explanation)
{
    public bool AnyFailed => ByRecipient.Any(r => r.AnyFailed);

    public bool AllFailed => ByRecipient.All(r => r.AllFailed);
}
