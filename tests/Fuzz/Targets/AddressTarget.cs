using Amavis.Core.Addresses;
using Amavis.Mime.Headers;
using Amavis.Protocols.Smtp;

namespace Amavis.Fuzz.Targets;

/// <summary>Addresses: what is read can be written and read again as the same; nothing of them breaks a protocol line.</summary>
internal sealed class AddressTarget : FuzzTarget
{
    public override string Name => "address";

    public override int MaxOctets => 2048;

    public override IReadOnlyList<string> Words { get; } =
        ["<", ">", "@", "\"", "\\", "(", ")", ",", ":", ";", "@a,@b:", "[192.0.2.1]", "[IPv6:::1]", "=?utf-8?q?a?=", " ", "..", "+tag", "\u00e4"];

    public override IEnumerable<byte[]> Seeds() =>
    [
        Inputs.Octets("<a@example.org>"), Inputs.Octets("\"a b\"@example.org"), Inputs.Octets("A (c) <a@b.example>, Group: d@e, \"f, g\" <h@[192.0.2.1]>;"),
        Inputs.Octets("<@x,@y:a@b>"), Inputs.Octets("<\"\\\"\"@x>"), Inputs.Octets("<>"), Inputs.Octets("<user+ext@example.com> SIZE=100 BODY=8BITMIME"),
    ];

    public override void Check(byte[] input, Random random)
    {
        var text = Inputs.Text(input);
        if (MailAddress.TryParse(text, out var address))
        {
            Plain(address.Smtp);
            FindingException.Unless(MailAddress.TryParse(address.Smtp, out var again) && again == address, $"{address.Bracketed} is read as another address");
        }
        if (SmtpAddressPath.TryParse("FROM:" + text, "FROM", out var path))
        {
            Plain(path.Address.Smtp);
            _ = EsmtpParameters.TryParse(path.Parameters, out _);
        }
        foreach (var found in AddressList.Parse(input))
            Plain(found.Address.Smtp);
        var decoded = Xtext.Decode(text);
        FindingException.Unless(Xtext.Decode(Xtext.Encode(decoded)) == decoded, "xtext of it is read as another text");
    }

    private static void Plain(string smtp) => FindingException.Unless(!smtp.Any(c => c is '\r' or '\n' or '\0'), "a line end in an address");
}
