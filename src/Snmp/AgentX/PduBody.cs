namespace Amavis.Snmp.AgentX;

/// <summary>What a PDU says beside its header (RFC 2741 §6.2). Those a subagent of scalars has no use for are <see cref="Other"/>.</summary>
public abstract record PduBody
{
    private PduBody()
    {
    }

    public abstract PduType Type { get; }

    /// <param name="TimeoutSeconds">Within which the subagent answers; 0: the master's default.</param>
    public sealed record Open(byte TimeoutSeconds, Oid Id, string Description) : PduBody
    {
        public override PduType Type => PduType.Open;
    }

    public sealed record Close(CloseReason Reason) : PduBody
    {
        public override PduType Type => PduType.Close;
    }

    public sealed record Register(Registration Registration, byte TimeoutSeconds = 0) : PduBody
    {
        public override PduType Type => PduType.Register;
    }

    public sealed record Unregister(Registration Registration) : PduBody
    {
        public override PduType Type => PduType.Unregister;
    }

    /// <summary>Ends of the ranges mean nothing.</summary>
    public sealed record Get(IReadOnlyList<SearchRange> Ranges) : PduBody
    {
        public override PduType Type => PduType.Get;
    }

    public sealed record GetNext(IReadOnlyList<SearchRange> Ranges) : PduBody
    {
        public override PduType Type => PduType.GetNext;
    }

    /// <param name="NonRepeaters">Ranges from the first on that are answered once.</param>
    /// <param name="MaxRepetitions">How often the others are.</param>
    public sealed record GetBulk(int NonRepeaters, int MaxRepetitions, IReadOnlyList<SearchRange> Ranges) : PduBody
    {
        public override PduType Type => PduType.GetBulk;
    }

    public sealed record TestSet(IReadOnlyList<VarBind> Variables) : PduBody
    {
        public override PduType Type => PduType.TestSet;
    }

    public sealed record CommitSet : PduBody
    {
        public override PduType Type => PduType.CommitSet;
    }

    public sealed record UndoSet : PduBody
    {
        public override PduType Type => PduType.UndoSet;
    }

    public sealed record CleanupSet : PduBody
    {
        public override PduType Type => PduType.CleanupSet;
    }

    public sealed record Notify(IReadOnlyList<VarBind> Variables) : PduBody
    {
        public override PduType Type => PduType.Notify;
    }

    public sealed record Ping : PduBody
    {
        public override PduType Type => PduType.Ping;
    }

    /// <param name="SysUpTime">Of the master, in hundredths of a second; subagents send 0.</param>
    /// <param name="Index">From 1: the variable the error belongs to; 0: none.</param>
    public sealed record Response(uint SysUpTime, ResponseError Error, int Index, IReadOnlyList<VarBind> Variables) : PduBody
    {
        public override PduType Type => PduType.Response;
    }

    /// <summary>A PDU of another type, known or not; its payload is not looked at.</summary>
    public sealed record Other(PduType Kind) : PduBody
    {
        public override PduType Type => Kind;
    }
}

/// <summary>A part of the tree that a subagent answers for (RFC 2741 §6.2.3).</summary>
/// <param name="Priority">The lower one wins.</param>
/// <param name="RangeSubId">Position, from 1, of the number in the subtree that stands for a range; 0: no range.</param>
/// <param name="UpperBound">Last value of the range; null where there is none.</param>
public sealed record Registration(Oid Subtree, byte Priority = Registration.DefaultPriority, byte RangeSubId = 0, uint? UpperBound = null)
{
    public const byte DefaultPriority = 127;
}
