using Amavis.Core.Counters;
using Amavis.Core.Status;
using Amavis.Snmp.Mib;

namespace Amavis.Snmp.Tests;

public sealed class AmavisMibTests
{
    private readonly CounterSet _counters = new();
    private IReadOnlyList<SlotStatus> _slots = [];
    private TimeSpan _up = TimeSpan.FromMilliseconds(9790);

    private MibView View(IMtaQueues? queues = null) => AmavisMib.Build(new MibSources
    {
        Counters = _counters,
        Daemon = () => new DaemonFacts("amavis-0.1.0 (20261122)", "mx.example.com", "postmaster@example.com", "Köln", 1, _up),
        Slots = () => _slots,
        MtaQueues = queues,
    });

    private SnmpValue Value(string below, IMtaQueues? queues = null) => View(queues).Get(AmavisMib.Root.Append(Oid.Parse(below).Numbers));

    private static SlotStatus Busy(char state, double seconds) =>
        new() { Slot = 1, Task = "00421-07", Age = TimeSpan.FromSeconds(seconds), Course = [new StateChange(state, TimeSpan.Zero)] };

    private static SlotStatus Free(double seconds) => new() { Slot = 2, Age = TimeSpan.FromSeconds(seconds) };

    /// <summary>The types snmpwalk shows.</summary>
    private static string Shown(SnmpType type) => type switch
    {
        SnmpType.OctetString => "STRING",
        SnmpType.ObjectIdentifier => "OID",
        SnmpType.TimeTicks => "Timeticks",
        SnmpType.Integer => "INTEGER",
        _ => type.ToString(),
    };

    [Fact]
    public void Every_object_of_amavisd_new_is_there_with_its_type_and_no_other_is()
    {
        var known = File.ReadLines(Path.Combine(AppContext.BaseDirectory, "objects.txt")).Where(l => !l.StartsWith('#')).ToList();
        known.Count.ShouldBe(331);
        var prefix = AmavisMib.Root + ".";
        string.Join('\n', View(new Queues()).Objects.Select(o => $"{o.Instance.ToString()[prefix.Length..]} {Shown(o.Read().Type)}")).ShouldBe(string.Join('\n', known));
    }

    [Fact]
    public void Without_queues_of_an_mta_their_objects_are_missing()
    {
        View().Objects.Count.ShouldBe(327);
        Value("3.1.3.0").Type.ShouldBe(SnmpType.NoSuchObject);
        View().Groups.Select(g => g.Subtree).ShouldBe([AmavisMib.Root.Append(1), AmavisMib.Root.Append(2)]);
        View(new Queues()).Groups.Select(g => g.Subtree.ToString()[^5..]).ShouldBe(["2.1.1", "2.1.2", "3.1.1", "3.1.2", "3.1.3", "3.1.4"]);
    }

    [Theory]
    [InlineData("InMsgs", "1.2.1", "inMsgs")]
    [InlineData("InMsgsStatusAccepted", "1.2.7", "inMsgsStatusAccepted")]
    [InlineData("InMsgsStatusAccepted", "1.19.1", "inMsgsStatusAcceptedAll")]
    [InlineData("InMsgsStatusRelayedUntagged", "1.20.1", "inMsgsStatusRelayedUntaggedAll")]
    [InlineData("InMsgsStatusTempFailedOpenRelay", "1.26.6", "inMsgsStatusTempFailedOpenRelay")]
    [InlineData("QuarMsgs", "1.8.1", "quarMsgs")]
    [InlineData("QuarMsgsArch", "1.8.2", "quarArchMsgs")]
    [InlineData("QuarMsgsBadHdr", "1.8.6", "quarBadHdrMsgs")]
    [InlineData("QuarAttemptFails", "1.8.13", "quarAttemptFails")]
    [InlineData("QuarMsgsSize", "1.9.1", "quarMsgsSize")]
    [InlineData("QuarMsgsSizeVirus", "1.9.11", "quarVirusMsgsSize")]
    [InlineData("ProcGone", "2.1.1", "procGone")]
    public void An_object_has_the_name_of_its_counter(string counter, string oid, string name) => AmavisMib.NameOf(counter, oid).ShouldBe(name);

    [Fact]
    public void Names_are_unique() => View(new Queues()).Objects.Select(o => o.Name).ShouldBeUnique();

    [Fact]
    public void Counters_are_served_at_each_of_their_places()
    {
        _counters.Add("InMsgs", 5);
        _counters.Add("InMsgsSize", 10_274);
        _counters.Add("InMsgsStatusDiscarded", 2);
        Value("1.2.1.0").ShouldBe(SnmpValue.Counter32(5));
        Value("1.3.1.0").ShouldBe(SnmpValue.Counter64(10_274));
        (Value("1.2.9.0"), Value("1.22.1.0")).ShouldBe((SnmpValue.Counter32(2), SnmpValue.Counter32(2)));
    }

