namespace Amavis.Data.Writing;

/// <summary>An address as <c>maddr</c> keeps it.</summary>
/// <param name="Domain">Labels reversed.</param>
internal sealed record AddressValue(string Email, string Domain);

/// <summary>The columns of <c>msgs</c> known when a message arrives; every value fits its column.</summary>
internal sealed record ArrivalRow
{
    public required int PartitionTag { get; init; }
    public required string MailId { get; init; }
    public required string SecretId { get; init; }
    public required string AmId { get; init; }
    public required int TimeNum { get; init; }
    public required AddressValue Sender { get; init; }
    public required string Policy { get; init; }
    public required string ClientAddr { get; init; }
    public required int Size { get; init; }
    public required string Host { get; init; }

    public MessageKey Key => new(PartitionTag, MailId);
}

/// <summary>What names a message in the database.</summary>
internal readonly record struct MessageKey(int PartitionTag, string MailId);

/// <summary>All rows of a message that is done; every value fits its column.</summary>
internal sealed record FinalRow
{
    public required ArrivalRow Arrival { get; init; }
    public required string Originating { get; init; }
    public required string Content { get; init; }
    public required string QuarType { get; init; }
    public required string QuarLoc { get; init; }
    public required string DsnSent { get; init; }
    public required double SpamLevel { get; init; }
    public required string MessageId { get; init; }
    public required string FromAddr { get; init; }
    public required string Subject { get; init; }
    public required IReadOnlyList<RecipientRow> Recipients { get; init; }

    /// <summary>JSON, or empty for none.</summary>
    public required string Explanation { get; init; }
}

/// <summary>One row of <c>msgrcpt</c>; <c>rs</c> is not among it, it always starts as a blank and then belongs to others.</summary>
internal sealed record RecipientRow
{
    public required int Rseqnum { get; init; }
    public required AddressValue Address { get; init; }
    public required string IsLocal { get; init; }
    public required string Content { get; init; }
    public required string Ds { get; init; }
    public required string Bl { get; init; }
    public required string Wl { get; init; }
    public required double BspamLevel { get; init; }
    public required string SmtpResp { get; init; }
}
