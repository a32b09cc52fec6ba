namespace Amavis.Snmp.AgentX;

/// <summary>A PDU; its length and byte order belong to the wire.</summary>
/// <param name="Context">Null: the default one.</param>
public sealed record AgentXPdu(uint SessionId, uint TransactionId, uint PacketId, PduBody Body, string? Context = null);

/// <summary>What was found at the beginning of the octets received.</summary>
public enum PduStatus
{
    Complete,

    /// <summary>More octets are needed.</summary>
    Incomplete,

    /// <summary>The header is good and the payload is not: it was skipped, and can be answered.</summary>
    Malformed,

    /// <summary>Not AgentX of version 1, or longer than we take: nothing after it can be read.</summary>
    Unusable,
}