    [Fact]
    public void Counters_of_32_bits_wrap_around_and_gauges_stay_at_their_bound()
    {
        _counters.Set("InMsgs", (1L << 32) + 3);
        _counters.Set("InMsgsSize", (1L << 32) + 3);
        _counters.Set("UserGauge1", (1L << 32) + 3);
        _counters.Set("UserGauge2", -3);
        Value("1.2.1.0").ToString().ShouldBe("Counter32 3");
        Value("1.3.1.0").ToString().ShouldBe("Counter64 4294967299");
        Value("1.18.1.0").ToString().ShouldBe("Gauge32 4294967295");
        Value("1.18.2.0").ToString().ShouldBe("Gauge32 0");
    }

    [Fact]
    public void Times_are_kept_in_milliseconds_and_served_in_hundredths()
    {
        _counters.Set("TimeElapsedTotal", 1239);
        Value("1.16.1.0").ToString().ShouldBe("Integer 123");
        _counters.Set("TimeElapsedTotal", 10L * int.MaxValue + 19);
        Value("1.16.1.0").ToString().ShouldBe("Integer 0");
    }

    [Fact]
    public void The_system_tells_of_itself()
    {
        Value("1.1.1.0").ShouldBe(SnmpValue.Text("amavis-0.1.0 (20261122)"));
        Value("1.1.2.0").ToString().ShouldBe("ObjectIdentifier 1.3.6.1.4.1.15312.2");
        Value("1.1.3.0").ToString().ShouldBe("TimeTicks 979");
        Value("1.1.4.0").ShouldBe(SnmpValue.Text("postmaster@example.com"));
        Value("1.1.5.0").ShouldBe(SnmpValue.Text("mx.example.com"));
        Value("1.1.6.0").ShouldBe(SnmpValue.Text("Köln"));
        Value("1.1.7.0").ShouldBe(SnmpValue.Integer(64));
        _up = TimeSpan.FromDays(500);
        Value("1.1.3.0").ToString().ShouldBe("TimeTicks 25032704");
    }

    [Fact]
    public void Places_are_counted_by_what_is_done_in_them()
    {
        _slots = [Busy('D', 0), Busy('V', 0), Busy('V', 0), Busy('S', 0), Busy('F', 0), Busy('Q', 0), Busy('=', 0), Free(9), Free(0)];
        _counters.Add("ProcGone");
        Enumerable.Range(1, 9).Select(i => Value($"2.1.{i}.0").Number).ShouldBe([1ul, 9, 2, 7, 1, 1, 2, 1, 2]);
    }

    [Fact]
    public void Busy_places_are_counted_by_their_age_each_with_the_older_ones()
    {
        _slots = [Busy('V', 0), Busy('V', 0.15), Busy('V', 1), Busy('V', 59.9), Busy('V', 108_000), Free(1000)];
        Enumerable.Range(1, 22).Select(i => (int)Value($"2.2.{i}.0").Number)
            .ShouldBe([5, 4, 3, 3, 3, 2, 2, 2, 2, 2, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1]);
    }

    [Fact]
    public async Task Queues_are_looked_at_when_a_search_comes_to_them()
    {
        var queues = new Queues();
        var view = View(queues);
        Value("3.1.4.0", queues).ShouldBe(SnmpValue.Gauge32(40));
        await Refresh("1.2.1.0", "2");
        await Refresh("2.2.22.0", "3");
        await Refresh("3", "3.1.1");
        queues.Refreshed.ShouldBe(0);
        await Refresh("3.1.2.0", "3.1.3");
        queues.Refreshed.ShouldBe(1);
        await Refresh("3.1.2.0", "3.1.4.0");
        queues.Refreshed.ShouldBe(4);
        await view.RefreshAsync([new SearchRange(Oid.Null, false, Oid.Null)], CancellationToken.None);
        queues.Refreshed.ShouldBe(8);

        ValueTask Refresh(string start, string end) => view.RefreshAsync(
            [new SearchRange(AmavisMib.Root.Append(Oid.Parse(start).Numbers), false, AmavisMib.Root.Append(Oid.Parse(end).Numbers))], CancellationToken.None);
    }

    private sealed class Queues : IMtaQueues
    {
        public int Refreshed { get; private set; }

        public int Count(MtaQueue queue) => (int)queue * 10;

        public ValueTask RefreshAsync(CancellationToken cancellationToken)
        {
            Refreshed++;
            return ValueTask.CompletedTask;
        }
    }
}
