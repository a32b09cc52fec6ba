using System.Net;
using System.Net.Sockets;
using Amavis.Core.Logging;
using Amavis.Core.Policy;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace Amavis.Daemon.Hosting;

/// <summary>Puts the configured sockets and the metrics endpoint on Kestrel.</summary>
internal static class Listeners
{
    /// <summary>What is configured and this machine has; the rest is named in the log.</summary>
    /// <exception cref="InvalidOperationException">A socket that is none, or a name nobody knows.</exception>
    public static IReadOnlyList<ListenSocket> Sockets(Settings settings, IMailLog log)
    {
        var sockets = settings.ListenSockets.SelectMany(text => Expand("listen_sockets", text, settings)).Distinct().ToList();
        foreach (var socket in sockets.Where(s => !IsUsable(s)))
            log.Line(0, null, $"{socket} is left out: this machine has no addresses of its family");
        return [.. sockets.Where(IsUsable)];
    }

    private static IEnumerable<ListenSocket> Expand(string key, string text, Settings settings)
    {
        if (!ListenSocket.TryParse(text, settings.InetSocketBind, out var parsed, out var fault))
            throw new InvalidOperationException($"{key}: {fault}");
        return parsed.SelectMany(socket => socket.HostName is null ? [OfThisMachine(socket)] : Resolve(key, socket));
    }

    /// <summary>Every address is every IPv4 address where there is no IPv6.</summary>
    private static ListenSocket OfThisMachine(ListenSocket socket) =>
        IPAddress.IPv6Any.Equals(socket.Address) && !Socket.OSSupportsIPv6 ? socket with { Address = IPAddress.Any } : socket;

    private static IEnumerable<ListenSocket> Resolve(string key, ListenSocket socket)
    {
        try
        {
            return System.Net.Dns.GetHostAddresses(socket.HostName!, socket.Family).Select(address => new ListenSocket(address, socket.Port, null));
        }
        catch (SocketException e)
        {
            throw new InvalidOperationException($"{key}: {socket}: {e.Message}", e);
        }
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
            foreach (var socket in Expand("metrics_listen", metrics, settings))
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
