using Amavis.Core.Addresses;
using Amavis.Core.Categories;
using Amavis.Core.Messages;

namespace Amavis.Engine.Verdicts;

/// <summary>What was done for one recipient.</summary>
public sealed record RecipientOutcome
{
    public required RecipientVerdict Verdict { get; init; }
    public required SmtpReply Reply { get; init; }
    /// <summary>Categories with what delivery added.</summary>
    public required CategorySet Categories { get; init; }
    public CategoryKey? Blocking { get; init; }
    public required Destiny Destiny { get; init; }
    /// <summary>The next hop answered for this recipient.</summary>
    public bool Relayed { get; init; }
    /// <summary>The next hop took the DSN wishes over.</summary>
    public bool DsnPropagated { get; init; }
    public string? RemoteMta { get; init; }
    /// <summary>The next hop's own words.</summary>
    public string? RemoteReply { get; init; }
    /// <summary>Headers or Subject of this recipient's copy say spam, virus or banned.</summary>
    public bool Marked { get; init; }
    public DsnDecision Dsn { get; init; }
    /// <summary>The address it went to; null: the recipient's own, or nothing was sent.</summary>
    public MailAddress? FinalAddress { get; init; }

    /// <summary>Whoever gave us the message passes it on to this recipient; nothing was sent by us.</summary>
    public bool LeftToClient { get; init; }

    /// <summary>Not blocked, and nobody refused it.</summary>
    public bool IsPassed => Destiny == Destiny.Pass && Reply.IsSuccess;

    /// <summary>Passed on to the next hop with success: another attempt would bring a second copy.</summary>
    public bool IsDelivered => IsPassed && !LeftToClient;

    public CategoryKey Effective => Blocking ?? Categories.Main;
}

/// <summary>Is the sender told about a recipient.</summary>
public enum DsnDecision
{
    /// <summary>No notification is due.</summary>
    None,
    /// <summary>One was due and is held back.</summary>
    Suppressed,
    Send,
}
