using Amavis.Core.Counters;
using Amavis.Core.Logging;
using Amavis.Core.Messages;
using Amavis.Core.Policy;

namespace Amavis.Protocols.Milter.Server;

/// <summary>What a milter session needs to know and to call.</summary>
public sealed record MilterSessionContext
{
    /// <summary>The MTA's connection to us.</summary>
    public required ConnectionFacts Connection { get; init; }

    /// <summary>Settings with the interface's banks; every message begins with them.</summary>
    public required PolicyState Policy { get; init; }

    /// <summary>Such as <c>00421-07</c>; from the second message on its number is appended.</summary>
    public required string SessionId { get; init; }

    public required ISpoolFactory Spools { get; init; }

    public required IMessageProcessor Processor { get; init; }

    public required TimeProvider Clock { get; init; }

    public required IMailLog Log { get; init; }

    /// <summary>Null: the time taken for receiving is not recorded.</summary>
    public CounterSet? Counters { get; init; }

    /// <summary>Given to the processing of messages: what was received is finished, until this one says that there is no time left.</summary>
    public CancellationToken Processing { get; init; }

    /// <summary>Told what the session does, as <see cref="Core.Status.WorkState"/> names it; null: nobody asks.</summary>
    public Action<char>? Progress { get; init; }
}
