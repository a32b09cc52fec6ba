using System.Net;
using System.Net.Sockets;
using Amavis.Core.Policy;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace Amavis.Daemon.Hosting;

/// <summary>Puts the configured sockets and the metrics endpoint on Kestrel.</summary>
internal static class Listeners
{
    public static IReadOnlyList<ListenSocket> Sockets(Settings settings)
    {
        var sockets = new List<ListenSocket>();
        foreach (var text in settings.ListenSockets)
        {
            if (!ListenSocket.TryParse(text, settings.InetSocketBind, out var parsed, out var fault))
                throw new InvalidOperationException("listen_sockets: " + fault);
            sockets.AddRange(parsed.Where(IsUsable));
        }
        return [.. sockets.Distinct()];
    }

    public static void Configure(KestrelServerOptions kestrel, Settings settings, IReadOnlyList<ListenSocket> sockets)
    {
        kestrel.AddServerHeader = false;
        foreach (var socket in sockets)
        {
            if (socket.Path is { } path)
            {
                RemoveStale(path);
                kestrel.ListenUnixSocket(path, o => o.UseConnectionHandler<MailConnectionHandler>());
            }
            else
            {
                kestrel.Listen(socket.Address!, socket.Port, o => o.UseConnectionHandler<MailConnectionHandler>());
            }
        }
        if (settings.MetricsListen is { } metrics)
        {
            if (!ListenSocket.TryParse(metrics, settings.InetSocketBind, out var parsed, out var fault))
                throw new InvalidOperationException("metrics_listen: " + fault);
            foreach (var socket in parsed)
                kestrel.Listen(socket.Address ?? IPAddress.Loopback, socket.Port, o => o.Protocols = HttpProtocols.Http1);
        }
    }

    /// <summary>Gives Unix sockets their configured mode once they are bound.</summary>
    public static void SetModes(Settings settings, IReadOnlyList<ListenSocket> sockets)
    {
        if (settings.UnixSocketMode is not { } mode)
            return;
        foreach (var socket in sockets.Where(s => s.Path is not null))
            File.SetUnixFileMode(socket.Path!, (UnixFileMode)mode);
    }

    /// <summary>A family the machine does not have is left out.</summary>
    private static bool IsUsable(ListenSocket socket) => socket.Address?.AddressFamily switch
    {
        AddressFamily.InterNetworkV6 when socket.Address.Equals(IPAddress.IPv6Loopback) => HasIpv6Loopback(),
        AddressFamily.InterNetworkV6 => Socket.OSSupportsIPv6,
        _ => true,
    };

    private static bool HasIpv6Loopback()
    {
        if (!Socket.OSSupportsIPv6)
            return false;
        try
        {
            using var probe = new Socket(AddressFamily.InterNetworkV6, SocketType.Stream, ProtocolType.Tcp);
            probe.Bind(new IPEndPoint(IPAddress.IPv6Loopback, 0));
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }

    /// <summary>A socket file nobody listens on is left over from a process that was killed.</summary>
    private static void RemoveStale(string path)
    {
        if (!File.Exists(path))
            return;
        try
        {
            using var probe = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
            probe.Connect(new UnixDomainSocketEndPoint(path));
        }
        catch (SocketException)
        {
            File.Delete(path);
        }
    }
}
