using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace Amavis.Scanning.Sockets;

/// <summary>Where a scanner listens: a Unix socket, or a host with a port.</summary>
public sealed record ScannerAddress
{
    private ScannerAddress(string text, string? path, string host, int port)
    {
        Text = text;
        Path = path;
        Host = host;
        Port = port;
    }

    /// <summary>As configured; used in messages.</summary>
    public string Text { get; }

    /// <summary>Path of the Unix socket; null for TCP.</summary>
    public string? Path { get; }

    /// <summary>Name or literal without brackets; empty for a Unix socket.</summary>
    public string Host { get; }

    public int Port { get; }

    /// <summary>Reads <c>unix:/path</c>, <c>/path</c>, <c>host:port</c>, <c>[ip]:port</c>; a missing port is taken from the protocol.</summary>
    public static bool TryParse(string text, int defaultPort, out ScannerAddress? address)
    {
        ArgumentNullException.ThrowIfNull(text);
        address = null;
        var plain = text.Trim();
        if (plain.StartsWith("unix:", StringComparison.Ordinal) || plain.StartsWith('/'))
        {
            var path = plain.StartsWith('/') ? plain : plain[5..];
            if (!path.StartsWith('/'))
                return false;
            address = new ScannerAddress(text, path, "", 0);
            return true;
        }
        if (plain.StartsWith("tcp:", StringComparison.Ordinal))
            plain = plain[4..];
        var (host, tail) = SplitHost(plain);
        var port = defaultPort;
        var portIsGood = tail.Length == 0
            || (tail[0] == ':' && int.TryParse(tail.AsSpan(1), NumberStyles.None, CultureInfo.InvariantCulture, out port));
        if (host.Length == 0 || !portIsGood || port is < 1 or > 65535)
            return false;
        address = new ScannerAddress(text, null, host, port);
        return true;
    }

    /// <summary>A connected socket, owned by the caller.</summary>
    /// <exception cref="SocketException">Nobody listens there, or the name is unknown.</exception>
    public async ValueTask<Socket> ConnectAsync(CancellationToken cancellationToken)
    {
        var socket = Path is null
            ? new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true }
            : new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            EndPoint target = Path is not null ? new UnixDomainSocketEndPoint(Path)
                : IPAddress.TryParse(Host, out var literal) ? new IPEndPoint(literal, Port)
                : new DnsEndPoint(Host, Port);
            await socket.ConnectAsync(target, cancellationToken);
            return socket;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    private static (string Host, string Tail) SplitHost(string text)
    {
        var close = text.IndexOf(']');
        if (text.StartsWith('[') && close > 0)
            return (text[1..close], text[(close + 1)..]);
        var colon = text.LastIndexOf(':');
        return colon < 0 ? (text, "") : (text[..colon], text[colon..]);
    }
}
