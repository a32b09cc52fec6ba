using Amavis.Core.Logging;
using Amavis.Core.Policy;
using Amavis.Snmp.AgentX;
using Amavis.Snmp.Mib;

namespace Amavis.Daemon.Monitoring;

/// <summary>The SNMP subagent inside of the daemon. It shares nothing with mail but the values it reads, and nothing waits for it.</summary>
internal sealed class SnmpService : IAsyncDisposable
{
    private readonly CancellationTokenSource _ending = new();
    private readonly Task _running;

    private SnmpService(AgentXAddress address, DaemonState state, TimeProvider clock, IMailLog log) =>
        _running = RunAsync(address, state, clock, log, _ending.Token);

    /// <summary>Null: <c>agentx_socket</c> is not set.</summary>
    public static SnmpService? Start(AgentXAddress? address, DaemonState state, TimeProvider clock, IMailLog log) =>
        address is null ? null : new SnmpService(address, state, clock, log);

    public async ValueTask DisposeAsync()
    {
        await _ending.CancelAsync();
        await _running;
        _ending.Dispose();
    }

    private static async Task RunAsync(AgentXAddress address, DaemonState state, TimeProvider clock, IMailLog log, CancellationToken ending)
    {
        await Task.Yield();
        try
        {
            await using var queues = await PostfixQueues.FindAsync(clock, log, ending);
            var mib = AmavisMib.Build(new MibSources { Counters = state.Counters, Daemon = state.Facts, Slots = state.Slots, MtaQueues = queues });
            await new AgentXSubagent(address, mib, state.Product, clock, log).RunAsync(ending);
        }
        catch (OperationCanceledException) when (ending.IsCancellationRequested)
        {
            // The end of the process.
        }
        catch (Exception e)
        {
            log.Line(-2, null, $"TROUBLE in SNMP, it is off until a restart: {e}");
        }
    }
}
