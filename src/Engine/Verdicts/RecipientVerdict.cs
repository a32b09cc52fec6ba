using Amavis.Core.Categories;
using Amavis.Core.Explaining;
using Amavis.Core.Messages;

namespace Amavis.Engine.Verdicts;

/// <summary>What is to happen to a message for one recipient, and why. Decides nothing further and does nothing.</summary>
public sealed record RecipientVerdict
{
    public required RecipientPolicy Policy { get; init; }
    public required CategorySet Categories { get; init; }
    /// <summary>The key of the destiny table that blocked, or null: the message passes.</summary>
    public CategoryKey? Blocking { get; init; }
    public required Destiny Destiny { get; init; }
    /// <summary>Null: not scored.</summary>
    public double? Score { get; init; }
    public IReadOnlyList<TestScore> Tests { get; init; } = [];
    public SpamFinding? Spam { get; init; }
    public bool IsTag { get; init; }
    public bool IsTag2 { get; init; }
    public bool IsTag3 { get; init; }
    public bool IsKill { get; init; }
    public CorrespondenceFinding? Correspondence { get; init; }
    public BannedFinding? Banned { get; init; }
    /// <summary>Reason why no notification goes to the sender, or null.</summary>
    public string? DsnSuppressReason { get; init; }
    /// <summary>The reply for a blocked recipient; null for one that passes.</summary>
    public SmtpReply? BlockedReply { get; init; }
    public IReadOnlyList<string> Steps { get; init; } = [];

    public EnvelopeRecipient Recipient => Policy.Recipient;

    public bool IsBlocked => Blocking is not null;

    /// <summary>The category shown for this recipient: the blocking one, else the most severe.</summary>
    public CategoryKey Effective => Blocking ?? Categories.Main;
}
