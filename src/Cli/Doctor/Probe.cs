using System.Net;
using System.Net.Sockets;
using System.Text;
using Amavis.Core.Logging;

namespace Amavis.Cli.Doctor;

/// <summary>A connection for a few words with a server, all of it within one limit of time.</summary>
internal sealed class Probe : IAsyncDisposable
{
    private const int MaxLine = 4096;
    private const int MaxLines = 100;

    private readonly Socket _socket;
    private readonly NetworkStream _stream;
    private readonly CancellationToken _limit;

    private Probe(Socket socket, CancellationToken limit)
    {
        _socket = socket;
        _stream = new NetworkStream(socket, ownsSocket: true);
        _limit = limit;
    }

    /// <exception cref="SocketException">Nobody is there.</exception>
    /// <exception cref="OperationCanceledException">Time ran out.</exception>
    public static async Task<Probe> ConnectAsync(EndPoint endPoint, CancellationToken limit)
    {
        var socket = endPoint.AddressFamily == AddressFamily.Unix
            ? new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified)
            : new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(endPoint, limit);
            // The system may choose the very port as ours when nobody listens: the socket is then connected to itself.
            return socket.LocalEndPoint is IPEndPoint local && local.Equals(socket.RemoteEndPoint)
                ? throw new SocketException((int)SocketError.ConnectionRefused)
                : new Probe(socket, limit);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    /// <summary>Host as an address or a name, without brackets.</summary>
    public static EndPoint EndPointOf(string host, int port) =>
        IPAddress.TryParse(host, out var address) ? new IPEndPoint(address, port) : new DnsEndPoint(host, port);

    public ValueTask SendAsync(ReadOnlyMemory<byte> octets) => _stream.WriteAsync(octets, _limit);

    /// <summary>A command of a line protocol.</summary>
    public ValueTask SayAsync(string line) => SendAsync(Encoding.ASCII.GetBytes(line + "\r\n"));

    /// <summary>The lines of an SMTP reply (RFC 5321 §4.2.1); fewer when the server closes.</summary>
    public async Task<IReadOnlyList<string>> ReadReplyAsync()
    {
        var lines = new List<string>();
        while (lines.Count < MaxLines && await ReadLineAsync() is { } line)
        {
            lines.Add(line);
            if (line.Length < 4 || line[3] != '-')
                break;
        }
        return lines;
    }

    /// <summary>Without its line end, made harmless; null: the server closed.</summary>
    public async Task<string?> ReadLineAsync()
    {
        var line = new StringBuilder();
        var octet = new byte[1];
        while (line.Length < MaxLine)
        {
            if (await _stream.ReadAsync(octet, _limit) == 0)
                return line.Length == 0 ? null : LogText.Sanitize(line.ToString());
            if (octet[0] == '\n')
                break;
            if (octet[0] != '\r')
                line.Append((char)octet[0]);
        }
        return LogText.Sanitize(line.ToString());
    }

    /// <summary>So many octets; fewer when the server closes.</summary>
    public async Task<byte[]> ReadOctetsAsync(int count)
    {
        var octets = new byte[count];
        var read = await _stream.ReadAtLeastAsync(octets, count, throwOnEndOfStream: false, _limit);
        return octets[..read];
    }

    public async ValueTask DisposeAsync()
    {
        await _stream.DisposeAsync();
        _socket.Dispose();
    }
}
