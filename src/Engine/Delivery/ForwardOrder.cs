using Amavis.Core.Messages;
using Amavis.Core.Policy;
using Amavis.Core.Storage;

namespace Amavis.Engine.Delivery;

/// <summary>What forwarding has to know beside verdicts and findings.</summary>
internal sealed record ForwardOrder
{
    public required MessageArrival Arrival { get; init; }

    /// <summary>The message has a copy in the quarantine.</summary>
    public bool Quarantined { get; init; }

    /// <summary>By recipient, in envelope order: a method that a hook has chosen; null: the configured one.</summary>
    public IReadOnlyList<DeliveryMethod?> Methods { get; init; } = [];

    /// <summary>Fields that a hook adds for everybody.</summary>
    public IReadOnlyList<AddedField> Extra { get; init; } = [];

    /// <summary>A message in the place of the one received; null: that one.</summary>
    public Spool? Replacement { get; init; }

    public string MailId => Arrival.MailId;
}
