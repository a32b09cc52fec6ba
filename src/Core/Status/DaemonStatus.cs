namespace Amavis.Core.Status;

/// <summary>Who answers: the head of each document that tells the daemon's state.</summary>
/// <param name="Product">Name, version and its date.</param>
/// <param name="Host"><c>myhostname</c>.</param>
/// <param name="Contact"><c>snmp_contact</c>.</param>
/// <param name="Location"><c>snmp_location</c>.</param>
/// <param name="Up">Since the start of the process; a reload does not change it.</param>
public sealed record DaemonFacts(string Product, string Host, string Contact, string Location, int Pid, TimeSpan Up);

/// <summary>The values of all counters.</summary>
/// <param name="Counters">By name, those of the catalog.</param>
/// <param name="Named">Counts whose names come up in mail, such as <c>virus.byname.</c> and the name.</param>
public sealed record CountersDocument(DaemonFacts Daemon, IReadOnlyDictionary<string, long> Counters, IReadOnlyDictionary<string, long> Named);

/// <summary>What is in hand.</summary>
/// <param name="Waiting">Messages received that wait for a place.</param>
public sealed record ProcessesDocument(DaemonFacts Daemon, IReadOnlyList<SlotStatus> Slots, int Waiting, IReadOnlyList<SessionStatus> Sessions);
