using Amavis.Core.Counters;
using Amavis.Core.Status;
using Amavis.Snmp.Mib;

namespace Amavis.Snmp.Tests;

/// <summary>The MIB over values made for the tests: five messages taken in, nothing in hand.</summary>
internal static class TestMib
{
    public static MibView View { get; } = Build(null);

    /// <summary>With ten messages in the first queue of the MTA, twenty in the second, and so on.</summary>
    public static MibView WithQueues { get; } = Build(new Queues());

    private static MibView Build(IMtaQueues? queues)
    {
        var counters = new CounterSet();
        counters.Add("InMsgs", 5);
        return AmavisMib.Build(new MibSources
        {
            Counters = counters,
            Daemon = () => new DaemonFacts("amavis-1 (20261122)", "mx.example.com", "", "", 1, TimeSpan.FromMilliseconds(9790)),
            Slots = () => [],
            MtaQueues = queues,
        });
    }

    private sealed class Queues : IMtaQueues
    {
        public int Count(MtaQueue queue) => (int)queue * 10;

        public ValueTask RefreshAsync(CancellationToken cancellationToken) => ValueTask.CompletedTask;
    }
}
