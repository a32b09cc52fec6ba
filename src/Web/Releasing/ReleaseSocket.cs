using System.Net;
using Amavis.Core.Policy;
using Amavis.Protocols.AmPdp;

namespace Amavis.Web.Releasing;

/// <summary>The daemon's door for releases.</summary>
internal interface IReleaseSocket
{
    /// <exception cref="IOException">No answer; whether the message went out is not known once the request was sent.</exception>
    Task<ReleaseAnswer> SendAsync(ReleaseRequest request, CancellationToken cancellationToken);
}

/// <summary>Asks the daemon over AM.PDP: at <c>web.release_socket</c>, or where its own configuration has it listen for that.</summary>
internal sealed class DaemonReleaseSocket(Settings settings, TimeProvider clock) : IReleaseSocket
{
    /// <summary>The next hop may take its time with a large message.</summary>
    private static readonly TimeSpan Timeout = TimeSpan.FromMinutes(2);

    public async Task<ReleaseAnswer> SendAsync(ReleaseRequest request, CancellationToken cancellationToken)
    {
        var endpoint = Find(settings) ?? throw new IOException(
            "no socket for releases is configured: give one listen socket a policy bank with protocol AM.PDP, or set web.release_socket");
        await using var client = await AmPdpClient.ConnectAsync(endpoint, Timeout, clock, cancellationToken);
        return await client.ReleaseAsync(request, cancellationToken);
    }

    /// <summary>Null when the daemon listens nowhere for AM.PDP.</summary>
    public static AmPdpEndpoint? Find(Settings settings)
    {
        if (settings.Web.ReleaseSocket is { Length: > 0 } given)
            return AmPdpEndpoint.TryParse(given, out var endpoint) ? endpoint : null;
        foreach (var text in settings.ListenSockets)
        {
            if (!ListenSocket.TryParse(text, settings.InetSocketBind, out var sockets, out _))
                continue;
            foreach (var socket in sockets)
                if (SpeaksAmPdp(settings, socket))
                    return Reachable(socket);
        }
        return null;
    }

    private static bool SpeaksAmPdp(Settings settings, ListenSocket socket)
    {
        var bank = socket.PolicyKeys.Select(key => settings.InterfacePolicy.GetValueOrDefault(key)).LastOrDefault(name => name is not null);
        var protocol = PolicyState.Base(settings).Load(bank).Settings.Protocol;
        return string.Equals(protocol, "AM.PDP", StringComparison.OrdinalIgnoreCase);
    }

    // What listens on every address is reached over the loopback.
    private static AmPdpEndpoint Reachable(ListenSocket socket)
    {
        if (socket.Path is not null)
            return new AmPdpEndpoint(socket.Path, null, 0);
        var address = socket.Address!;
        var host = address.Equals(IPAddress.Any) || address.Equals(IPAddress.IPv6Any) ? IPAddress.Loopback : address;
        return new AmPdpEndpoint(null, host.ToString(), socket.Port);
    }
}
