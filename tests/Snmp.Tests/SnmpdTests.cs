using Amavis.Core.Policy;
using Amavis.Snmp.AgentX;
using Amavis.Snmp.Mib;
using Amavis.Testing;

namespace Amavis.Snmp.Tests;

/// <summary>A real master, net-snmp's snmpd, and the commands that monitoring is made of.</summary>
[Trait("Needs", "Server")]
public sealed class SnmpdTests : IAsyncLifetime, IDisposable
{
    private const string Root = "1.3.6.1.4.1.15312.2.1";

    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);

    private readonly LinesLog _log = new();
    private readonly CancellationTokenSource _stop = new();
    private SnmpdProcess? _snmpd;
    private Task _running = Task.CompletedTask;

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync()
    {
        await _stop.CancelAsync();
        await _running.WaitAsync(Limit);
        _snmpd?.Dispose();
    }

    public void Dispose() => _stop.Dispose();

    private async Task<SnmpdProcess> StartAsync(bool unix = false)
    {
        _snmpd = await SnmpdProcess.StartAsync(unix, _stop.Token);
        AgentXAddress.TryParse(_snmpd.AgentX, out var address).ShouldBeTrue();
        _running = new AgentXSubagent(address, TestMib.WithQueues, "amavis-1", TimeProvider.System, _log).RunAsync(_stop.Token);
        await RegisteredAsync(1);
        return _snmpd;
    }

    private Task RegisteredAsync(int times) => Waiting.UntilAsync(
        _ => Task.FromResult(_log.Lines.Count(l => l.Contains("SNMP: registered", StringComparison.Ordinal)) >= times), Limit, CancellationToken.None);

    /// <summary>The number and the type that a line of a walk shows.</summary>
    private static string Typed(string line)
    {
        var words = line.Split(' ', 4);
        return $"{words[0][(Root.Length + 1)..]} {(words[2] == "\"\"" ? "STRING" : words[2].TrimEnd(':'))}";
    }

    [Theory]
    [InlineData(false, "snmpwalk")]
    [InlineData(true, "snmpwalk")]
    [InlineData(false, "snmpbulkwalk")]
    public async Task A_walk_meets_every_object_of_amavisd_new_with_its_type(bool unix, string command)
    {
        var snmpd = await StartAsync(unix);
        var known = File.ReadLines(Path.Combine(AppContext.BaseDirectory, "objects.txt")).Where(l => !l.StartsWith('#')).ToList();
        var walk = await snmpd.WalkAsync(Root, command);
        string.Join('\n', walk.Select(Typed)).ShouldBe(string.Join('\n', known));
        walk.ShouldContain(Root + ".1.2.1.0 = Counter32: 5");
        walk.ShouldContain(Root + ".1.1.2.0 = OID: .1.3.6.1.4.1.15312.2");
        walk.ShouldContain(Root + ".1.1.3.0 = Timeticks: (979) 0:00:09.79");
        walk.ShouldContain(Root + ".1.1.5.0 = STRING: \"mx.example.com\"");
        walk.ShouldContain(Root + ".1.1.7.0 = INTEGER: 64");
        walk.ShouldContain(Root + ".3.1.4.0 = Gauge32: 40");
    }

    [Fact]
    public async Task Single_objects_are_there_or_are_not()
    {
        var snmpd = await StartAsync();
        (await snmpd.AskAsync("snmpget", "monitor", Root + ".1.2.1.0", Root + ".1.3.1.0")).Text
            .ShouldBe($".{Root}.1.2.1.0 = Counter32: 5\n.{Root}.1.3.1.0 = Counter64: 0\n");
        (await snmpd.AskAsync("snmpget", "monitor", Root + ".1.2.1")).Text.ShouldContain("No Such Instance");
        (await snmpd.AskAsync("snmpget", "monitor", Root + ".1.99.1.0")).Text.ShouldContain("No Such Object");
        (await snmpd.AskAsync("snmpgetnext", "monitor", Root + ".1.26.6.0")).Text.ShouldBe($".{Root}.2.1.1.0 = Counter32: 0\n");
    }

    [Fact]
    public async Task Nothing_can_be_set()
    {
        var snmpd = await StartAsync();
        var (status, text) = await snmpd.AskAsync("snmpset", "writer", Root + ".1.2.1.0", "u", "0");
        status.ShouldNotBe(0);
        text.ShouldContain("notWritable");
        (await snmpd.AskAsync("snmpget", "monitor", Root + ".1.2.1.0")).Text.ShouldContain("Counter32: 5");
    }

    [Fact]
    public async Task A_master_that_is_killed_and_started_again_gets_the_objects_back()
    {
        var snmpd = await StartAsync();
        snmpd.Kill();
        await Waiting.UntilAsync(_ => Task.FromResult(_log.Lines.Any(l => l.Contains("is lost", StringComparison.Ordinal))), Limit, CancellationToken.None);
        await snmpd.StartAgainAsync(_stop.Token);
        await RegisteredAsync(2);
        (await snmpd.WalkAsync(Root)).Count.ShouldBe(331);
    }

    [Fact]
    public async Task The_end_is_told_to_the_master()
    {
        var snmpd = await StartAsync();
        await _stop.CancelAsync();
        await _running.WaitAsync(Limit);
        (await snmpd.AskAsync("snmpget", "monitor", Root + ".1.2.1.0")).Text.ShouldContain("No Such Object");
    }
}
