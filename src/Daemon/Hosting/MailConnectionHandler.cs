using System.Net;
using System.Net.Sockets;
using Amavis.Core.Counters;
using Amavis.Core.Logging;
using Amavis.Core.Messages;
using Amavis.Core.Policy;
using Amavis.Engine;
using Amavis.Engine.Releasing;
using Amavis.Engine.Requests;
using Amavis.Protocols.AmPdp;
using Amavis.Protocols.Milter.Server;
using Amavis.Protocols.Proxy;
using Amavis.Protocols.Smtp.Server;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Connections.Features;

namespace Amavis.Daemon.Hosting;

/// <summary>Admits a connection, loads the interface's policy banks and runs the session its protocol asks for.</summary>
internal sealed class MailConnectionHandler(
    CurrentSettings current, EngineServices services, MessageProcessor processor, ReleaseService releases, CheckService checks,
    ServerCertificates certificates, SessionNumbers numbers, SessionTable sessions, ServerState state)
    : ConnectionHandler
{
    private readonly SessionLog _log = new(services.Log);
    private int _open;

    public override async Task OnConnectedAsync(ConnectionContext connection)
    {
        ArgumentNullException.ThrowIfNull(connection);
        services.Counters.Add("SessionsOpened");
        var open = Interlocked.Increment(ref _open);
        services.Counters.Set("SessionsOpen", open);
        try
        {
            var settings = current.Value;
            var facts = Facts(connection);
            var policy = InterfacePolicy(settings, facts);
            if (!IsAdmitted(policy, facts))
                return;
            if (policy.Settings.HaproxyTargetEnabled)
            {
                if (await AnnouncedAsync(connection, facts) is not { } announced || !IsAdmitted(policy, announced))
                    return;
                facts = announced;
            }
            if (open > settings.MaxSessions)
            {
                services.Counters.Add("SessionsRefused");
                // The other protocols have no words for it; their clients take the end of the connection for a tempfail.
                if (ProtocolOf(policy, facts) is "SMTP" or "ESMTP" or "LMTP")
                    await connection.Transport.Output.WriteAsync("421 4.3.2 Too many connections, closing channel\r\n"u8.ToArray());
                return;
            }
            await RunAsync(connection, facts, policy);
        }
        catch (Exception e) when (e is IOException or ConnectionAbortedException or OperationCanceledException or SocketException)
        {
            services.Log.Line(3, null, "connection lost: " + e.Message);
        }
        catch (Exception e)
        {
            services.Log.Line(-2, null, $"TROUBLE in a connection: {e}");
        }
        finally
        {
            services.Counters.Set("SessionsOpen", Interlocked.Decrement(ref _open));
        }
    }

    private async Task RunAsync(ConnectionContext connection, ConnectionFacts facts, PolicyState policy)
    {
        var protocol = ProtocolOf(policy, facts);
        var sessionId = numbers.Next();
        using var entry = sessions.Open(sessionId, protocol ?? "?", facts.Peer?.ToString() ?? Where(facts));
        switch (protocol)
        {
            case "SMTP" or "LMTP" or "ESMTP":
                await new SmtpServerSession(connection.Transport, new SmtpSessionContext
                {
                    Connection = facts,
                    Policy = policy,
                    SessionId = sessionId,
                    StartAsLmtp = protocol == "LMTP",
                    Spools = services.Spools,
                    Processor = processor,
                    Clock = services.Clock,
                    Log = _log,
                    Directory = services.Directory,
                    Tls = () => certificates.Get(policy.Settings.SmtpdTls),
                    Counters = services.Counters,
                    Processing = state.Abort,
                    Progress = entry.Enter,
                }).RunAsync(state.Stopping);
                break;
            case "AM.PDP":
                var handler = new AmPdpHandler(checks, releases, services, policy, facts);
                await new AmPdpServerSession(connection.Transport, handler, services.Clock, policy.Settings.SmtpdTimeout) { Processing = state.Abort }.RunAsync(state.Stopping);
                break;
            case "MILTER":
                await new MilterServerSession(connection.Transport, new MilterSessionContext
                {
                    Connection = facts,
                    Policy = policy,
                    SessionId = sessionId,
                    Spools = services.Spools,
                    Processor = processor,
                    Clock = services.Clock,
                    Log = services.Log,
                    Counters = services.Counters,
                    Processing = state.Abort,
                    Progress = entry.Enter,
                }).RunAsync(state.Stopping);
                break;
            case null:
                services.Log.Line(-1, null, $"connection on {facts.UnixPath}: protocol not specified");
                break;
            default:
                services.Log.Line(-1, null, $"connection on {Where(facts)}: protocol {protocol} is not available");
                break;
        }
    }

    /// <summary>The facts with the client a load balancer announces (PROXY protocol); null: it did not, which is logged.</summary>
    private async Task<ConnectionFacts?> AnnouncedAsync(ConnectionContext connection, ConnectionFacts facts)
    {
        if (await ProxyHeaderReader.ReadAsync(connection.Transport.Input, services.Clock, state.Stopping) is not { } header)
        {
            services.Log.Line(-1, null, $"connection on {Where(facts)} from {facts.Peer?.Address.ToString() ?? "a Unix socket"}: no PROXY header, closing");
            return null;
        }
        return header.Peer is { } peer ? facts with { Peer = peer, Local = header.Local } : facts;
    }

    /// <summary>Null: a Unix socket whose banks name none.</summary>
    private static string? ProtocolOf(PolicyState policy, ConnectionFacts facts) =>
        policy.Settings.Protocol?.ToUpperInvariant() ?? (facts.UnixPath is null ? "SMTP" : null);

    private bool IsAdmitted(PolicyState policy, ConnectionFacts facts)
    {
        if (facts.Peer is null || policy.Settings.InetAcl.Match(facts.Peer.Address) == true)
            return true;
        services.Counters.Add("SessionsRefused");
        services.Log.Line(-1, null, $"DENIED ACCESS from IP {facts.Peer.Address}, policy bank '{policy.Path}'");
        return false;
    }

    private static PolicyState InterfacePolicy(Settings settings, ConnectionFacts facts)
    {
        var socket = facts.UnixPath is { } path
            ? new ListenSocket(null, 0, path)
            : new ListenSocket(facts.Local!.Address, facts.Local.Port, null);
        return socket.PolicyKeys.Aggregate(PolicyState.Base(settings), (policy, key) => policy.Load(settings.InterfacePolicy.GetValueOrDefault(key)));
    }

    private static ConnectionFacts Facts(ConnectionContext connection) => connection.LocalEndPoint switch
    {
        UnixDomainSocketEndPoint unix => new ConnectionFacts { UnixPath = unix.ToString() },
        IPEndPoint local => new ConnectionFacts { Local = Plain(local), Peer = Plain((IPEndPoint)connection.RemoteEndPoint!) },
        _ => new ConnectionFacts { UnixPath = connection.Features.Get<IConnectionSocketFeature>()?.Socket.LocalEndPoint?.ToString() ?? "" },
    };

    /// <summary>IPv4 on a socket for both families is shown as IPv4.</summary>
    private static IPEndPoint Plain(IPEndPoint endPoint) =>
        endPoint.Address.IsIPv4MappedToIPv6 ? new IPEndPoint(endPoint.Address.MapToIPv4(), endPoint.Port) : endPoint;

    private static string Where(ConnectionFacts facts) => facts.UnixPath ?? facts.Local?.ToString() ?? "?";

    private sealed class SessionLog(IMailLog log) : ISmtpSessionLog
    {
        public void Line(int level, string logId, string text) => log.Line(level, logId, text);
    }
}
