using System.Net;
using System.Net.Sockets;

namespace Amavis.Protocols.Smtp.Client;

/// <summary>Opens sockets to next hops.</summary>
internal static class SmtpConnector
{
    /// <returns>The socket and who it is connected to; or null and the reason, which is empty when time ran out.</returns>
    public static async ValueTask<(Socket? Socket, string RemoteOrReason)> ConnectAsync(ConnectionKey key, StageClock clock, TimeSpan limit)
    {
        var token = clock.Start(limit);
        var reason = "no address";
        try
        {
            if (key.Hop.Path.Length > 0)
                return (await ConnectAsync(new UnixDomainSocketEndPoint(key.Hop.Path), null, token), key.Hop.ToString());
            foreach (var address in await AddressesAsync(key.Hop.Host, token))
            {
                try
                {
                    return (await ConnectAsync(new IPEndPoint(address, key.Hop.Port), key.BindAddress, token), key.Hop.Named(address.ToString()));
                }
                catch (SocketException e)
                {
                    reason = e.SocketErrorCode.ToString();
                }
            }
            return (null, reason);
        }
        catch (OperationCanceledException)
        {
            clock.ThrowIfAbandoned();
            return (null, "");
        }
        catch (Exception e) when (e is SocketException or ArgumentException)
        {
            // ArgumentException: a path too long for a Unix socket, a host name that is none.
            return (null, e is SocketException socket ? socket.SocketErrorCode.ToString() : "not an address");
        }
    }

    private static async ValueTask<IPAddress[]> AddressesAsync(string host, CancellationToken token) =>
        IPAddress.TryParse(host, out var address) ? [address] : await Dns.GetHostAddressesAsync(host, token);

    private static async ValueTask<Socket> ConnectAsync(EndPoint endPoint, IPAddress? bindAddress, CancellationToken token)
    {
        var unix = endPoint.AddressFamily == AddressFamily.Unix;
        var socket = new Socket(endPoint.AddressFamily, SocketType.Stream, unix ? ProtocolType.Unspecified : ProtocolType.Tcp);
        try
        {
            if (!unix)
                socket.NoDelay = true;
            if (bindAddress is not null && bindAddress.AddressFamily == endPoint.AddressFamily)
                socket.Bind(new IPEndPoint(bindAddress, 0));
            await socket.ConnectAsync(endPoint, token);
            return socket;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }
}
