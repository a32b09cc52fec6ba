using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;

namespace Amavis.EndToEnd.Tests.MailPath;

/// <summary>A door before a server: octets go through while it is open; shut, connections are cut and new ones refused.</summary>
internal sealed class Gate(int port, int serverPort) : IAsyncDisposable
{
    private readonly ConcurrentDictionary<TcpClient, byte> _connections = [];
    private readonly ConcurrentDictionary<Task, byte> _pumps = [];
    private TcpListener? _listener;
    private Task _accepting = Task.CompletedTask;

    public void Open()
    {
        _listener = new TcpListener(IPAddress.Loopback, port);
        _listener.Server.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.ReuseAddress, true);
        _listener.Start(128);
        _accepting = AcceptAsync(_listener);
    }

    public async Task ShutAsync()
    {
        _listener?.Stop();
        await _accepting;
        foreach (var connection in _connections.Keys)
            connection.Dispose();
        await Task.WhenAll(_pumps.Keys);
        _pumps.Clear();
    }

    public async ValueTask DisposeAsync() => await ShutAsync();

    private async Task AcceptAsync(TcpListener listener)
    {
        try
        {
            while (true)
                _pumps[ServeAsync(await listener.AcceptTcpClientAsync())] = 0;
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // Shut.
        }
    }

    private async Task ServeAsync(TcpClient client)
    {
        using var server = new TcpClient();
        using (client)
        {
            (_connections[client], _connections[server]) = (0, 0);
            try
            {
                await server.ConnectAsync(IPAddress.Loopback, serverPort);
                (client.NoDelay, server.NoDelay) = (true, true);
                var (near, far) = (client.GetStream(), server.GetStream());
                await await Task.WhenAny(near.CopyToAsync(far), far.CopyToAsync(near));
            }
            catch (Exception e) when (e is SocketException or IOException or ObjectDisposedException or InvalidOperationException)
            {
                // One side is gone; the other follows.
            }
            _connections.TryRemove(client, out _);
            _connections.TryRemove(server, out _);
        }
    }
}
