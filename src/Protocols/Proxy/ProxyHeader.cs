using System.Buffers;
using System.Buffers.Binary;
using System.Globalization;
using System.Net;
using System.Text;

namespace Amavis.Protocols.Proxy;

public enum ProxyHeaderStatus
{
    Incomplete,
    Complete,
    /// <summary>What begins the connection is no header of the PROXY protocol.</summary>
    Malformed,
}

/// <summary>
/// The header a load balancer puts before a connection: a line in version 1, a signature and binary addresses in version 2 of the PROXY
/// protocol.
/// </summary>
/// <param name="Peer">The balancer's client; null: the connection is the balancer's own (a health check), or of a kind without addresses.</param>
/// <param name="Local">The address the client connected to; null as <paramref name="Peer"/>.</param>
public readonly record struct ProxyHeader(IPEndPoint? Peer, IPEndPoint? Local)
{
    /// <summary>Octets of a line in version 1 with its CRLF.</summary>
    public const int MaxLineOctets = 107;

    /// <summary>Octets of addresses and extensions in version 2; those in use take a few hundred.</summary>
    public const int MaxPayloadOctets = 4096;

    private const int BinaryHeadOctets = 16;

    private static ReadOnlySpan<byte> Signature => "\r\n\r\n\0\r\nQUIT\n"u8;

    /// <summary>Takes the header off the front of the buffer.</summary>
    /// <param name="buffer">Moved past the header when it is complete.</param>
    public static ProxyHeaderStatus Read(ref ReadOnlySequence<byte> buffer, out ProxyHeader header)
    {
        header = default;
        if (buffer.IsEmpty)
            return ProxyHeaderStatus.Incomplete;
        Span<byte> start = stackalloc byte[(int)Math.Min(buffer.Length, BinaryHeadOctets)];
        buffer.Slice(0, start.Length).CopyTo(start);
        if (start[0] == 'P')
            return ReadLine(ref buffer, out header);
        if (!Signature.StartsWith(start[..Math.Min(start.Length, Signature.Length)]))
            return ProxyHeaderStatus.Malformed;
        return start.Length < BinaryHeadOctets ? ProxyHeaderStatus.Incomplete : ReadBinary(ref buffer, start, out header);
    }

    private static ProxyHeaderStatus ReadLine(ref ReadOnlySequence<byte> buffer, out ProxyHeader header)
    {
        header = default;
        switch (Smtp.SmtpLine.TryRead(ref buffer, MaxLineOctets, out var line))
        {
            case Smtp.LineStatus.Incomplete:
                return ProxyHeaderStatus.Incomplete;
            case Smtp.LineStatus.TooLong:
                return ProxyHeaderStatus.Malformed;
        }
        var words = Encoding.ASCII.GetString(line).Split(' ');
        if (words[0] != "PROXY" || words.Length < 2)
            return ProxyHeaderStatus.Malformed;
        if (words[1] == "UNKNOWN")
            return ProxyHeaderStatus.Complete;
        if (words is not [_, "TCP4" or "TCP6", var source, var destination, var sourcePort, var destinationPort]
            || EndPoint(source, sourcePort, words[1]) is not { } peer || EndPoint(destination, destinationPort, words[1]) is not { } local)
            return ProxyHeaderStatus.Malformed;
        header = new ProxyHeader(peer, local);
        return ProxyHeaderStatus.Complete;
    }

    private static IPEndPoint? EndPoint(string address, string port, string family)
    {
        if (!IPAddress.TryParse(address, out var ip) || !int.TryParse(port, NumberStyles.None, CultureInfo.InvariantCulture, out var number) || number > 65535)
            return null;
        var isV6 = ip.AddressFamily == System.Net.Sockets.AddressFamily.InterNetworkV6;
        return isV6 == (family == "TCP6") ? new IPEndPoint(Plain(ip), number) : null;
    }

    private static ProxyHeaderStatus ReadBinary(ref ReadOnlySequence<byte> buffer, ReadOnlySpan<byte> head, out ProxyHeader header)
    {
        header = default;
        var (version, command) = (head[12] >> 4, head[12] & 15);
        var length = BinaryPrimitives.ReadUInt16BigEndian(head[14..]);
        if (version != 2 || command > 1 || length > MaxPayloadOctets)
            return ProxyHeaderStatus.Malformed;
        if (buffer.Length < BinaryHeadOctets + length)
            return ProxyHeaderStatus.Incomplete;
        ReadOnlySpan<byte> payload = buffer.Slice(BinaryHeadOctets, length).ToArray();
        var octets = (head[13] >> 4) switch { 1 => 4, 2 => 16, _ => 0 };
        // LOCAL (0) is the balancer itself; families without addresses tell as little.
        if (command == 1 && octets > 0)
        {
            if (payload.Length < octets * 2 + 4)
                return ProxyHeaderStatus.Malformed;
            header = new ProxyHeader(
                new IPEndPoint(Plain(new IPAddress(payload[..octets])), BinaryPrimitives.ReadUInt16BigEndian(payload[(octets * 2)..])),
                new IPEndPoint(Plain(new IPAddress(payload.Slice(octets, octets))), BinaryPrimitives.ReadUInt16BigEndian(payload[(octets * 2 + 2)..])));
        }
        buffer = buffer.Slice(BinaryHeadOctets + length);
        return ProxyHeaderStatus.Complete;
    }

    private static IPAddress Plain(IPAddress address) => address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;
}
