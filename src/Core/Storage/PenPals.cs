using Amavis.Core.Addresses;

namespace Amavis.Core.Storage;

/// <summary>How earlier mail of our user was found.</summary>
public enum PenPalMatch
{
    /// <summary>He wrote to the sender.</summary>
    Address,

    /// <summary>A reference names a message of his, sent to somebody else.</summary>
    MessageId,

    /// <summary>A reference names a message he sent to the sender.</summary>
    Both,
}

/// <summary>Asks for mail that our user sent before and that this message may answer.</summary>
/// <param name="User">The local recipient, as the sender of that mail.</param>
/// <param name="Correspondent">The sender of this message, as a recipient of that mail; may be the null sender.</param>
/// <param name="References">Message ids this message refers to, with angle brackets.</param>
public sealed record PenPalQuestion(MailAddress User, MailAddress Correspondent, IReadOnlyList<string> References);

/// <summary>The earlier message.</summary>
/// <param name="SentAt">When it was received by the filter.</param>
public sealed record PenPal(PenPalMatch Match, DateTimeOffset SentAt, string MailId, string Subject);

/// <summary>The record of who wrote to whom.</summary>
public interface IPenPals
{
    /// <summary>The newest fitting message; null when there is none.</summary>
    /// <exception cref="StorageUnavailableException">Nobody could be asked.</exception>
    Task<PenPal?> FindAsync(PenPalQuestion question, CancellationToken cancellationToken);
}
