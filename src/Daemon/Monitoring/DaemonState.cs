using Amavis.Core.Counters;
using Amavis.Core.Status;
using Amavis.Daemon.Hosting;
using Amavis.Engine;

namespace Amavis.Daemon.Monitoring;

/// <summary>What monitoring may ask of this process: the one source of SNMP and of the documents at <c>metrics_listen</c>.</summary>
/// <param name="startedTimestamp">Of the process.</param>
internal sealed class DaemonState(
    CurrentSettings current, CounterSet counters, ServerSlots slots, SessionTable sessions, TimeProvider clock, long startedTimestamp)
{
    /// <summary>Name, version and its date, as in <c>amavis-0.1.0 (20261122)</c>.</summary>
    public string Product => $"{current.Value.MyProductName}-{ProductVersion.Text} ({ProductVersion.Date})";

    public CounterSet Counters => counters;

    public DaemonFacts Facts()
    {
        var settings = current.Value;
        return new DaemonFacts(
            Product, settings.MyHostname, settings.SnmpContact, settings.SnmpLocation, Environment.ProcessId, clock.GetElapsedTime(startedTimestamp));
    }

    public IReadOnlyList<SlotStatus> Slots() => slots.Snapshot();

    public CountersDocument CountersNow() =>
        new(Facts(), CounterCatalog.All.ToDictionary(c => c.Name, c => counters.Get(c.Index)), new Dictionary<string, long>(counters.Named));

    public ProcessesDocument ProcessesNow() => new(Facts(), Slots(), slots.Waiting, sessions.Snapshot());
}
