using System.Buffers;
using System.Net;
using System.Net.Sockets;

namespace Amavis.Mime.Headers;

/// <summary>Tells addresses anyone can reach from those of one network.</summary>
public static class IpFacts
{
    private static readonly SearchValues<char> AddressCharacters = SearchValues.Create("0123456789abcdefABCDEF:.");

    /// <summary>
    /// False for what RFC 6890 and its kin keep from the public network: private, loopback, link-local, shared (RFC 6598),
    /// unspecified, multicast, reserved; documentation networks count as public, since test mail uses them.
    /// </summary>
    public static bool IsPublic(IPAddress address)
    {
        ArgumentNullException.ThrowIfNull(address);
        if (address.IsIPv4MappedToIPv6)
            address = address.MapToIPv4();
        Span<byte> octets = stackalloc byte[16];
        address.TryWriteBytes(octets, out _);
        if (address.AddressFamily == AddressFamily.InterNetwork)
        {
            return octets[0] switch
            {
                0 or 10 or 127 => false,
                100 => (octets[1] & 0xc0) != 64,
                169 => octets[1] != 254,
                172 => (octets[1] & 0xf0) != 16,
                192 => octets[1] != 168,
                >= 224 => false,
                _ => true,
            };
        }
        return !(IPAddress.IsLoopback(address) || address.Equals(IPAddress.IPv6Any) || address.IsIPv6LinkLocal || address.IsIPv6SiteLocal
                 || address.IsIPv6Multicast || address.IsIPv6UniqueLocal);
    }

    /// <summary>Reads an address as trace fields have it: <c>192.0.2.1</c>, <c>IPv6:2001:db8::1</c>, with or without brackets. Mapped ones become IPv4.</summary>
    public static IPAddress? Parse(ReadOnlySpan<char> text)
    {
        text = text.Trim().TrimStart('[').TrimEnd(']');
        if (text.StartsWith("IPv6:", StringComparison.OrdinalIgnoreCase))
            text = text[5..];
        if (text.Length is < 2 or > 45 || text.ContainsAnyExcept(AddressCharacters))
            return null;
        if (!text.Contains(':') && text.Count('.') != 3)
            return null;
        if (!IPAddress.TryParse(text, out var address))
            return null;
        return address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;
    }
}
