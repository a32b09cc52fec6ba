namespace Amavis.Data.Console;

/// <summary>One message in a list, with its recipients.</summary>
public sealed record MessageSummary
{
    public required MessageKey Key { get; init; }
    public required DateTimeOffset ReceivedAt { get; init; }
    /// <summary>Envelope sender; empty for the null sender.</summary>
    public required string Sender { get; init; }
    /// <summary>The From field, decoded.</summary>
    public required string From { get; init; }
    public required string Subject { get; init; }
    /// <summary>Octets.</summary>
    public required long Size { get; init; }
    /// <summary>Letter of the message; null: not finished, see <see cref="IsLost"/>.</summary>
    public required char? Content { get; init; }
    /// <summary>Not finished an hour after it came: it was lost on the way, its sender has been told to try again.</summary>
    public required bool IsLost { get; init; }
    /// <summary>Y, N or a blank.</summary>
    public required char Originating { get; init; }
    /// <summary>Kind of the kept copy; a blank: none.</summary>
    public required char QuarantineType { get; init; }
    public required string ClientAddress { get; init; }
    public required IReadOnlyList<RecipientSummary> Recipients { get; init; }

    /// <summary>Spam or spammy, as a whole or for one recipient.</summary>
    public bool IsSpam => Content is 'S' or 'Y' || Recipients.Any(r => r.Content is 'S' or 'Y');

    /// <summary>There is a copy this console can release.</summary>
    public bool IsReleasable => QuarantineType is 'Q' or 'F' or 'Z';
}

/// <summary>One recipient of a message in a list.</summary>
public sealed record RecipientSummary
{
    /// <summary>Position in the envelope (<c>rseqnum</c>).</summary>
    public required int Position { get; init; }
    public required string Address { get; init; }
    /// <summary>Letter to show; null: not known.</summary>
    public required char? Content { get; init; }
    /// <summary>P D B R T or ?.</summary>
    public required char DeliveryStatus { get; init; }
    /// <summary>Blank, V, R, p, D or what another program wrote.</summary>
    public required char ReleaseStatus { get; init; }
    /// <summary>Points; null: not known.</summary>
    public required double? Score { get; init; }
    /// <summary>Y, N or a blank.</summary>
    public required char IsLocal { get; init; }
    public required bool Blacklisted { get; init; }
    public required bool Whitelisted { get; init; }
    public required string Response { get; init; }

    /// <summary>The message did not reach this recipient, and nothing has been done about it since.</summary>
    public bool IsHeld => DeliveryStatus != 'P' && ReleaseStatus is not ('R' or 'D');
}
