namespace Amavis.Data.Writing;

/// <summary>One connection that stores batches of log rows; used by the writer alone, one call at a time.</summary>
internal interface IMessageStore : IAsyncDisposable
{
    /// <summary>
    /// Stores all in one transaction: committed on return. Storing a record again, after an unknown outcome or from the journal,
    /// changes nothing and never touches <c>rs</c>. First rows of messages that are in the database already are left out.
    /// </summary>
    /// <returns>Records whose mail_id belongs to another message; nothing of them was stored.</returns>
    Task<IReadOnlyList<FinalRow>> StoreAsync(IReadOnlyList<ArrivalRow> arrivals, IReadOnlyList<FinalRow> finals, CancellationToken cancellationToken);

    /// <summary>False: the connection broke, whatever the exception looked like.</summary>
    bool IsOpen { get; }

    Task PingAsync(CancellationToken cancellationToken);
}
