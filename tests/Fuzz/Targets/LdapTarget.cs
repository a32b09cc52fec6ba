using Amavis.Core.Lookups.Databases;
using Amavis.Data.Lookups.Ldap;

namespace Amavis.Fuzz.Targets;

/// <summary>Answers of directories, and filters.</summary>
internal sealed class LdapTarget : FuzzTarget
{
    public override string Name => "ldap";

    public override int MaxOctets => 4096;

    public override IReadOnlyList<string> Words { get; } = ["(&(", "(|(", "(!(", "objectClass=amavisAccount", "mail=%m", "\\2a", "*", ")", "\x30\x84", "\x04\x02xx", "\x64", "\x65", "\x31"];

    public override IEnumerable<byte[]> Seeds() =>
    [
        Inputs.Octets("\x30\x0c\x02\x01\x01\x61\x07\x0a\x01\0\x04\0\x04\0"),
        Inputs.Octets("\x30\x20\x02\x01\x02\x64\x1b\x04\x04cn=a\x30\x13\x30\x11\x04\x04mail\x31\x09\x04\x07a@b.org"),
        Inputs.Octets("(&(objectClass=amavisAccount)(mail=%m))"), Inputs.Octets("(|(a=b*c)(!(d>=e))(f:=g)(h=\\28))"),
    ];

    public override void Check(byte[] input, Random random)
    {
        _ = LdapFilter.TryParse(Inputs.Text(input), out _, out _);
        try
        {
            if (LdapDecoder.Length(input) > 0)
                LdapDecoder.Read(input);
        }
        catch (InvalidDataException)
        {
            // What it says of octets that are no message.
        }
    }
}
