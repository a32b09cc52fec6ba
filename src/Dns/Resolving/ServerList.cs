using System.Net;

namespace Amavis.Dns.Resolving;

/// <summary>The servers with what is known of them: one that did not answer is asked last for a while.</summary>
internal sealed class ServerList(IReadOnlyList<IPEndPoint> servers, TimeProvider clock)
{
    private static readonly TimeSpan Memory = TimeSpan.FromSeconds(30);

    /// <summary>Time stamp of the last failure; 0: it answered since, or was never asked.</summary>
    private readonly long[] _failed = new long[servers.Count];

    public IReadOnlyList<IPEndPoint> All => servers;

    /// <summary>Indexes of the servers in the order they should be asked.</summary>
    public IEnumerable<int> Order()
    {
        var all = Enumerable.Range(0, servers.Count).ToList();
        return all.Where(i => !IsInTrouble(i)).Concat(all.Where(IsInTrouble)).ToList();
    }

    /// <summary>None of them answered lately.</summary>
    public bool AllInTrouble => Enumerable.Range(0, servers.Count).All(IsInTrouble);

    public void Answered(int index) => Volatile.Write(ref _failed[index], 0);

    public void Failed(int index) => Volatile.Write(ref _failed[index], Math.Max(clock.GetTimestamp(), 1));

    private bool IsInTrouble(int index) => Volatile.Read(ref _failed[index]) is var since and not 0 && clock.GetElapsedTime(since) < Memory;
}
