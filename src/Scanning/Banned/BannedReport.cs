using Amavis.Core.Parts;

namespace Amavis.Scanning.Banned;

/// <summary>A part that a rule forbids.</summary>
/// <param name="RuleKey">The pattern or key that matched.</param>
/// <param name="RuleValue">Its result.</param>
/// <param name="RuleComment">Comments inside the pattern, or the pattern when it has none.</param>
/// <param name="HasComment">Whether <paramref name="RuleComment"/> was written as one.</param>
public sealed record BannedFinding(MessagePart Part, string RuleKey, string RuleValue, string RuleComment, bool HasComment)
{
    /// <summary>Path in the form of the log.</summary>
    public string AttributeForm => PartPaths.AttributeForm(Part);

    /// <summary>Path as bare values, for people.</summary>
    public string TraditionalForm => PartPaths.TraditionalForm(Part);
}

/// <summary>What the banned rules say for one recipient.</summary>
public sealed record RecipientBanned
{
    public static readonly RecipientBanned None = new();

    /// <summary>Forbidden parts in the order they were found, a limited number.</summary>
    public IReadOnlyList<BannedFinding> Findings { get; init; } = [];

    public bool IsBanned => Findings.Count > 0;

    /// <summary>For replies and notices, from the first finding; empty when nothing is banned. Without control characters.</summary>
    public string ShortReason { get; init; } = "";

    /// <summary>The first rule result that begins with DISCARD: no delivery status notification is sent; null: none.</summary>
    public string? DsnSuppression { get; init; }
}

/// <summary>What the banned rules say of one message.</summary>
/// <param name="ByRecipient">In the order of the recipients given.</param>
/// <param name="UnknownRules">Rule names of <c>banned_filename_maps</c> that do not exist, for the log.</param>
public sealed record BannedReport(IReadOnlyList<RecipientBanned> ByRecipient, IReadOnlyList<string> UnknownRules)
{
    public bool AnyBanned => ByRecipient.Any(r => r.IsBanned);
}
