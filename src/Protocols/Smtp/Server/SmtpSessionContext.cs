using System.Net.Security;
using Amavis.Core.Counters;
using Amavis.Core.Lookups.Databases;
using Amavis.Core.Messages;
using Amavis.Core.Policy;

namespace Amavis.Protocols.Smtp.Server;

/// <summary>What a session needs to know and to call.</summary>
public sealed record SmtpSessionContext
{
    /// <summary>HELO name and protocol in it are filled in by the session.</summary>
    public required ConnectionFacts Connection { get; init; }

    /// <summary>Settings with the interface's banks; every transaction begins with them.</summary>
    public required PolicyState Policy { get; init; }

    /// <summary>Such as <c>00421-07</c>; from the second transaction on its number is appended.</summary>
    public required string SessionId { get; init; }

    /// <summary>The greeting says LMTP, and a client that sends no HELO, EHLO or LHLO is answered as one of LMTP.</summary>
    public bool StartAsLmtp { get; init; }

    public required ISpoolFactory Spools { get; init; }

    public required IMessageProcessor Processor { get; init; }

    public required TimeProvider Clock { get; init; }

    public required ISmtpSessionLog Log { get; init; }

    /// <summary>Certificate and versions for STARTTLS, asked for when it is needed; null, or giving null: there is none.</summary>
    public Func<SslServerAuthenticationOptions?>? Tls { get; init; }

    /// <summary>Where recipients are looked up; null: in the configuration alone.</summary>
    public IAddressDirectory? Directory { get; init; }

    /// <summary>Null: the time taken for receiving is not recorded.</summary>
    public CounterSet? Counters { get; init; }

    /// <summary>Told of what the session does, in the letters of <see cref="Core.Status.WorkState"/>; null: nobody asks.</summary>
    public Action<char>? Progress { get; init; }

    /// <summary>
    /// Given to the processing of messages. Not the token that stops sessions: what was received then is finished, until this
    /// one says that there is no time left.
    /// </summary>
    public CancellationToken Processing { get; init; }
}
