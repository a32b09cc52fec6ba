using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace Amavis.Protocols.AmPdp;

/// <summary>Where the server listens: a Unix socket, or a host and port.</summary>
/// <param name="Path">Null for TCP.</param>
/// <param name="Host">Name or address without brackets; null for a Unix socket.</param>
public sealed record AmPdpEndpoint(string? Path, string? Host, int Port)
{
    /// <summary>Reads <c>/path</c>, <c>unix:/path</c>, <c>host:port</c> or <c>[v6]:port</c>.</summary>
    public static bool TryParse(string text, out AmPdpEndpoint? endpoint)
    {
        ArgumentNullException.ThrowIfNull(text);
        endpoint = null;
        var path = text.StartsWith("unix:", StringComparison.OrdinalIgnoreCase) ? text[5..] : text;
        if (path.StartsWith('/'))
        {
            endpoint = new AmPdpEndpoint(path, null, 0);
            return true;
        }
        var colon = text.LastIndexOf(':');
        if (colon <= 0 || !int.TryParse(text.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var port) || port is 0 or > 65535)
            return false;
        var host = text[..colon];
        if (host.StartsWith('[') && host.EndsWith(']'))
            host = host[1..^1];
        else if (host.Contains(':'))
            return false;
        if (host.Length == 0)
            return false;
        endpoint = new AmPdpEndpoint(null, host, port);
        return true;
    }

    public override string ToString() =>
        Path ?? (Host!.Contains(':') ? $"[{Host}]:{Port}" : $"{Host}:{Port}");

    internal EndPoint ToEndPoint() =>
        Path is not null ? new UnixDomainSocketEndPoint(Path)
        : IPAddress.TryParse(Host, out var address) ? new IPEndPoint(address, Port)
        : new DnsEndPoint(Host!, Port);
}
