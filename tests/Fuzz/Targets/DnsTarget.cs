using Amavis.Dns.Messages;
using Amavis.Dns.Resolving;

namespace Amavis.Fuzz.Targets;

/// <summary>Answers of name servers, and the resolver's own configuration.</summary>
internal sealed class DnsTarget : FuzzTarget
{
    public override string Name => "dns";

    public override int MaxOctets => 2048;

    public override IReadOnlyList<string> Words { get; } = ["\xc0\x0c", "\x03www\x07example\x03com\0", "\0\x10\0\x01", "\0\x01\0\x01", "\xc0\xff", "\0\x05\0\x01", "nameserver 127.0.0.1\n"];

    public override IEnumerable<byte[]> Seeds() =>
    [
        Inputs.Octets("\x12\x34\x81\x80\0\x01\0\x02\0\0\0\0\x03www\x07example\x03com\0\0\x01\0\x01\xc0\x0c\0\x05\0\x01\0\0\x0e\x10\0\x04\x01a\xc0\x10\xc0\x2d\0\x01\0\x01\0\0\x0e\x10\0\x04\xc0\0\x02\x01"),
        Inputs.Octets("\x12\x34\x81\x80\0\x01\0\x01\0\0\0\x01\x01s\x0a_domainkey\x01x\0\0\x10\0\x01\xc0\x0c\0\x10\0\x01\0\0\0\x3c\0\x06\x05v=abc\0\0\x29\x04\xc4\0\0\0\0\0\0"),
        Inputs.Octets("nameserver 192.0.2.1\nnameserver ::1\noptions timeout:1\n"),
    ];

    public override void Check(byte[] input, Random random)
    {
        DnsMessageReader.TryRead(input, out _);
        ResolverConfiguration.ReadServers(Inputs.Text(input));
    }
}
