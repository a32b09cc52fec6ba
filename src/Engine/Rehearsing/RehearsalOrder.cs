using Amavis.Core.Addresses;
using Amavis.Core.Messages;
using Amavis.Core.Policy;

namespace Amavis.Engine.Rehearsing;

/// <summary>A message as if it came in.</summary>
public sealed record RehearsalOrder
{
    public required MailAddress Sender { get; init; }
    public required IReadOnlyList<MailAddress> Recipients { get; init; }
    public ClientFacts Client { get; init; } = ClientFacts.Unknown;
    /// <summary>The listen socket it came in by, whose banks are loaded; null: none.</summary>
    public ListenSocket? Socket { get; init; }
}

/// <summary>What would have become of it.</summary>
/// <param name="Octets">Length of the message in its canonical form.</param>
/// <param name="RefusedAtRcpt">Recipients that a client which tells the size beforehand would be refused, with the reply; they were left out.</param>
/// <param name="Explanation">Null: the checks came to no end, and the reply and the log say why.</param>
/// <param name="Mails">What would have left, in order.</param>
/// <param name="Replies">What the client would be answered.</param>
/// <param name="Log">Lines of the mail log up to the configured level.</param>
public sealed record RehearsalReport(
    long Octets, IReadOnlyList<(MailAddress Recipient, SmtpReply Reply)> RefusedAtRcpt, Core.Explaining.MessageExplanation? Explanation,
    IReadOnlyList<RehearsedMail> Mails, MessageReplies Replies, IReadOnlyList<RehearsedLine> Log);

/// <summary>One line of the mail log.</summary>
public sealed record RehearsedLine(int Level, string Text);
