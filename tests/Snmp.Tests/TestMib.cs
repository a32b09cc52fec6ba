using Amavis.Core.Counters;
using Amavis.Core.Status;
using Amavis.Snmp.Mib;

namespace Amavis.Snmp.Tests;

/// <summary>The MIB over values made for the tests: five messages taken in, nothing in hand.</summary>
internal static class TestMib
{
    public static MibView View { get; } = Build();

    private static MibView Build()
    {
        var counters = new CounterSet();
        counters.Add("InMsgs", 5);
        return AmavisMib.Build(new MibSources
        {
            Counters = counters,
            Daemon = () => new DaemonFacts("amavis-1 (20261122)", "mx.example.com", "", "", 1, TimeSpan.FromMilliseconds(9790)),
            Slots = () => [],
        });
    }
}
