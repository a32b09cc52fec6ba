namespace Amavis.Snmp;

/// <summary>A variable and its value (RFC 2741 §5.4).</summary>
public readonly record struct VarBind(Oid Name, SnmpValue Value)
{
    public override string ToString() => $"{Name} = {Value}";
}

/// <summary>What is asked for (RFC 2741 §5.2).</summary>
/// <param name="Start">The variable, or where the search begins.</param>
/// <param name="Include">The start itself may be the answer.</param>
/// <param name="End">The search ends before it; <see cref="Oid.Null"/>: no bound.</param>
public readonly record struct SearchRange(Oid Start, bool Include, Oid End)
{
    public override string ToString() => $"{Start}{(Include ? " included" : "")}{(End.Length == 0 ? "" : $" to {End}")}";
}
