using Amavis.Core.Counters;
using Amavis.Core.Logging;
using Amavis.Core.Lookups.Databases;
using Amavis.Core.Storage;
using Amavis.Dns.Resolving;
using Amavis.Engine.Checks;
using Amavis.Engine.Hooks;
using Amavis.Engine.Notices;
using Amavis.Engine.Rehearsing;
using Amavis.Engine.Spooling;
using Amavis.Protocols.Smtp.Client;
using Amavis.Scanning;

namespace Amavis.Engine;

/// <summary>What the handling of messages uses; made once by the daemon.</summary>
public sealed record EngineServices
{
    public required TimeProvider Clock { get; init; }
    public required CounterSet Counters { get; init; }
    public required IMailLog Log { get; init; }
    public required SpoolFactory Spools { get; init; }
    public required SmtpClientPool NextHops { get; init; }
    public required ScannerRegistry Scanners { get; init; }
    /// <summary>Code of the administrator's own.</summary>
    public HookRegistry Hooks { get; init; } = new();
    /// <summary>For <c>newvirus_admin</c>; as it is, only this process remembers.</summary>
    public SeenViruses SeenViruses { get; init; } = new(null, _ => { });
    /// <summary>Messages over which decoders died; as it is, only this process remembers.</summary>
    public DecodingAttempts DecodingAttempts { get; init; } = new(null, _ => { });
    /// <summary>Null: no SQL storage is configured.</summary>
    public IMessageLog? MessageLog { get; init; }
    /// <summary>Null: no SQL storage is configured.</summary>
    public ISqlQuarantine? SqlQuarantine { get; init; }
    /// <summary>Null: no SQL storage is configured.</summary>
    public IPenPals? PenPals { get; init; }
    /// <summary>SQL and LDAP with recipients' settings; null: none.</summary>
    public IAddressDirectory? Directory { get; init; }
    /// <summary>Where keys of signatures are asked for; null: signatures are not verified.</summary>
    public IDnsResolver? Resolver { get; init; }
    /// <summary>Takes what would leave while a message is only tried out; null: in earnest.</summary>
    public Rehearsal? Rehearsal { get; init; }
    /// <summary>Private directory for the parts of messages; emptied at start.</summary>
    public required string WorkDirectory { get; init; }
}
