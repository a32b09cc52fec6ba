using Amavis.Core.Messages;
using Amavis.Engine.Verdicts;

namespace Amavis.Engine.Notices;

/// <summary>What a notice to the sender is made of.</summary>
public sealed record NoticeFacts
{
    public required ReceivedMessage Message { get; init; }
    public required string MailId { get; init; }
    /// <summary>Id of the notice itself.</summary>
    public required string NoticeMailId { get; init; }
    /// <summary>Only the recipients the sender is told about.</summary>
    public required IReadOnlyList<RecipientOutcome> Outcomes { get; init; }
    public required Findings Findings { get; init; }
    public required DateTimeOffset Now { get; init; }
    /// <summary>The original header section with CRLF line ends, without the empty line.</summary>
    public required ReadOnlyMemory<byte> OriginalHeader { get; init; }
    /// <summary>Decoded From of the original.</summary>
    public string From { get; init; } = "";
    /// <summary>Decoded Subject of the original.</summary>
    public string Subject { get; init; } = "";
    public string MessageId { get; init; } = "";
    /// <summary><c>ESMTP://[192.0.2.1]:25 &lt; …</c>; empty when not known.</summary>
    public string Trace { get; init; } = "";
}
