using Amavis.Protocols.Proxy;

namespace Amavis.Fuzz.Targets;

/// <summary>The header that balancers put before a connection.</summary>
internal sealed class ProxyTarget : FuzzTarget
{
    public override string Name => "proxy";

    public override int MaxOctets => 4096;

    public override IReadOnlyList<string> Words { get; } = ["PROXY TCP4 ", "PROXY TCP6 ", "PROXY UNKNOWN", "\r\n", "192.0.2.1 ", "::1 ", " 65535", "\r\n\r\n\0\r\nQUIT\n", "\x21\x11\0\x0c"];

    public override IEnumerable<byte[]> Seeds() =>
    [
        Inputs.Octets("PROXY TCP4 192.0.2.1 192.0.2.2 1000 25\r\nEHLO x\r\n"), Inputs.Octets("PROXY TCP6 2001:db8::1 2001:db8::2 1000 25\r\n"),
        Inputs.Octets("\r\n\r\n\0\r\nQUIT\n\x21\x11\0\x0c\xc0\0\x02\x01\xc0\0\x02\x02\x03\xe8\0\x19"),
    ];

    public override void Check(byte[] input, Random random)
    {
        var whole = Inputs.Sequence([input]);
        var pieces = Inputs.Sequence(Inputs.Pieces(input, random));
        var status = ProxyHeader.Read(ref whole, out var header);
        FindingException.Unless(ProxyHeader.Read(ref pieces, out var again) == status && again == header && whole.Length == pieces.Length, "another header when it comes in pieces");
    }
}
