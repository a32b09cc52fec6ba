namespace Amavis.Snmp.Mib;

/// <summary>A scalar: a variable that there is once, read-only.</summary>
/// <param name="Id">Without the instance.</param>
/// <param name="Name">As the MIB module calls it.</param>
/// <param name="Syntax">Its type in the words of the module.</param>
/// <param name="Help">What it says, a sentence without its full stop.</param>
/// <param name="Read">Gives the value now; any thread, at once, never throws.</param>
public sealed record MibObject(Oid Id, string Name, string Syntax, string Help, Func<SnmpValue> Read)
{
    /// <summary>The one instance of a scalar ends in 0 (RFC 2578 §7).</summary>
    public Oid Instance { get; } = Id.Append(0);
}

/// <summary>Objects that are registered together.</summary>
/// <param name="Subtree">Holds all of them and nothing else.</param>
/// <param name="Refresh">Brings up to date what the objects show, before they are read; null: always is. Never throws but when cancelled.</param>
public sealed record MibGroup(Oid Subtree, IReadOnlyList<MibObject> Objects, Func<CancellationToken, ValueTask>? Refresh = null);
