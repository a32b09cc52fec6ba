using System.Globalization;
using System.Net;
using Amavis.Configuration.Yaml;
using Amavis.Core.Policy;

namespace Amavis.Configuration.Reading;

/// <summary>Reads addresses of sockets: those we listen on and those we connect to.</summary>
internal static class Sockets
{
    /// <summary>Sockets to listen on, see <see cref="ListenSocket"/>.</summary>
    public static bool Listen(Node node, BindContext context, out IReadOnlyList<string> value)
    {
        var good = Scalars.Lines(node, context, out value);
        if (!good)
            return false;
        foreach (var item in node is ListNode list ? list.Items : [node])
            if (item is ScalarNode { IsNull: false } scalar && !ListenSocket.TryParse(scalar.Text, [], out _, out var fault))
                good = context.Fault(item, fault);
        return good;
    }

    /// <summary>Addresses to listen on; null and the empty text: every one.</summary>
    public static bool BindAddresses(Node node, BindContext context, out IReadOnlyList<string> value)
    {
        var addresses = new List<string>();
        value = addresses;
        var good = true;
        foreach (var item in node is ListNode list ? list.Items : [node])
        {
            good &= Scalars.LineOrEmpty(item, context, out var text);
            if (text is "" or "*")
                addresses.Add("*");
            else if (text == "localhost" || IPAddress.TryParse(text.Trim('[', ']'), out _))
                addresses.Add(text);
            else
                good = context.Expects(item, "an IP address");
        }
        return good;
    }

    /// <summary><c>host:port</c>, <c>[ip]:port</c>, <c>*:port</c>; null stays null.</summary>
    public static bool HostAndPort(Node node, BindContext context, out string? value)
    {
        if (!Scalars.Line(node, context, out value) || value is null)
            return value is null && node is ScalarNode { IsNull: true };
        return value.Contains(':') && ListenSocket.TryParse(value, [], out var sockets, out _) && sockets[0].Path is null
            || context.Expects(node, "address:port");
    }

    /// <summary>The AgentX master; null stays null.</summary>
    public static bool AgentX(Node node, BindContext context, out AgentXAddress? value)
    {
        value = null;
        if (!Scalars.Line(node, context, out var text) || text is null)
            return text is null && node is ScalarNode { IsNull: true };
        if (!AgentXAddress.TryParse(text, out var address))
            return context.Expects(node, "a path such as /var/agentx/master, or tcp:host:port");
        value = address;
        return true;
    }

    /// <summary>Where programs listen that we ask: <c>unix:/path</c>, <c>/path</c>, <c>host:port</c>, <c>http://host:port</c>; one or a list.</summary>
    public static bool Addresses(Node node, BindContext context, out IReadOnlyList<string> value)
    {
        var good = Scalars.Lines(node, context, out value);
        if (good && value.Count == 0)
            return context.Fault(node, "must not be empty");
        foreach (var item in node is ListNode list ? list.Items : [node])
            if (item is ScalarNode { IsNull: false } scalar && !IsAddress(scalar.Text))
                good = context.Expects(item, "an address such as unix:/run/clamav/clamd.ctl or 127.0.0.1:3310");
        return good;
    }

    /// <summary>Where one program listens that we ask: <c>host:port</c>, <c>/path</c>, <c>unix:/path</c>; null stays null.</summary>
    public static bool Service(Node node, BindContext context, out string? value)
    {
        if (!Scalars.Line(node, context, out value) || value is null)
            return value is null && node is ScalarNode { IsNull: true };
        return (IsAddress(value) && !value.Contains("://", StringComparison.Ordinal)) || context.Expects(node, "host:port or the path of a socket");
    }

    /// <summary>Addresses of DNS servers, with or without a port.</summary>
    public static bool DnsServers(Node node, BindContext context, out IReadOnlyList<IPEndPoint> value)
    {
        var servers = new List<IPEndPoint>();
        value = servers;
        var good = Scalars.Lines(node, context, out _);
        if (!good)
            return false;
        foreach (var item in node is ListNode list ? list.Items : [node])
        {
            if (item is not ScalarNode { IsNull: false } scalar)
                continue;
            if (IPEndPoint.TryParse(scalar.Text, out var server) && (scalar.Text.Contains(':') || scalar.Text.Count(c => c == '.') == 3))
                servers.Add(server.Port == 0 ? new IPEndPoint(server.Address, DnsPort) : server);
            else
                good = context.Expects(item, "an IP address, with a port or without");
        }
        return good;
    }

    private const int DnsPort = 53;

    public static bool IsHttpAddress(string text) =>
        Uri.TryCreate(text, UriKind.Absolute, out var uri) && uri.Scheme is "http" or "https" && uri.Host.Length > 0;

    private static bool IsAddress(string text)
    {
        if (text.StartsWith('/') || text.StartsWith("unix:/", StringComparison.Ordinal))
            return true;
        if (text.Contains("://", StringComparison.Ordinal))
            return IsHttpAddress(text);
        var plain = text.StartsWith("tcp:", StringComparison.Ordinal) ? text[4..] : text;
        var colon = plain.LastIndexOf(':');
        return colon > 0 && IsPort(plain.AsSpan(colon + 1)) && (!plain[..colon].Contains(':') || (plain[0] == '[' && plain[colon - 1] == ']'));
    }

    public static bool IsPort(ReadOnlySpan<char> text) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var port) && port is > 0 and <= 65535;
}
