using System.Formats.Asn1;
using System.Text;
using Amavis.Core.Lookups.Databases;

namespace Amavis.Data.Lookups.Ldap;

/// <summary>Requests as octets (RFC 4511).</summary>
internal static class LdapEncoder
{
    private const string StartTlsName = "1.3.6.1.4.1.1466.20037";

    /// <summary>Simple bind (RFC 4511 §4.2, RFC 4513 §5.1).</summary>
    public static byte[] Bind(int id, int version, string name, string password) => Message(id, writer =>
    {
        using (writer.PushSequence(Application(0)))
        {
            writer.WriteInteger(version);
            Text(writer, name);
            writer.WriteOctetString(Encoding.UTF8.GetBytes(password), Context(0));
        }
    });

    public static byte[] SaslBind(int id, int version, string mechanism, byte[]? credentials) => Message(id, writer =>
    {
        using (writer.PushSequence(Application(0)))
        {
            writer.WriteInteger(version);
            Text(writer, "");
            using (writer.PushSequence(Context(3, constructed: true)))
            {
                Text(writer, mechanism);
                if (credentials is not null)
                    writer.WriteOctetString(credentials);
            }
        }
    });

    public static byte[] StartTls(int id) => Message(id, writer =>
    {
        using (writer.PushSequence(Application(23)))
            writer.WriteOctetString(Encoding.ASCII.GetBytes(StartTlsName), Context(0));
    });

    public static byte[] Unbind(int id) => Message(id, writer => writer.WriteNull(new Asn1Tag(TagClass.Application, 2)));

    public static byte[] Search(int id, LdapQuery query) => Message(id, writer =>
    {
        using (writer.PushSequence(Application(3)))
        {
            Text(writer, query.Base);
            writer.WriteEncodedValue([0x0a, 1, (byte)query.Scope]);
            writer.WriteEncodedValue([0x0a, 1, (byte)query.Deref]);
            writer.WriteInteger(0);
            writer.WriteInteger(query.TimeLimitSeconds);
            writer.WriteBoolean(false);
            Filter(writer, query.Filter, query.Keys);
            using (writer.PushSequence())
                foreach (var attribute in query.Attributes)
                    Text(writer, attribute);
        }
    });

    private static void Filter(AsnWriter writer, LdapFilter filter, IReadOnlyList<string> keys)
    {
        switch (filter)
        {
            case LdapFilter.And and:
                List(writer, 0, and.Parts, keys);
                break;
            case LdapFilter.Or or:
                List(writer, 1, or.Parts, keys);
                break;
            case LdapFilter.Not not:
                using (writer.PushSequence(Context(2, constructed: true)))
                    Filter(writer, not.Part, keys);
                break;
            case LdapFilter.Present present:
                writer.WriteOctetString(Encoding.UTF8.GetBytes(present.Attribute), Context(7));
                break;
            case LdapFilter.Compare compare:
                Compare(writer, compare.Relation, compare.Attribute, compare.Value);
                break;
            case LdapFilter.Substrings parts:
                Substrings(writer, parts);
                break;
            case LdapFilter.AnyKey any:
                // Not a SET of ASN.1's distinguished encoding: its members may stand in any order.
                using (writer.PushSequence(Context(1, constructed: true)))
                    foreach (var key in keys)
                        Compare(writer, 3, any.Attribute, Encoding.UTF8.GetBytes(key));
                break;
        }
    }

    private static void List(AsnWriter writer, int tag, IReadOnlyList<LdapFilter> parts, IReadOnlyList<string> keys)
    {
        using (writer.PushSequence(Context(tag, constructed: true)))
            foreach (var part in parts)
                Filter(writer, part, keys);
    }

    private static void Compare(AsnWriter writer, int relation, string attribute, byte[] value)
    {
        using (writer.PushSequence(Context(relation, constructed: true)))
        {
            Text(writer, attribute);
            writer.WriteOctetString(value);
        }
    }

    private static void Substrings(AsnWriter writer, LdapFilter.Substrings parts)
    {
        using (writer.PushSequence(Context(4, constructed: true)))
        {
            Text(writer, parts.Attribute);
            using (writer.PushSequence())
            {
                if (parts.Initial is not null)
                    writer.WriteOctetString(parts.Initial, Context(0));
                foreach (var any in parts.Any)
                    writer.WriteOctetString(any, Context(1));
                if (parts.Final is not null)
                    writer.WriteOctetString(parts.Final, Context(2));
            }
        }
    }

    private static byte[] Message(int id, Action<AsnWriter> operation)
    {
        var writer = new AsnWriter(AsnEncodingRules.BER);
        using (writer.PushSequence())
        {
            writer.WriteInteger(id);
            operation(writer);
        }
        return writer.Encode();
    }

    private static void Text(AsnWriter writer, string text) => writer.WriteOctetString(Encoding.UTF8.GetBytes(text));

    private static Asn1Tag Application(int number) => new(TagClass.Application, number, isConstructed: true);

    private static Asn1Tag Context(int number, bool constructed = false) => new(TagClass.ContextSpecific, number, constructed);
}
