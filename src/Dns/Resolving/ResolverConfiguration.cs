using System.Net;

namespace Amavis.Dns.Resolving;

/// <summary>Addresses of servers in the forms administrators write them.</summary>
public static class ResolverConfiguration
{
    public const string SystemFile = "/etc/resolv.conf";

    public const int DnsPort = 53;

    /// <summary>Servers that the C library would use of a file.</summary>
    private const int MaxServers = 3;

    /// <summary>The <c>nameserver</c> lines of resolv.conf(5); without one, the server on this host, as the C library has it.</summary>
    public static IReadOnlyList<IPEndPoint> ReadServers(string resolvConf)
    {
        ArgumentNullException.ThrowIfNull(resolvConf);
        var servers = new List<IPEndPoint>();
        foreach (var line in resolvConf.Split('\n'))
        {
            var words = line.Split((char[])[' ', '\t', '\r'], StringSplitOptions.RemoveEmptyEntries);
            if (words is ["nameserver", var address, ..] && servers.Count < MaxServers && TryReadServer(address, out var server))
                servers.Add(server);
        }
        return servers.Count > 0 ? servers : [new IPEndPoint(IPAddress.Loopback, DnsPort)];
    }

    /// <summary><c>192.0.2.1</c>, <c>192.0.2.1:5353</c>, <c>2001:db8::1</c>, <c>[2001:db8::1]:5353</c>; without a port, 53.</summary>
    public static bool TryReadServer(string text, out IPEndPoint server)
    {
        ArgumentNullException.ThrowIfNull(text);
        server = new IPEndPoint(IPAddress.None, DnsPort);
        if (!IPEndPoint.TryParse(text, out var parsed) || !IsWhole(parsed.Address, text))
            return false;
        server = parsed.Port == 0 ? new IPEndPoint(parsed.Address, DnsPort) : parsed;
        return true;
    }

    /// <summary>A number alone is an address to the framework, but hardly what somebody meant.</summary>
    private static bool IsWhole(IPAddress address, string text) =>
        address.AddressFamily == System.Net.Sockets.AddressFamily.InterNetworkV6 || text.Count(c => c == '.') == 3;
}
