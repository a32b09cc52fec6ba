using System.IO.Pipelines;
using System.Net;
using System.Net.Sockets;
using Amavis.Core.Logging;
using Amavis.Core.Policy;
using Amavis.Protocols.AmPdp;

namespace Amavis.Cli.Dkim;

/// <summary>Listens for filters that ask for signatures, on a TCP or Unix socket. Who may ask over TCP is said by <c>inet_acl</c>.</summary>
internal sealed class SigningListener(IAmPdpHandler handler, Settings settings, IMailLog log) : IDisposable
{
    private const int MaxConnections = 200;
    private const UnixFileMode SocketMode = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.GroupWrite;

    private readonly SemaphoreSlim _places = new(MaxConnections, MaxConnections);
    private readonly HashSet<Task> _sessions = [];
    private Socket? _listener;

    /// <exception cref="SocketException">The socket can't be had.</exception>
    /// <exception cref="IOException">A file stands where the socket belongs.</exception>
    public void Open(ListenSocket socket)
    {
        if (socket.Path is { } path)
        {
            _listener = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
            RemoveStale(path);
            _listener.Bind(new UnixDomainSocketEndPoint(path));
            File.SetUnixFileMode(path, SocketMode);
        }
        else
        {
            var address = socket.Address ?? IPAddress.Loopback;
            _listener = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
            _listener.Bind(new IPEndPoint(address, socket.Port));
        }
        _listener.Listen(128);
    }

    /// <summary>Until it is told to stop; what is at hand is answered.</summary>
    public async Task RunAsync(CancellationToken stopping)
    {
        var listener = _listener ?? throw new InvalidOperationException("the listener is not open");
        try
        {
            while (true)
            {
                await _places.WaitAsync(stopping);
                Track(ServeAsync(await listener.AcceptAsync(stopping), stopping));
            }
        }
        catch (OperationCanceledException)
        {
            Task[] left;
            lock (_sessions)
                left = [.. _sessions];
            await Task.WhenAll(left);
        }
    }

    public void Dispose()
    {
        _listener?.Dispose();
        _places.Dispose();
    }

    private void Track(Task session)
    {
        lock (_sessions)
        {
            _sessions.RemoveWhere(s => s.IsCompleted);
            _sessions.Add(session);
        }
    }

    private async Task ServeAsync(Socket socket, CancellationToken stopping)
    {
        await Task.Yield();
        try
        {
            using (socket)
            {
                if (socket.RemoteEndPoint is IPEndPoint peer && settings.InetAcl.Match(peer.Address) != true)
                {
                    log.Line(-1, null, $"signing service: DENIED ACCESS from IP {peer.Address}");
                    return;
                }
                await using var stream = new NetworkStream(socket, ownsSocket: false);
                var pipes = new Pipes(PipeReader.Create(stream), PipeWriter.Create(stream));
                await new AmPdpServerSession(pipes, handler, TimeProvider.System, settings.SmtpdTimeout).RunAsync(stopping);
            }
        }
        catch (Exception e) when (e is IOException or SocketException or OperationCanceledException)
        {
            log.Line(3, null, $"signing service: connection lost: {e.Message}");
        }
        finally
        {
            _places.Release();
        }
    }

    private static void RemoveStale(string path)
    {
        if (!File.Exists(path))
            return;
        using var probe = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            probe.Connect(new UnixDomainSocketEndPoint(path));
        }
        catch (SocketException e) when (e.SocketErrorCode == SocketError.ConnectionRefused)
        {
            // Nobody is behind it any more.
            File.Delete(path);
            return;
        }
        throw new IOException($"{path} is in use");
    }

    private sealed record Pipes(PipeReader Input, PipeWriter Output) : IDuplexPipe;
}
