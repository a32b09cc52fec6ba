using Amavis.Core.Categories;

namespace Amavis.Data.Console;

/// <summary>What the trace is searched for. Every part that is null or empty is not asked for; parts are joined by and.</summary>
public sealed record TraceFilter
{
    /// <summary>
    /// Envelope sender: a whole address, <c>@domain</c>, <c>.domain</c> (with its subdomains), <c>&lt;&gt;</c> for the null sender, or any piece
    /// of an address.
    /// </summary>
    public string? Sender { get; init; }

    /// <summary>Envelope recipient, in the same forms.</summary>
    public string? Recipient { get; init; }

    /// <summary>A piece of the subject, in any case.</summary>
    public string? Subject { get; init; }

    /// <summary>Received then or later.</summary>
    public DateTimeOffset? Since { get; init; }

    /// <summary>Received before.</summary>
    public DateTimeOffset? Before { get; init; }

    /// <summary>Content letters of recipients, as shown (see <see cref="ContentLetter"/>).</summary>
    public IReadOnlyList<char> Verdicts { get; init; } = [];

    /// <summary>Delivery statuses: P D B R T ?.</summary>
    public IReadOnlyList<char> Statuses { get; init; } = [];

    public MailDirection? Direction { get; init; }

    /// <summary>Score of a recipient, this or more.</summary>
    public double? MinScore { get; init; }

    /// <summary>Score of a recipient, this or less.</summary>
    public double? MaxScore { get; init; }

    public string? MailId { get; init; }

    /// <summary>Queue id: of the next hop, from its answer (<c>queued as …</c>), or of the MTA in front, where the explanation has it.</summary>
    public string? QueueId { get; init; }

    public string? ClientAddress { get; init; }

    /// <summary>Message-ID, exactly, with or without its angle brackets.</summary>
    public string? MessageId { get; init; }

    /// <summary>A piece of the answer for a recipient, as stored: a virus name, a reason, a code.</summary>
    public string? Response { get; init; }

    /// <summary>Log id.</summary>
    public string? LogId { get; init; }

    /// <summary>Messages that are still being worked on, or were lost on the way.</summary>
    public bool Unfinished { get; init; }

    /// <summary>A quarantined copy exists.</summary>
    public bool Quarantined { get; init; }

    /// <summary>Nothing is asked for.</summary>
    public bool IsEmpty => this == Empty || (Equals(this with { Verdicts = [], Statuses = [] }, Empty) && Verdicts.Count == 0 && Statuses.Count == 0);

    public static TraceFilter Empty { get; } = new();
}
