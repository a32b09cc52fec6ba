using System.Net;
using Amavis.Core.Policy;

namespace Amavis.Protocols.AmPdp;

/// <summary>Where the daemon takes releases: <c>web.release_socket</c>, or the first of its own sockets that speaks AM.PDP.</summary>
public static class ReleaseEndpoint
{
    /// <summary>Null when the daemon listens nowhere for AM.PDP.</summary>
    public static AmPdpEndpoint? Find(Settings settings)
    {
        ArgumentNullException.ThrowIfNull(settings);
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
        if (socket.HostName is { } name)
            return new AmPdpEndpoint(null, name, socket.Port);
        var address = socket.Address!;
        var host = address.Equals(IPAddress.Any) || address.Equals(IPAddress.IPv6Any) ? IPAddress.Loopback : address;
        return new AmPdpEndpoint(null, host.ToString(), socket.Port);
    }
}
