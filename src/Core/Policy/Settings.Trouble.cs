using Amavis.Core.Lookups;

namespace Amavis.Core.Policy;

public sealed partial record Settings
{
    /// <summary>Senders whose mail is logged in full detail and kept.</summary>
    public LookupMaps DebugSenderMaps { get; init; } = LookupMaps.Empty;
    /// <summary>Recipients, as <see cref="DebugSenderMaps"/>.</summary>
    public LookupMaps DebugRecipientMaps { get; init; } = LookupMaps.Empty;
    /// <summary>Log lines of all levels are kept in memory until their message is done.</summary>
    public bool EnableLogCapture { get; init; }
    /// <summary>What <see cref="EnableLogCapture"/> kept is written at the end of the message.</summary>
    public bool EnableLogCaptureDump { get; init; }
    /// <summary>A message whose processing failed in a way nobody foresaw is kept as a file.</summary>
    public bool AllowPreservingEvidence { get; init; } = true;

    /// <summary>Account that the daemon changes to when it is started as root: a name or a number; null: none.</summary>
    public string? DaemonUser { get; init; }
    /// <summary>Group that goes before <see cref="DaemonGroups"/>.</summary>
    public string? DaemonGroup { get; init; }
    /// <summary>Names or numbers, the main group first; empty: those of the account.</summary>
    public IReadOnlyList<string> DaemonGroups { get; init; } = [];
}
