namespace Amavis.Core.Messages;

/// <summary>Who passes a checked message on.</summary>
public enum DeliveryCare
{
    /// <summary>We do, by <c>forward_method</c>.</summary>
    Ours,

    /// <summary>We do where there is a <c>forward_method</c>; else the client does, by what we tell it.</summary>
    ClientsWithoutMethod,

    /// <summary>The client does, whatever <c>forward_method</c> says.</summary>
    Clients,
}

/// <summary>What a client is to do with a message it handed to us for a check (AM.PDP, milter).</summary>
public enum ClientVerdict
{
    Continue,
    Reject,
    Discard,
    TempFail,
}

public enum FieldChangeKind
{
    Delete,
    Replace,
    /// <summary>Above the existing fields.</summary>
    Insert,
    /// <summary>Below the existing fields.</summary>
    Append,
}

/// <summary>One change of a header section.</summary>
/// <param name="Occurrence">Which of the original fields of this name, from 1 at the top; 0 for new fields.</param>
/// <param name="Body">Folded with LF, without the blank after the colon; empty for a deletion.</param>
public sealed record FieldChange(FieldChangeKind Kind, string Name, int Occurrence, string Body);

/// <summary>A recipient taken from the envelope, and who stands in for it.</summary>
/// <param name="Index">Place in the envelope, from 0.</param>
/// <param name="Replacement">Null: nobody.</param>
public sealed record RecipientChange(int Index, Addresses.MailAddress? Replacement);

/// <summary>The verdict on a message its client passes on, and what it has to change before.</summary>
public sealed record HandedBack
{
    public required ClientVerdict Verdict { get; init; }

    public IReadOnlyList<RecipientChange> Recipients { get; init; } = [];

    /// <summary>
    /// Changes of original fields from the bottom up, so that the numbers of those above stay true; then new fields from the top
    /// down, then those at the end.
    /// </summary>
    public IReadOnlyList<FieldChange> Header { get; init; } = [];

    /// <summary>
    /// Takes the place of the body, the header section left out; null: it stays. Does not need the message's spool; whoever gets it
    /// disposes of it, when it can be disposed of.
    /// </summary>
    public OutgoingMessage? Body { get; init; }

    /// <summary>Takes the place of the envelope sender; null: it stays.</summary>
    public Addresses.MailAddress? Sender { get; init; }

    /// <summary>The client is to keep the message back for this reason; null: not.</summary>
    public string? Hold { get; init; }

    /// <summary>What a reply means for a message of which nothing is left to the client.</summary>
    public static HandedBack Of(SmtpReply reply) => new()
    {
        Verdict = reply.IsSuccess ? ClientVerdict.Discard : reply.IsReject ? ClientVerdict.Reject : ClientVerdict.TempFail,
    };
}
