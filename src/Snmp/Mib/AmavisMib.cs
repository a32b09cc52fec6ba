using Amavis.Core.Counters;
using Amavis.Core.Status;

namespace Amavis.Snmp.Mib;

/// <summary>
/// The objects of AMAVIS-MIB, with the identifiers that monitoring of amavisd-new knows. Counters come from the one list of them; what
/// is no counter is declared here: the system's facts, the gauges of messages in hand, the queues of the MTA.
/// </summary>
public static class AmavisMib
{
    /// <summary>Identifies the product; also the value of sysObjectID.</summary>
    public static readonly Oid Product = Oid.Parse("1.3.6.1.4.1.15312.2");

    public static readonly Oid Root = Product.Append(1);

    /// <summary>Most that an Integer holds: a time starts again from 0 behind it.</summary>
    private const long IntegerMask = int.MaxValue;

    /// <summary>The layers of the OSI model served: applications (RFC 3418, sysServices).</summary>
    private const int ApplicationLayer = 64;

    /// <summary>Ages from which on a busy place is counted, and the end of the object's name.</summary>
    private static readonly (string Name, double Seconds)[] Ages =
    [
        ("0", 0), ("01s", 0.1), ("02s", 0.2), ("05s", 0.5), ("1s", 1), ("2s", 2), ("4s", 4), ("8s", 8), ("15s", 15), ("30s", 30),
        ("1m", 60), ("2m", 120), ("4m", 240), ("8m", 480), ("15m", 900), ("30m", 1800),
        ("1h", 3600), ("2h", 7200), ("4h", 14400), ("8h", 28800), ("15h", 54000), ("30h", 108000),
    ];

    public static MibView Build(MibSources sources)
    {
        ArgumentNullException.ThrowIfNull(sources);
        var counters = Counters(sources.Counters).ToList();
        var groups = new List<MibGroup>
        {
            Group("1", [.. System(sources.Daemon), .. counters]),
            Group("2", [.. Places(sources.Slots), .. counters]),
        };
        if (sources.MtaQueues is { } queues)
            groups.AddRange(Queues(queues));
        return new MibView(groups);
    }

    /// <summary>The name of an object in the module, by the counter that feeds it.</summary>
    /// <param name="oid">Below <see cref="Root"/>: <c>1.19.1</c>.</param>
    public static string NameOf(string counter, string oid)
    {
        ArgumentNullException.ThrowIfNull(counter);
        ArgumentNullException.ThrowIfNull(oid);
        const string quarantine = "QuarMsgs";
        const string size = "Size";
        if (counter.StartsWith(quarantine, StringComparison.Ordinal))
        {
            var rest = counter[quarantine.Length..];
            var isSize = rest.StartsWith(size, StringComparison.Ordinal);
            return "quar" + (isSize ? rest[size.Length..] + "Msgs" + size : rest + "Msgs");
        }
        var numbers = Oid.Parse(oid).Numbers;
        var all = counter.StartsWith("InMsgsStatus", StringComparison.Ordinal) && numbers is [1, >= 19, 1] ? "All" : "";
        return char.ToLowerInvariant(counter[0]) + counter[1..] + all;
    }

    /// <summary>A group of the objects that lie below it.</summary>
    private static MibGroup Group(string below, IEnumerable<MibObject> objects)
    {
        var subtree = Below(below);
        return new MibGroup(subtree, [.. objects.Where(o => subtree.IsPrefixOf(o.Id))]);
    }

    private static Oid Below(string oid) => Root.Append(Oid.Parse(oid).Numbers);

