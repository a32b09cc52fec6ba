using Amavis.Core.Policy;

namespace Amavis.Core.Messages;

/// <summary>A message taken in, with all that is known before anything is checked. Immutable; owns its spool.</summary>
public sealed record ReceivedMessage
{
    /// <summary>Id in the log, at most 20 characters; not lasting.</summary>
    public required string LogId { get; init; }
    public required Envelope Envelope { get; init; }
    public required ConnectionFacts Connection { get; init; }
    public ClientFacts Client { get; init; } = ClientFacts.Unknown;
    public required Spool Spool { get; init; }
    /// <summary>The settings in force, with the banks loaded so far.</summary>
    public required PolicyState Policy { get; init; }
    /// <summary>Start of the transaction (MAIL), in local time: dates shown to people have its offset.</summary>
    public required DateTimeOffset ReceivedAt { get; init; }
    /// <summary>Monotonic time stamp of the start of the transaction.</summary>
    public required long StartedTimestamp { get; init; }
    /// <summary>Monotonic time stamp of the end of data: the deadline counts from here.</summary>
    public required long DataEndedTimestamp { get; init; }
    /// <summary>What the client logged in with, for the next hop to judge; null: it did not.</summary>
    public LoginCredentials? Login { get; init; }
    /// <summary>Who passes it on when it passes.</summary>
    public DeliveryCare Care { get; init; }
}

/// <summary>One reply for a client.</summary>
/// <param name="Text">Enhanced code and words, without the basic code.</param>
public readonly record struct SmtpReply(int Code, string Text)
{
    public bool IsSuccess => Code is >= 200 and < 300;
    public bool IsTempFail => Code is >= 400 and < 500;
    public bool IsReject => Code is >= 500 and < 600;

    public override string ToString() => $"{Code} {Text}";

    /// <summary>Reads <c>250 2.0.0 words</c>; anything else becomes a 451.</summary>
    public static SmtpReply Parse(string line)
    {
        ArgumentNullException.ThrowIfNull(line);
        return line.Length > 4 && line[3] == ' ' && int.TryParse(line.AsSpan(0, 3), out var code) && code is >= 200 and < 600
            ? new SmtpReply(code, line[4..])
            : new SmtpReply(451, "4.5.0 Bad SMTP response code: " + line);
    }
}

/// <summary>The answer to the end of data.</summary>
/// <param name="Single">For protocols with one reply.</param>
/// <param name="PerRecipient">In RCPT order, for LMTP.</param>
public sealed record MessageReplies(SmtpReply Single, IReadOnlyList<SmtpReply> PerRecipient)
{
    /// <summary>What the client is to do where the delivery may be its own; null: the reply says all.</summary>
    public HandedBack? HandedBack { get; init; }
}

/// <summary>Where sessions hand a received message to; never throws for bad mail, only when the host stops.</summary>
public interface IMessageProcessor
{
    /// <summary>Checks and delivers; the replies say who is responsible now. Disposes the spool.</summary>
    Task<MessageReplies> ProcessAsync(ReceivedMessage message, CancellationToken cancellationToken);
}
