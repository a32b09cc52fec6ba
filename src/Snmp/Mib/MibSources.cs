using Amavis.Core.Counters;
using Amavis.Core.Status;

namespace Amavis.Snmp.Mib;

/// <summary>Where the objects take their values from.</summary>
public sealed record MibSources
{
    public required CounterSet Counters { get; init; }

    public required Func<DaemonFacts> Daemon { get; init; }

    /// <summary>The places for messages in hand; they stand for the worker processes of the original.</summary>
    public required Func<IReadOnlyList<SlotStatus>> Slots { get; init; }

    /// <summary>Null: there is no Postfix here, or its queues can't be read; their objects are left out.</summary>
    public IMtaQueues? MtaQueues { get; init; }
}

/// <summary>The queues of the MTA.</summary>
public interface IMtaQueues
{
    /// <summary>Messages in a queue when it was last looked at.</summary>
    int Count(MtaQueue queue);

    /// <summary>Looks at the queues when that was too long ago. Takes no longer than a moment, and never throws but when cancelled.</summary>
    ValueTask RefreshAsync(CancellationToken cancellationToken);
}

/// <summary>In the order of their objects.</summary>
public enum MtaQueue
{
    Maildrop = 1,
    Incoming = 2,
    Active = 3,
    Deferred = 4,
}
