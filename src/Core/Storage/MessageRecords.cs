using Amavis.Core.Addresses;

namespace Amavis.Core.Storage;

/// <summary>The first record of a message, made before it is scanned (table <c>msgs</c>, the columns written at insert).</summary>
public sealed record MessageArrival
{
    public int PartitionTag { get; init; }
    public required string MailId { get; init; }
    public required string SecretId { get; init; }
    /// <summary>The log id.</summary>
    public required string AmId { get; init; }
    public required DateTimeOffset ReceivedAt { get; init; }
    public required MailAddress Sender { get; init; }
    /// <summary>Path of the policy banks.</summary>
    public string Policy { get; init; } = "";
    public string ClientAddress { get; init; } = "";
    public long Size { get; init; }
    public string Host { get; init; } = "";
}

/// <summary>What became of a message, complete with its arrival: storing it twice gives the same rows.</summary>
public sealed record MessageRecord
{
    public required MessageArrival Arrival { get; init; }
    public bool Originating { get; init; }
    /// <summary>Letter of the content category.</summary>
    public char Content { get; init; }
    /// <summary>Letter of the first quarantine used, or a blank.</summary>
    public char QuarantineType { get; init; } = ' ';
    public string QuarantineLocation { get; init; } = "";
    /// <summary>Y sent, N none, q suppressed, ? other.</summary>
    public char DsnSent { get; init; } = 'N';
    public double SpamLevel { get; init; }
    public string MessageId { get; init; } = "";
    /// <summary>Whole From field, decoded.</summary>
    public string From { get; init; } = "";
    /// <summary>Decoded.</summary>
    public string Subject { get; init; } = "";
    public required IReadOnlyList<RecipientRecord> Recipients { get; init; }
    /// <summary>The explanation of the decisions, as JSON, for our own table.</summary>
    public string Explanation { get; init; } = "";
}

/// <summary>One row of <c>msgrcpt</c>.</summary>
public sealed record RecipientRecord
{
    /// <summary>Position in the envelope, from 1.</summary>
    public required int Position { get; init; }
    public required MailAddress Address { get; init; }
    public bool IsLocal { get; init; }
    public char Content { get; init; }
    /// <summary>P D B R T or ?.</summary>
    public char DeliveryStatus { get; init; }
    public bool Blacklisted { get; init; }
    public bool Whitelisted { get; init; }
    public double SpamLevel { get; init; }
    public string SmtpResponse { get; init; } = "";
}

/// <summary>The message log. Implementations never lose a record that <see cref="FinishAsync"/> took, also when the database is away.</summary>
public interface IMessageLog
{
    /// <summary>Takes note that a message is being worked on. Cheap; returns before the database has it.</summary>
    ValueTask BeginAsync(MessageArrival arrival, CancellationToken cancellationToken);

    /// <summary>
    /// Takes the final record. When the returned task ends, the record will reach the database even if this process is killed
    /// now; with <c>sql_log_required</c> it is committed.
    /// </summary>
    ValueTask FinishAsync(MessageRecord record, CancellationToken cancellationToken);

    /// <summary>Can a log row be written now; asked before a message is accepted when <c>sql_log_required</c> is on.</summary>
    bool IsAvailable { get; }
}

/// <summary>Quarantine in SQL (<c>sql:</c>).</summary>
public interface ISqlQuarantine
{
    /// <summary>
    /// Stores the text in chunks together with the message's first log row. On return it is committed.
    /// </summary>
    /// <param name="text">Octets with LF line ends.</param>
    /// <exception cref="StorageUnavailableException">Nothing was stored.</exception>
    Task StoreAsync(MessageArrival arrival, Stream text, int chunkOctets, CancellationToken cancellationToken);

    /// <summary>The stored text, or null when there is none.</summary>
    Task<Stream?> OpenAsync(string mailId, int? partitionTag, CancellationToken cancellationToken);
}

/// <summary>The database can't be used now.</summary>
public sealed class StorageUnavailableException(string message, Exception? inner = null) : Exception(message, inner);
