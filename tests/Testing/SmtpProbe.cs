using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Amavis.Testing;

/// <summary>A plain SMTP client for tests: says what it is told and gives back whole replies.</summary>
public sealed class SmtpProbe : IAsyncDisposable
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);

    private readonly Socket _socket;
    private readonly LineStream _lines;

    private SmtpProbe(Socket socket)
    {
        _socket = socket;
        _lines = new LineStream(new NetworkStream(socket, ownsSocket: false));
    }

    /// <summary>The greeting.</summary>
    public string Greeting { get; private set; } = "";

    public static async Task<SmtpProbe> ConnectAsync(int port, bool readGreeting = true)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        await socket.ConnectAsync(IPAddress.Loopback, port);
        if (socket.LocalEndPoint!.Equals(socket.RemoteEndPoint))
        {
            // Nobody listens, and the system chose the very port as ours: the socket is connected to itself.
            socket.Dispose();
            throw new SocketException((int)SocketError.ConnectionRefused);
        }
        return await StartAsync(socket, readGreeting);
    }

    public static async Task<SmtpProbe> ConnectAsync(string unixPath, bool readGreeting = true)
    {
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        await socket.ConnectAsync(new UnixDomainSocketEndPoint(unixPath));
        return await StartAsync(socket, readGreeting);
    }

    /// <summary>Sends a command and reads its whole reply, lines joined by LF.</summary>
    public async Task<string> SayAsync(string command)
    {
        await SendAsync(command + "\r\n");
        return await ReadReplyAsync();
    }

    public async Task SendAsync(string text)
    {
        using var limit = new CancellationTokenSource(Limit);
        await _lines.WriteAsync(text, limit.Token);
    }

    public async Task SendAsync(ReadOnlyMemory<byte> octets)
    {
        using var limit = new CancellationTokenSource(Limit);
        await _lines.WriteAsync(octets, limit.Token);
    }

    /// <summary>One reply; empty when the server closed the connection.</summary>
    public async Task<string> ReadReplyAsync()
    {
        using var limit = new CancellationTokenSource(Limit);
        var reply = new StringBuilder();
        while (await _lines.ReadLineAsync(limit.Token) is { } line)
        {
            if (reply.Length > 0)
                reply.Append('\n');
            reply.Append(line);
            if (line.Length < 4 || line[3] != '-')
                break;
        }
        return reply.ToString();
    }

    /// <summary>A whole transaction; the reply to the end of data, or the first reply that refuses.</summary>
    /// <param name="message">Octets with CRLF line ends; dots are stuffed here.</param>
    public async Task<string> DeliverAsync(string sender, IEnumerable<string> recipients, ReadOnlyMemory<byte> message, string mailParameters = "")
    {
        var reply = await SayAsync($"MAIL FROM:<{sender}>{mailParameters}");
        if (!reply.StartsWith('2'))
            return reply;
        foreach (var recipient in recipients)
        {
            reply = await SayAsync($"RCPT TO:<{recipient}>");
            if (!reply.StartsWith('2'))
                return reply;
        }
        reply = await SayAsync("DATA");
        if (!reply.StartsWith("354", StringComparison.Ordinal))
            return reply;
        await SendAsync(Stuffed(message.Span));
        return await ReadReplyAsync();
    }

    /// <summary>With dots stuffed after every CRLF and the final dot; a missing last line end is added.</summary>
    public static byte[] Stuffed(ReadOnlySpan<byte> message)
    {
        var octets = new List<byte>(message.Length + 64);
        var atStart = true;
        for (var i = 0; i < message.Length; i++)
        {
            if (atStart && message[i] == '.')
                octets.Add((byte)'.');
            octets.Add(message[i]);
            atStart = message[i] == '\n' && i > 0 && message[i - 1] == '\r';
        }
        if (!atStart)
            octets.AddRange("\r\n"u8);
        octets.AddRange(".\r\n"u8);
        return [.. octets];
    }

    public ValueTask DisposeAsync()
    {
        _socket.Dispose();
        return ValueTask.CompletedTask;
    }

    private static async Task<SmtpProbe> StartAsync(Socket socket, bool readGreeting)
    {
        var probe = new SmtpProbe(socket);
        if (readGreeting)
            probe.Greeting = await probe.ReadReplyAsync();
        return probe;
    }
}
