using Amavis.Core.Policy;

namespace Amavis.Engine.Quarantine;

/// <summary>One copy to be kept.</summary>
/// <param name="Targets">Quarantine addresses or aliases, unique; for a transparent archive the recipients themselves.</param>
/// <param name="Transparent">An archive that gets the message as if it were the recipients' mailbox: the envelope is the original one.</param>
public sealed record QuarantineEntry(DeliveryMethod Method, IReadOnlyList<string> Targets, bool Archive, bool Transparent = false);

/// <summary>Where a copy is.</summary>
/// <param name="Type">Letter for <c>msgs.quar_type</c>.</param>
/// <param name="Location">For <c>msgs.quar_loc</c> and the log.</param>
public sealed record StoredCopy(char Type, string Location, bool Archive);
