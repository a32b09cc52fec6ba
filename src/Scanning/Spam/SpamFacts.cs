using System.Net;
using Amavis.Core.Addresses;

namespace Amavis.Scanning.Spam;

/// <summary>What is known of a message beside its octets; null: not known.</summary>
public sealed record SpamFacts
{
    public MailAddress Sender { get; init; } = MailAddress.Null;

    public IReadOnlyList<MailAddress> Recipients { get; init; } = [];

    public IPAddress? ClientAddress { get; init; }

    public string? ClientName { get; init; }

    public string? Helo { get; init; }

    /// <summary>Who submitted it: the name it signed in with, or a word for somebody of our own; null: it came from outside.</summary>
    public string? Submitter { get; init; }

    /// <summary>Queue id of the MTA before us.</summary>
    public string? QueueId { get; init; }
}
