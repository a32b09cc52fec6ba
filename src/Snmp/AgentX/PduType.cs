namespace Amavis.Snmp.AgentX;

/// <summary>Kinds of PDUs (RFC 2741 §6.1).</summary>
public enum PduType
{
    Open = 1,
    Close = 2,
    Register = 3,
    Unregister = 4,
    Get = 5,
    GetNext = 6,
    GetBulk = 7,
    TestSet = 8,
    CommitSet = 9,
    UndoSet = 10,
    CleanupSet = 11,
    Notify = 12,
    Ping = 13,
    IndexAllocate = 14,
    IndexDeallocate = 15,
    AddAgentCaps = 16,
    RemoveAgentCaps = 17,
    Response = 18,
}

/// <summary>Flags of a header (RFC 2741 §6.1).</summary>
[Flags]
public enum PduFlags
{
    None = 0,
    InstanceRegistration = 1,
    NewIndex = 2,
    AnyIndex = 4,

    /// <summary>The payload begins with the name of a context.</summary>
    NonDefaultContext = 8,

    /// <summary>Numbers have their highest octet first; else the lowest.</summary>
    NetworkByteOrder = 16,
}

/// <summary>Errors of responses: those of SNMP and of AgentX (RFC 2741 §6.2.16).</summary>
public enum ResponseError
{
    None = 0,
    GenErr = 5,
    CommitFailed = 14,
    UndoFailed = 15,
    NotWritable = 17,
    OpenFailed = 256,
    NotOpen = 257,
    IndexWrongType = 258,
    IndexAlreadyAllocated = 259,
    IndexNoneAvailable = 260,
    IndexNotAllocated = 261,
    UnsupportedContext = 262,
    DuplicateRegistration = 263,
    UnknownRegistration = 264,
    UnknownAgentCaps = 265,
    ParseError = 266,
    RequestDenied = 267,
    ProcessingError = 268,
}

/// <summary>Why a session is closed (RFC 2741 §6.2.2).</summary>
public enum CloseReason
{
    Other = 1,
    ParseError = 2,
    ProtocolError = 3,
    Timeouts = 4,
    Shutdown = 5,
    ByManager = 6,
}
