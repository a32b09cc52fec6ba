using Amavis.Data.Writing;

namespace Amavis.Data.Quarantining;

/// <summary>The statements of one quarantine transaction.</summary>
internal interface IQuarantineWriter
{
    /// <summary>Sender and first log row, unless they are there; false when the mail_id belongs to another message.</summary>
    Task<bool> AddArrivalAsync(ArrivalRow row, CancellationToken cancellationToken);

    Task DeleteChunksAsync(MessageKey key, CancellationToken cancellationToken);

    /// <param name="first">Number of the first chunk.</param>
    Task AddChunksAsync(MessageKey key, int first, IReadOnlyList<byte[]> chunks, CancellationToken cancellationToken);
}
