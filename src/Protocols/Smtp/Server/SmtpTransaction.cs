using Amavis.Core.Addresses;
using Amavis.Core.Messages;
using Amavis.Core.Policy;

namespace Amavis.Protocols.Smtp.Server;

/// <summary>What MAIL and the RCPTs after it said so far.</summary>
internal sealed class SmtpTransaction
{
    public required MailAddress Sender { get; init; }
    public required MailParameters Parameters { get; init; }
    public required ClientFacts Client { get; init; }
    /// <summary>With the banks of the client's address and MYUSERS.</summary>
    public required PolicyState Policy { get; init; }
    public required DateTimeOffset StartedAt { get; init; }
    public required long StartedTimestamp { get; init; }

    public List<EnvelopeRecipient> Recipients { get; } = [];

    /// <summary>RCPT commands, the refused ones too.</summary>
    public int RecipientAttempts { get; set; }
}

/// <summary>The parameters of MAIL.</summary>
internal sealed record MailParameters
{
    public BodyType Body { get; init; }
    /// <summary>SIZE; null when not given.</summary>
    public decimal? DeclaredOctets { get; init; }
    public bool SmtpUtf8 { get; init; }
    public string? Return { get; init; }
    public string? EnvelopeId { get; init; }
    public string? Submitter { get; init; }
}
