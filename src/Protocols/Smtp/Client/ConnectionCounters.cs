using Amavis.Core.Counters;

namespace Amavis.Protocols.Smtp.Client;

/// <summary>The counters OutConn*.</summary>
internal sealed class ConnectionCounters(CounterSet counters)
{
    private static readonly int NewIndex = CounterCatalog.IndexOf("OutConnNew");
    private static readonly int QuitIndex = CounterCatalog.IndexOf("OutConnQuit");
    private static readonly int TransactIndex = CounterCatalog.IndexOf("OutConnTransact");
    private static readonly int ReuseFailIndex = CounterCatalog.IndexOf("OutConnReuseFail");
    private static readonly int ReuseRecentIndex = CounterCatalog.IndexOf("OutConnReuseRecent");
    private static readonly int ReuseRefreshedIndex = CounterCatalog.IndexOf("OutConnReuseRefreshed");

    public void Opened() => counters.Add(NewIndex);

    public void Quit() => counters.Add(QuitIndex);

    public void Transaction() => counters.Add(TransactIndex);

    public void ReuseFailed() => counters.Add(ReuseFailIndex);

    public void ReusedRecent() => counters.Add(ReuseRecentIndex);

    public void ReusedAfterProbe() => counters.Add(ReuseRefreshedIndex);
}
