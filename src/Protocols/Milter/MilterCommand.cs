namespace Amavis.Protocols.Milter;

/// <summary>What an MTA sends: the first octet of its packets. The values are the protocol's.</summary>
public enum MilterCommand : byte
{
    Abort = (byte)'A',
    Body = (byte)'B',
    Connect = (byte)'C',
    /// <summary>Macros for the command that follows.</summary>
    Macros = (byte)'D',
    /// <summary>End of the message, perhaps with the last piece of its body.</summary>
    EndOfMessage = (byte)'E',
    Helo = (byte)'H',
    Header = (byte)'L',
    Mail = (byte)'M',
    EndOfHeader = (byte)'N',
    Negotiate = (byte)'O',
    Quit = (byte)'Q',
    /// <summary>The client has gone; another one follows on the same connection.</summary>
    QuitNewConnection = (byte)'K',
    Rcpt = (byte)'R',
    Data = (byte)'T',
    /// <summary>An SMTP command the MTA does not know.</summary>
    Unknown = (byte)'U',
}

/// <summary>What a filter sends. The values are the protocol's.</summary>
public enum MilterReplyCode : byte
{
    AddRecipient = (byte)'+',
    DeleteRecipient = (byte)'-',
    Accept = (byte)'a',
    ReplaceBody = (byte)'b',
    Continue = (byte)'c',
    Discard = (byte)'d',
    ChangeSender = (byte)'e',
    AddHeader = (byte)'h',
    InsertHeader = (byte)'i',
    ChangeHeader = (byte)'m',
    /// <summary>Work goes on; the MTA waits anew.</summary>
    Progress = (byte)'p',
    Quarantine = (byte)'q',
    Reject = (byte)'r',
    /// <summary>No more of this kind of packet for this message.</summary>
    Skip = (byte)'s',
    TempFail = (byte)'t',
    /// <summary>A reply of ours for the MTA's client.</summary>
    Reply = (byte)'y',
    Negotiate = (byte)'O',
}
