using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace Amavis.Core.Lookups;

/// <summary>One element of an IP list: a network, perhaps negated.</summary>
public sealed record IpNetworkElement(byte[] Prefix, int Length, bool Negated, string Text);

/// <summary>
/// An IP access list (<c>inet_acl</c>, <c>mynetworks</c>). IPv4 is compared as <c>::ffff:a.b.c.d</c>; the first element that matches
/// decides.
/// </summary>
public sealed class IpNetworks
{
    public static readonly IpNetworks Empty = new([]);

    private readonly IReadOnlyList<IpNetworkElement> _elements;

    public IpNetworks(IReadOnlyList<IpNetworkElement> elements) => _elements = elements;

    public IReadOnlyList<IpNetworkElement> Elements => _elements;

    /// <summary>For lists in code and tests; throws on the first faulty element.</summary>
    public static IpNetworks Parse(params string[] elements) =>
        new([.. elements.Select(e => TryParseElement(e, out var parsed, out var fault) ? parsed! : throw new FormatException(fault))]);

    /// <summary>True: listed. False: denied by a negated element. Null: no element matches.</summary>
    /// <param name="address">Null: not an address that can be understood; only <c>::/0</c> matches it.</param>
    public bool? Match(IPAddress? address)
    {
        var octets = address is null ? null : Octets(address);
        foreach (var element in _elements)
        {
            if (element.Length == 0 || (octets is not null && SamePrefix(octets, element.Prefix, element.Length)))
                return !element.Negated;
        }
        return null;
    }

    /// <summary><c>a.b.c.d[/bits|/mask]</c>, fewer octets with a mask (<c>10/8</c>), IPv6 with optional brackets, <c>IPv6:</c>, <c>%zone</c>, each with leading <c>!</c>.</summary>
    public static bool TryParseElement(string text, out IpNetworkElement? element, out string fault)
    {
        ArgumentNullException.ThrowIfNull(text);
        element = null;
        fault = $"\"{text}\" is not an IP address or network";
        var marks = text.Length - text.TrimStart('!').Length;
        var rest = text[marks..];
        var slash = rest.IndexOf('/');
        var mask = slash < 0 ? null : rest[(slash + 1)..];
        var host = slash < 0 ? rest : rest[..slash];
        var closing = host.IndexOf(']');
        if (host.StartsWith('[') && closing > 0)
        {
            // Both [fc00::]/7 and [fc00::/7] are in use.
            if (mask is not null && mask.EndsWith(']'))
                mask = mask[..^1];
            host = host[1..closing];
        }
        else if (host.StartsWith('[') && mask is not null && mask.EndsWith(']'))
        {
            host = host[1..];
            mask = mask[..^1];
        }

        var v4 = !host.Contains(':');
        if (v4 && mask is not null)
            host = CompleteDottedQuad(host);
        if (TryParseAddress(host) is not { } address || (v4 && host.Split('.').Length != 4))
            return false;
        if (!TryMaskLength(mask, v4, out var length))
        {
            fault = $"\"{text}\": not a network mask";
            return false;
        }
        element = new IpNetworkElement(Octets(address), length + (v4 && !IsEverything(mask, host, v4) ? 96 : 0), marks % 2 == 1, text);
        return true;
    }

    /// <summary>Reads a client address in the forms SMTP uses: brackets, <c>IPv6:</c>, zone. Mapped IPv4 becomes IPv4.</summary>
    public static IPAddress? TryParseAddress(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        var plain = text.Trim('[', ']');
        if (plain.StartsWith("IPv6:", StringComparison.OrdinalIgnoreCase))
            plain = plain[5..];
        var zone = plain.IndexOf('%');
        if (zone >= 0)
            plain = plain[..zone];
        if (!plain.Contains(':') && plain.Count(c => c == '.') != 3)
            return null;
        if (!IPAddress.TryParse(plain, out var address))
            return null;
        return address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;
    }

    private static bool IsEverything(string? mask, string host, bool v4) => !v4 && mask == "0" && host == "::";

    private static string CompleteDottedQuad(string host)
    {
        var parts = host.Split('.').Length;
        return parts < 4 ? host + string.Concat(Enumerable.Repeat(".0", 4 - parts)) : host;
    }

    private static bool TryMaskLength(string? mask, bool v4, out int length)
    {
        length = v4 ? 32 : 128;
        if (mask is null)
            return true;
        if (int.TryParse(mask, NumberStyles.None, CultureInfo.InvariantCulture, out var bits))
        {
            if (bits > length)
                return false;
            length = bits;
            return true;
        }
        if (!v4 || !IPAddress.TryParse(mask, out var dotted) || dotted.AddressFamily != AddressFamily.InterNetwork)
            return false;
        var value = BitConverter.ToUInt32([.. dotted.GetAddressBytes().Reverse()]);
        length = int.LeadingZeroCount((int)~value);
        return length == 32 || value << length == 0;
    }

    private static byte[] Octets(IPAddress address) =>
        address.AddressFamily == AddressFamily.InterNetwork ? address.MapToIPv6().GetAddressBytes() : address.GetAddressBytes();

    private static bool SamePrefix(byte[] address, byte[] prefix, int bits)
    {
        var whole = bits / 8;
        if (!address.AsSpan(0, whole).SequenceEqual(prefix.AsSpan(0, whole)))
            return false;
        var rest = bits % 8;
        return rest == 0 || (address[whole] ^ prefix[whole]) >> (8 - rest) == 0;
    }
}
