using System.Globalization;
using Amavis.Core.Policy;

namespace Amavis.Data.Lookups.Ldap;

/// <summary>Where a server listens.</summary>
/// <param name="Path">Unix socket; null: host and port.</param>
/// <param name="Secure">TLS from the first octet on.</param>
internal readonly record struct LdapTarget(string Host, int Port, string? Path, bool Secure)
{
    private const string DefaultSocket = "/var/run/slapd/ldapi";

    /// <summary>Host, <c>host:port</c>, <c>ldap[s]://host[:port]</c>, or <c>ldapi://</c> with the path of a socket in percent encoding.</summary>
    public static LdapTarget Parse(string text, LdapSettings settings)
    {
        var mark = text.IndexOf("://", StringComparison.Ordinal);
        var scheme = mark < 0 ? settings.Scheme : text[..mark].ToLowerInvariant();
        var rest = mark < 0 ? text : text[(mark + 3)..];
        if (scheme == "ldapi")
            return new LdapTarget("localhost", 0, Uri.UnescapeDataString(rest) is { Length: > 1 } path && path.StartsWith('/') ? path.TrimEnd('/') : DefaultSocket, false);
        rest = rest.TrimEnd('/');
        var secure = scheme == "ldaps";
        var port = settings.Port ?? (secure ? 636 : 389);
        var colon = rest.LastIndexOf(':');
        // An IPv6 address without brackets has colons and no port.
        var hasPort = colon >= 0 && (rest.StartsWith('[') ? colon > rest.LastIndexOf(']') : rest.IndexOf(':') == colon);
        if (hasPort && int.TryParse(rest.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var given))
            (rest, port) = (rest[..colon], given);
        return new LdapTarget(rest.Trim('[', ']'), port, null, secure);
    }

    public override string ToString() => Path ?? string.Create(CultureInfo.InvariantCulture, $"{Host}:{Port}");
}
