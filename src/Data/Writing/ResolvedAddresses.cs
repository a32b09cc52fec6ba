using Amavis.Core.Counters;

namespace Amavis.Data.Writing;

/// <summary>The ids of the addresses of one batch, and what to count of them once it is committed.</summary>
internal sealed class ResolvedAddresses
{
    private readonly Dictionary<(int Tag, string Email), (int Id, bool Made)> _ids = [];

    public int this[int partitionTag, AddressValue address] => _ids[(partitionTag, address.Email)].Id;

    public bool Contains(int partitionTag, string email) => _ids.ContainsKey((partitionTag, email));

    public void Add(int partitionTag, string email, int id, bool made) => _ids[(partitionTag, email)] = (id, made);

    /// <summary>Notes the batch in the counters: a row made counts as a miss, once.</summary>
    public void Count(CounterSet counters, IEnumerable<ArrivalRow> senders, IReadOnlyList<FinalRow> finals)
    {
        foreach (var row in senders)
            CountOne(counters, row.PartitionTag, row.Sender, SenderAttempts, SenderMisses, SenderHits);
        foreach (var row in finals)
            foreach (var recipient in row.Recipients)
                CountOne(counters, row.Arrival.PartitionTag, recipient.Address, RecipientAttempts, RecipientMisses, RecipientHits);
    }

    private static readonly int SenderAttempts = CounterCatalog.IndexOf("SqlAddrSenderAttempts");
    private static readonly int SenderMisses = CounterCatalog.IndexOf("SqlAddrSenderMisses");
    private static readonly int SenderHits = CounterCatalog.IndexOf("SqlAddrSenderHits");
    private static readonly int RecipientAttempts = CounterCatalog.IndexOf("SqlAddrRecipAttempts");
    private static readonly int RecipientMisses = CounterCatalog.IndexOf("SqlAddrRecipMisses");
    private static readonly int RecipientHits = CounterCatalog.IndexOf("SqlAddrRecipHits");

    private void CountOne(CounterSet counters, int tag, AddressValue address, int attempts, int misses, int hits)
    {
        if (!_ids.TryGetValue((tag, address.Email), out var known))
            return;
        counters.Add(attempts);
        counters.Add(known.Made ? misses : hits);
        if (known.Made)
            _ids[(tag, address.Email)] = (known.Id, false);
    }
}
