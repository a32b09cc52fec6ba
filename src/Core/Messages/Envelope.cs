using Amavis.Core.Addresses;

namespace Amavis.Core.Messages;

/// <summary>NOTIFY of RFC 3461 §4.1.</summary>
[Flags]
public enum DsnNotify
{
    Unspecified = 0,
    Never = 1,
    Success = 2,
    Failure = 4,
    Delay = 8,
}

/// <summary>One RCPT command.</summary>
/// <param name="Position">Number in the envelope, from 1.</param>
/// <param name="OriginalRecipient">ORCPT, still xtext-encoded, with its address type; null when not given.</param>
public sealed record EnvelopeRecipient(MailAddress Address, int Position, DsnNotify Notify = DsnNotify.Unspecified, string? OriginalRecipient = null);

/// <summary>BODY of RFC 6152; <see cref="Unspecified"/> when the client gave none.</summary>
public enum BodyType
{
    Unspecified,
    SevenBit,
    EightBitMime,
}

/// <summary>What MAIL and RCPT said.</summary>
public sealed record Envelope
{
    public required MailAddress Sender { get; init; }
    public required IReadOnlyList<EnvelopeRecipient> Recipients { get; init; }
    public BodyType Body { get; init; }
    public bool SmtpUtf8 { get; init; }
    /// <summary>RET: "FULL", "HDRS" or null.</summary>
    public string? DsnReturn { get; init; }
    /// <summary>ENVID, still xtext-encoded; null when not given.</summary>
    public string? DsnEnvelopeId { get; init; }
    /// <summary>AUTH= of RFC 4954, still xtext-encoded; null when not given.</summary>
    public string? Submitter { get; init; }
}
