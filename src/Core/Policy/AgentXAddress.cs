using System.Globalization;

namespace Amavis.Core.Policy;

/// <summary>Where the AgentX master listens: the path of a Unix socket, or a host and port.</summary>
/// <param name="Path">Null for TCP.</param>
/// <param name="Host">A name or an address; null for a Unix socket.</param>
public sealed record AgentXAddress(string? Path, string? Host, int Port)
{
    /// <summary>Port of masters that listen on TCP (RFC 2741 §8.1.1).</summary>
    public const int DefaultPort = 705;

    public override string ToString() =>
        Path ?? (Host!.Contains(':', StringComparison.Ordinal) ? $"tcp6:[{Host}]:{Port}" : $"tcp:{Host}:{Port}");

    /// <summary>
    /// Reads an address as snmpd writes it: <c>/var/agentx/master</c>, <c>unix:/path</c>, <c>tcp:host:port</c>, <c>tcp6:[::1]:port</c>,
    /// <c>host:port</c>; a host without a port has <see cref="DefaultPort"/>.
    /// </summary>
    public static bool TryParse(string text, out AgentXAddress address)
    {
        ArgumentNullException.ThrowIfNull(text);
        address = new AgentXAddress(null, null, 0);
        if (After(text, "unix:") is { } unix)
            text = unix;
        if (text.StartsWith('/'))
        {
            address = address with { Path = text };
            return true;
        }
        var isTcp = (After(text, "tcp6:") ?? After(text, "tcp:")) is not null;
        return TrySplit(After(text, "tcp6:") ?? After(text, "tcp:") ?? text, portIsNeeded: !isTcp, out address);
    }

    private static bool TrySplit(string text, bool portIsNeeded, out AgentXAddress address)
    {
        address = new AgentXAddress(null, null, 0);
        var bracket = text.StartsWith('[') ? text.IndexOf(']', StringComparison.Ordinal) : -1;
        var colon = text.IndexOf(':', Math.Max(bracket, 0));
        var host = bracket > 0 ? text[1..bracket] : colon < 0 ? text : text[..colon];
        var isClean = bracket < 0 || bracket + 1 == (colon < 0 ? text.Length : colon);
        var port = DefaultPort;
        if (colon < 0 ? portIsNeeded : !int.TryParse(text.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out port))
            return false;
        address = address with { Host = host, Port = port };
        return isClean && port is > 0 and <= 65535 && host.Length > 0 && !host.Any(c => char.IsWhiteSpace(c) || c is '/' or '[' or ']');
    }

    private static string? After(string text, string prefix) =>
        text.StartsWith(prefix, StringComparison.OrdinalIgnoreCase) ? text[prefix.Length..] : null;
}
