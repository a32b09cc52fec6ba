using System.Globalization;
using System.Net;

namespace Amavis.Core.Policy;

/// <summary>One socket to listen on: an address and port, or the path of a Unix socket.</summary>
/// <param name="Address">Null for a Unix socket; <see cref="IPAddress.IPv6Any"/> and <see cref="IPAddress.Any"/> for <c>*</c>.</param>
public sealed record ListenSocket(IPAddress? Address, int Port, string? Path)
{
    /// <summary>Keys of <c>interface_policy</c> that apply, least specific first.</summary>
    public IReadOnlyList<string> PolicyKeys => Path is not null
        ? ["SOCK", Path]
        : [Port.ToString(CultureInfo.InvariantCulture), $"{Bracketed(Address!)}:{Port}"];

    public override string ToString() => Path ?? $"{Bracketed(Address!)}:{Port}";

    /// <summary>
    /// Reads an element of <c>listen_sockets</c>: a port (on every address of <c>inet_socket_bind</c>), <c>host:port</c>, <c>[v6]:port</c>,
    /// <c>*:port</c> or an absolute path, each perhaps with <c>inet:</c>, <c>inet6:</c> or <c>unix:</c> before it.
    /// </summary>
    public static bool TryParse(string text, IReadOnlyList<string> bindAddresses, out IReadOnlyList<ListenSocket> sockets, out string fault)
    {
        ArgumentNullException.ThrowIfNull(text);
        ArgumentNullException.ThrowIfNull(bindAddresses);
        fault = $"\"{text}\" is not a socket (port, host:port, [v6]:port, *:port or /path)";
        sockets = [];
        var rest = text;
        foreach (var prefix in (string[])["inet6:", "inet:", "unix:"])
            if (rest.StartsWith(prefix, StringComparison.OrdinalIgnoreCase))
                rest = rest[prefix.Length..];
        if (rest.StartsWith('/'))
        {
            sockets = [new ListenSocket(null, 0, rest)];
            return true;
        }
        var colon = rest.LastIndexOf(':');
        if (!int.TryParse(rest.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var port) || port is 0 or > 65535)
            return false;
        var hosts = colon < 0 ? bindAddresses.DefaultIfEmpty("*") : [rest[..colon]];
        var list = new List<ListenSocket>();
        foreach (var host in hosts)
        {
            if (host is "*" or "")
                list.Add(new ListenSocket(IPAddress.IPv6Any, port, null));
            else if (IPAddress.TryParse(host.Trim('[', ']'), out var address))
                list.Add(new ListenSocket(address, port, null));
            else if (host.Equals("localhost", StringComparison.OrdinalIgnoreCase))
                list.Add(new ListenSocket(IPAddress.Loopback, port, null));
            else
                return false;
        }
        sockets = list;
        return true;
    }

    private static string Bracketed(IPAddress address) =>
        address.AddressFamily == System.Net.Sockets.AddressFamily.InterNetworkV6 ? $"[{address.ToString().ToLowerInvariant()}]" : address.ToString();
}
