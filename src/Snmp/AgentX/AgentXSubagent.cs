using System.Net.Sockets;
using Amavis.Core.Logging;
using Amavis.Core.Policy;
using Amavis.Snmp.Mib;

namespace Amavis.Snmp.AgentX;

/// <summary>
/// Keeps a session with the master for as long as the process runs: connects, and connects again whenever it is lost, with growing
/// pauses. A loss is logged when it happens and not for each attempt.
/// </summary>
public sealed class AgentXSubagent(AgentXAddress address, MibView mib, string description, TimeProvider clock, IMailLog log)
{
    private enum Link
    {
        New,
        Up,
        Down,
    }

    private Link _link;
    private TimeSpan _pause = AgentXLimits.ShortestPause;
    private long _established;

    /// <summary>Runs until it is told to stop; nothing else ends it.</summary>
    public async Task RunAsync(CancellationToken stopping)
    {
        while (!stopping.IsCancellationRequested)
        {
            try
            {
                var why = await RunSessionAsync(stopping);
                Lost(why);
                await Task.Delay(_pause, clock, stopping);
            }
            catch (OperationCanceledException) when (stopping.IsCancellationRequested)
            {
                return;
            }
            _pause = _pause * 2 < AgentXLimits.LongestPause ? _pause * 2 : AgentXLimits.LongestPause;
        }
    }

    /// <returns>Why the session is over, or did not come about.</returns>
    private async Task<string> RunSessionAsync(CancellationToken stopping)
    {
        try
        {
            using var socket = await ConnectAsync(stopping);
            await using var stream = new NetworkStream(socket);
            return await new AgentXSession(stream, mib, clock, log).RunAsync(description, Established, stopping);
        }
        catch (Exception e) when (e is IOException or SocketException or TimeoutException)
        {
            return e.InnerException is SocketException inner ? inner.Message : e.Message;
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            log.Line(-2, null, $"TROUBLE in the SNMP subagent: {e}");
            return e.Message;
        }
    }

    private async Task<Socket> ConnectAsync(CancellationToken stopping)
    {
        using var timeout = new CancellationTokenSource(AgentXLimits.Answer, clock);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, stopping);
        var socket = address.Path is null
            ? new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true }
            : new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            // A name with several addresses has them tried in turn.
            if (address.Path is { } path)
                await socket.ConnectAsync(new UnixDomainSocketEndPoint(path), both.Token);
            else
                await socket.ConnectAsync(address.Host!, address.Port, both.Token);
            return IsOwn(socket) ? throw new IOException("connection refused") : socket;
        }
        catch (OperationCanceledException e) when (!stopping.IsCancellationRequested)
        {
            socket.Dispose();
            throw new TimeoutException("no connection in time", e);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    /// <summary>
    /// Where nobody listens on a port of the range that clients get theirs from, a connection can come about with itself. It is
    /// reset, for its port would stay taken when the master wants it.
    /// </summary>
    private static bool IsOwn(Socket socket)
    {
        if (socket.AddressFamily == AddressFamily.Unix || !Equals(socket.LocalEndPoint, socket.RemoteEndPoint))
            return false;
        socket.LingerState = new LingerOption(enable: true, seconds: 0);
        return true;
    }

    private void Established()
    {
        (_link, _established) = (Link.Up, clock.GetTimestamp());
        log.Line(0, null, $"SNMP: registered at the AgentX master, {address}");
    }

    private void Lost(string why)
    {
        var before = _link;
        _link = Link.Down;
        // One that takes us and drops us at once is not asked every second.
        if (before == Link.Up && clock.GetElapsedTime(_established) >= AgentXLimits.LongestPause)
            _pause = AgentXLimits.ShortestPause;
        if (before == Link.Up)
            log.Line(-1, null, $"SNMP: the AgentX master is lost, {address}: {why}; it is tried again until it is back");
        else if (before == Link.New)
            log.Line(-1, null, $"SNMP: there is no AgentX master, {address}: {why}; has snmpd.conf \"master agentx\", and may this account open the socket? It is tried again until it answers");
        else
            log.Line(3, null, $"SNMP: still no AgentX master, {address}: {why}");
    }
}
