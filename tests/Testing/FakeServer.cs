using System.Net;
using System.Net.Sockets;

namespace Amavis.Testing;

/// <summary>A server on a free loopback port that does with each connection what the test says.</summary>
public sealed class FakeServer : IAsyncDisposable
{
    private readonly Socket _listener = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
    private readonly CancellationTokenSource _ending = new();
    private readonly Func<Socket, CancellationToken, Task> _serve;
    private readonly Task _accepting;
    private int _connections;

    /// <param name="serve">Runs for each connection, with a token that ends with the server; the socket is closed after it.</param>
    public FakeServer(Func<Socket, CancellationToken, Task> serve)
    {
        _serve = serve;
        _listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        _listener.Listen(64);
        Address = $"127.0.0.1:{((IPEndPoint)_listener.LocalEndPoint!).Port}";
        _accepting = AcceptAsync();
    }

    public string Address { get; }

    public int Connections => Volatile.Read(ref _connections);

    /// <summary>Takes connections and never says anything.</summary>
    public static FakeServer Silent() => new((_, ending) => Task.Delay(Timeout.Infinite, ending));

    /// <summary>Says this to everybody at once, and then nothing more.</summary>
    public static FakeServer Saying(byte[] octets, bool thenClose) => new(async (socket, ending) =>
    {
        await socket.SendAsync(octets, SocketFlags.None, ending);
        if (!thenClose)
            await Task.Delay(Timeout.Infinite, ending);
    });

    public async ValueTask DisposeAsync()
    {
        await _ending.CancelAsync();
        _listener.Dispose();
        await _accepting;
        _ending.Dispose();
    }

    private async Task AcceptAsync()
    {
        var serving = new List<Task>();
        try
        {
            while (true)
            {
                var socket = await _listener.AcceptAsync(_ending.Token);
                Interlocked.Increment(ref _connections);
                serving.Add(ServeAsync(socket));
            }
        }
        catch (Exception e) when (e is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            // The end of the test.
        }
        await Task.WhenAll(serving);
    }

    private async Task ServeAsync(Socket socket)
    {
        using (socket)
        {
            try
            {
                await _serve(socket, _ending.Token);
            }
            catch (Exception e) when (e is OperationCanceledException or SocketException or ObjectDisposedException)
            {
                // The client has gone, or the test has ended.
            }
        }
    }
}
