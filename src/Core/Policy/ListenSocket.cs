using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace Amavis.Core.Policy;

/// <summary>One socket to listen on: an address and port, or the path of a Unix socket.</summary>
/// <param name="Address">
/// Null for a Unix socket and for a host name; <see cref="IPAddress.IPv6Any"/> for <c>*</c> (both families), <see cref="IPAddress.Any"/> for <c>inet:*</c>.
/// </param>
public sealed record ListenSocket(IPAddress? Address, int Port, string? Path)
{
    /// <summary>A host name, still to be looked up; null: there is an address or a path.</summary>
    public string? HostName { get; init; }

    /// <summary>The family of addresses that a name is looked up for; unspecified: both.</summary>
    public AddressFamily Family { get; init; }

    /// <summary>Keys of <c>interface_policy</c> that apply, least specific first.</summary>
    public IReadOnlyList<string> PolicyKeys => Path is not null
        ? ["SOCK", Path]
        : [Port.ToString(CultureInfo.InvariantCulture), ToString()];

    public override string ToString() => Path ?? $"{HostName ?? Bracketed(Address!)}:{Port}";

    /// <summary>
    /// Reads an element of <c>listen_sockets</c>: a port (on every address of <c>inet_socket_bind</c>), <c>host:port</c>, <c>[v6]:port</c>,
    /// <c>*:port</c> or an absolute path, each perhaps with <c>inet:</c>, <c>inet6:</c> or <c>unix:</c> before it. Names are not looked up here.
    /// </summary>
    public static bool TryParse(string text, IReadOnlyList<string> bindAddresses, out IReadOnlyList<ListenSocket> sockets, out string fault)
    {
        ArgumentNullException.ThrowIfNull(text);
        ArgumentNullException.ThrowIfNull(bindAddresses);
        fault = $"\"{text}\" is not a socket (port, host:port, [v6]:port, *:port or /path)";
        sockets = [];
        var (family, rest) = TakeFamily(text);
        if (rest.StartsWith('/') && family is AddressFamily.Unix or AddressFamily.Unspecified)
        {
            sockets = [new ListenSocket(null, 0, rest)];
            return true;
        }
        if (family == AddressFamily.Unix)
            return false;
        var colon = rest.LastIndexOf(':');
        if (!int.TryParse(rest.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var port) || port is 0 or > 65535)
            return false;
        var hosts = colon < 0 ? bindAddresses.DefaultIfEmpty("*") : [rest[..colon]];
        var list = new List<ListenSocket>();
        foreach (var host in hosts)
        {
            if (One(host, port, family) is not { } socket)
                return false;
            // A port alone is for those of the bound addresses that are of its family.
            if (family == AddressFamily.Unspecified || socket.Address is null || socket.Address.AddressFamily == family)
                list.Add(socket);
            else if (colon >= 0)
                return false;
        }
        sockets = list;
        return true;
    }

    private static (AddressFamily Family, string Without) TakeFamily(string text)
    {
        foreach (var (prefix, family) in ((string, AddressFamily)[])
            [("inet6:", AddressFamily.InterNetworkV6), ("inet:", AddressFamily.InterNetwork), ("unix:", AddressFamily.Unix)])
            if (text.StartsWith(prefix, StringComparison.OrdinalIgnoreCase))
                return (family, text[prefix.Length..]);
        return (AddressFamily.Unspecified, text);
    }

    private static ListenSocket? One(string host, int port, AddressFamily family)
    {
        if (host is "*" or "")
            return new ListenSocket(family == AddressFamily.InterNetwork ? IPAddress.Any : IPAddress.IPv6Any, port, null);
        if (host.Equals("localhost", StringComparison.OrdinalIgnoreCase))
            return new ListenSocket(family == AddressFamily.InterNetworkV6 ? IPAddress.IPv6Loopback : IPAddress.Loopback, port, null);
        var bracketed = host.StartsWith('[') && host.EndsWith(']');
        if (IPAddress.TryParse(bracketed ? host[1..^1] : host, out var address))
            return new ListenSocket(address, port, null);
        return IsHostName(host) ? new ListenSocket(null, port, null) { HostName = host, Family = family } : null;
    }

    /// <summary>Labels of letters, digits and hyphens (RFC 952), and not digits alone: that would be a mistyped address.</summary>
    private static bool IsHostName(string text) =>
        text.Length is > 0 and < 254 && text.Any(char.IsAsciiLetter)
        && text.Split('.').All(label => label.Length is > 0 and < 64 && label.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_'));

    private static string Bracketed(IPAddress address) =>
        address.AddressFamily == AddressFamily.InterNetworkV6 ? $"[{address.ToString().ToLowerInvariant()}]" : address.ToString();
}