    private static IEnumerable<MibObject> System(Func<DaemonFacts> daemon) =>
    [
        new(Below("1.1.1"), "sysDescr", "DisplayString", "Name, version and date of the product", () => SnmpValue.Text(daemon().Product)),
        new(Below("1.1.2"), "sysObjectID", "OBJECT IDENTIFIER", "What kind of system this is", () => SnmpValue.Of(Product)),
        new(Below("1.1.3"), "sysUpTime", "TimeTicks", "Time since the start of the daemon; a reload does not change it", () => SnmpValue.TimeTicks(daemon().Up)),
        new(Below("1.1.4"), "sysContact", "DisplayString", "The variable snmp_contact", () => SnmpValue.Text(daemon().Contact)),
        new(Below("1.1.5"), "sysName", "DisplayString", "The variable myhostname", () => SnmpValue.Text(daemon().Host)),
        new(Below("1.1.6"), "sysLocation", "DisplayString", "The variable snmp_location", () => SnmpValue.Text(daemon().Location)),
        new(Below("1.1.7"), "sysServices", "Integer32", "Always 64, an application", () => SnmpValue.Integer(ApplicationLayer)),
    ];

    private static IEnumerable<MibObject> Counters(CounterSet counters) =>
        CounterCatalog.All.SelectMany(c => c.Oids.Select(oid => Counter(c, oid, counters)));

    private static MibObject Counter(CounterDefinition counter, string oid, CounterSet counters)
    {
        var index = counter.Index;
        (string Syntax, Func<SnmpValue> Read) served = counter.Kind switch
        {
            CounterKind.Counter32 => ("Counter32", () => SnmpValue.Counter32(counters.Get(index))),
            CounterKind.Counter64 => ("Counter64", () => SnmpValue.Counter64(counters.Get(index))),
            CounterKind.TimeInterval => ("TimeInterval", () => SnmpValue.Integer((int)(counters.Get(index) / 10 & IntegerMask))),
            _ => ("Gauge32", () => SnmpValue.Gauge32(counters.Get(index))),
        };
        return new MibObject(Below(oid), NameOf(counter.Name, oid), served.Syntax, counter.Help, served.Read);
    }

    private static IEnumerable<MibObject> Places(Func<IReadOnlyList<SlotStatus>> slots)
    {
        MibObject Gauge(string oid, string name, string help, Func<SlotStatus, bool> counts) =>
            new(Below(oid), name, "Gauge32", help, () => SnmpValue.Gauge32(slots().Count(counts)));

        MibObject Busy(string oid, string name, string help, Func<char, bool> counts) => Gauge(oid, name, help, s => s.Task is not null && counts(s.State));

        yield return Gauge("2.1.2", "procAll", "Places for messages being checked, as max_servers says", _ => true);
        yield return Gauge("2.1.3", "procIdle", "Places that are free", s => s.Task is null);
        yield return Gauge("2.1.4", "procBusy", "Messages in hand", s => s.Task is not null);
        yield return Busy("2.1.5", "procBusyTransfer", "Messages being forwarded", IsTransfer);
        yield return Busy("2.1.6", "procBusyDecode", "Messages being unpacked", s => s == WorkState.Decoding);
        yield return Busy("2.1.7", "procBusyVirus", "Messages at a virus scanner", s => s == WorkState.VirusScan);
        yield return Busy("2.1.8", "procBusySpam", "Messages at a spam scanner", s => s == WorkState.SpamScan);
        yield return Busy("2.1.9", "procBusyOther", "Messages in hand in other stages",
            s => !IsTransfer(s) && s is not (WorkState.Decoding or WorkState.VirusScan or WorkState.SpamScan));
        for (var i = 0; i < Ages.Length; i++)
        {
            var (name, seconds) = Ages[i];
            yield return Gauge($"2.2.{i + 1}", "procBusy" + name, $"Messages in hand for at least {seconds} s", s => s.Task is not null && s.Age.TotalSeconds >= seconds);
        }
    }

    private static bool IsTransfer(char state) => state is WorkState.Envelope or WorkState.Data or WorkState.Forwarding;

    /// <summary>Each queue is registered on its own.</summary>
    private static IEnumerable<MibGroup> Queues(IMtaQueues queues) =>
        Enum.GetValues<MtaQueue>().Select(queue =>
        {
            var id = Below($"3.1.{(int)queue}");
            var help = $"Messages in Postfix's queue {queue.ToString().ToLowerInvariant()}";
            return new MibGroup(id, [new MibObject(id, "mtaQueueEntries" + queue, "Gauge32", help, () => SnmpValue.Gauge32(queues.Count(queue)))], queues.RefreshAsync);
        });
}
