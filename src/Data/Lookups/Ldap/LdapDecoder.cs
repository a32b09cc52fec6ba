using System.Formats.Asn1;
using System.Text;

namespace Amavis.Data.Lookups.Ldap;

/// <summary>Reads messages of a server.</summary>
internal static class LdapDecoder
{
    /// <summary>Octets of a message; an entry with very long lists of senders has some hundred thousand.</summary>
    public const int MaxOctets = 8 << 20;

    private static readonly Asn1Tag Octets = Asn1Tag.PrimitiveOctetString;

    /// <summary>How many octets a message has, from its first ones; 0: more of them are needed.</summary>
    /// <exception cref="InvalidDataException">It is none, or too long.</exception>
    public static int Length(ReadOnlySpan<byte> start)
    {
        if (start.Length < 2)
            return 0;
        if (start[0] != 0x30)
            throw new InvalidDataException("the answer is no LDAP message");
        if (start[1] < 0x80)
            return 2 + start[1];
        var digits = start[1] & 0x7f;
        if (digits is 0 or > 4)
            throw new InvalidDataException("the length of an LDAP message can't be read");
        if (start.Length < 2 + digits)
            return 0;
        long length = 0;
        foreach (var octet in start.Slice(2, digits))
            length = (length << 8) | octet;
        return length + 2 + digits <= MaxOctets ? (int)length + 2 + digits : throw new InvalidDataException($"an LDAP message of {length} octets is too long");
    }

    /// <exception cref="InvalidDataException">The octets are no message.</exception>
    public static LdapMessage Read(ReadOnlyMemory<byte> octets)
    {
        try
        {
            var message = new AsnReader(octets, AsnEncodingRules.BER).ReadSequence();
            if (!message.TryReadInt32(out var id))
                throw new InvalidDataException("the number of an LDAP message is too large");
            var tag = message.PeekTag();
            if (tag.TagClass != TagClass.Application || !tag.IsConstructed)
                return new LdapMessage(id, -1, null, "", null);
            var body = message.ReadSequence(tag);
            return tag.TagValue switch
            {
                LdapMessage.SearchEntry => new LdapMessage(id, tag.TagValue, null, "", Entry(body)),
                LdapMessage.BindResponse or LdapMessage.SearchDone or LdapMessage.ExtendedResponse => Result(id, tag.TagValue, body),
                _ => new LdapMessage(id, tag.TagValue, null, "", null),
            };
        }
        catch (AsnContentException broken)
        {
            throw new InvalidDataException("an LDAP message can't be read: " + broken.Message, broken);
        }
    }

    private static LdapMessage Result(int id, int operation, AsnReader body)
    {
        var code = body.ReadEnumeratedBytes().Span;
        var value = 0;
        foreach (var octet in code.Length > 4 ? code[..4] : code)
            value = (value << 8) | octet;
        _ = body.ReadOctetString();
        return new LdapMessage(id, operation, value, Text(body), null);
    }

    private static LdapEntry Entry(AsnReader body)
    {
        var name = Text(body);
        var values = new Dictionary<string, string[]>(StringComparer.OrdinalIgnoreCase);
        var attributes = body.ReadSequence();
        while (attributes.HasData)
        {
            var attribute = attributes.ReadSequence();
            var type = Text(attribute);
            // Values are a SET OF, which servers do not sort.
            var set = attribute.ReadSetOf(skipSortOrderValidation: true);
            var all = new List<string>();
            while (set.HasData)
                all.Add(Text(set));
            values[type] = [.. all];
        }
        return new LdapEntry(name, values);
    }

    private static string Text(AsnReader reader) => Encoding.UTF8.GetString(reader.ReadOctetString(Octets));
}
