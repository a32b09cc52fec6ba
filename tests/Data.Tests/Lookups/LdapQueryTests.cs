using System.Formats.Asn1;
using Amavis.Core.Lookups.Databases;
using Amavis.Core.Policy;
using Amavis.Data.Lookups.Ldap;
using FsCheck;
using FsCheck.Fluent;

namespace Amavis.Data.Tests.Lookups;

public sealed class LdapQueryTests
{
    private static LdapEntry Entry(string name, params (string Attribute, string[] Values)[] values) =>
        new(name, values.ToDictionary(v => v.Attribute, v => v.Values, StringComparer.OrdinalIgnoreCase));

    private static LdapQuery Query(string filter = "(mail=%m)", string baseName = "", string[]? keys = null, string domain = "x.test") =>
        LdapFilter.TryParse(filter, out var read, out var fault) ? new LdapQuery(new LdapSettings { Base = baseName }, read!, keys ?? ["u@x.test", "@x.test", "@."], domain) : throw new FormatException(fault);

    [Fact]
    public void All_attributes_of_policies_and_of_the_filter_are_asked_for()
    {
        var query = Query("(&(objectClass=amavisAccount)(|(mail=%m)(mailAlternateAddress=%m)))", "ou=mail,dc=%d");
        query.Base.ShouldBe("ou=mail,dc=x.test");
        query.Attributes.ShouldContain("mailAlternateAddress");
        query.Attributes.ShouldContain("amavisSpamTag3Level");
        query.Attributes.ShouldContain("amavisSpamSubjectTag3");
        query.Attributes.ShouldContain("amavisWhitelistSender");
    }

    [Fact]
    public void A_domain_can_not_reach_out_of_its_place_in_the_base() =>
        Query("(mail=%m)", "o=%d,c=test", domain: "a,o=b+c#d e").Base.ShouldBe(@"o=a\2co\3db\2bc\23d\20e,c=test");

    [Fact]
    public void Entries_stand_in_the_order_of_the_keys_and_values_are_the_first_ones()
    {
        var records = Query().Records(
        [
            Entry("cn=all", ("mail", ["@."]), ("amavisLocal", ["TRUE"])),
            Entry("cn=other", ("mail", ["nobody", "u@x.test"])),
            Entry("cn=u", ("MAIL", ["U@X.test"]), ("amavisSpamKillLevel", ["5", "6"]), ("amavisBlacklistSender", ["@Far.Test", " a@b "])),
        ]);
        records.Select(r => r.Source).ShouldBe(["LDAP cn=u", "LDAP cn=all", "LDAP cn=other"]);
        records.Select(r => r.IsCatchAll).ShouldBe([false, true, false]);
        records[0]["amavisspamkilllevel"].ShouldBe("5");
        records[0].Blacklist.ShouldBe(["@far.test", "a@b"], ignoreOrder: true);
        records[0].Database.ShouldBe(AddressDatabase.Ldap);
    }

    [Theory]
    [InlineData("ldap.example.com", "ldap.example.com", 389, false)]
    [InlineData("ldap.example.com:1389", "ldap.example.com", 1389, false)]
    [InlineData("ldap://ldap.example.com:1389/", "ldap.example.com", 1389, false)]
    [InlineData("ldaps://ldap.example.com", "ldap.example.com", 636, true)]
    [InlineData("ldaps://[2001:db8::1]:7636", "2001:db8::1", 7636, true)]
    [InlineData("[2001:db8::1]", "2001:db8::1", 389, false)]
    [InlineData("2001:db8::1", "2001:db8::1", 389, false)]
    public void Hosts_are_names_with_ports_or_addresses(string text, string host, int port, bool secure) =>
        LdapTarget.Parse(text, new LdapSettings()).ShouldBe(new LdapTarget(host, port, null, secure));

    [Theory]
    [InlineData("ldapi:///", "/var/run/slapd/ldapi")]
    [InlineData("ldapi://%2frun%2fldap.sock", "/run/ldap.sock")]
    public void Sockets_are_paths(string text, string path) => LdapTarget.Parse(text, new LdapSettings()).Path.ShouldBe(path);

    /// <summary>RFC 4511 §4.5.1.</summary>
    [Fact]
    public void A_search_names_every_key_as_it_is()
    {
        var query = Query("(&(mail=%m)(!(cn>=a\\2a))(o=x*y**z)(uid=*)(sn=*b))", "o=b", ["\u00fc*(", "@."]);
        var message = new AsnReader(LdapEncoder.Search(7, query), AsnEncodingRules.BER).ReadSequence();
        message.ReadInteger().ShouldBe(7);
        var search = message.ReadSequence(new Asn1Tag(TagClass.Application, 3, true));
        Text(search).ShouldBe("o=b");
        search.ReadEnumeratedBytes().Span[0].ShouldBe((byte)2);
        search.ReadEnumeratedBytes().Span[0].ShouldBe((byte)2);
        search.ReadInteger().ShouldBe(0);
        search.ReadInteger().ShouldBe(120);
        search.ReadBoolean().ShouldBeFalse();
        Describe(search).ShouldBe("[0 [1 [3 mail \u00fc*(] [3 mail @.]] [2 [5 cn a*]] [4 o [ 0:x 1:y 2:z]] 7:uid [4 sn [ 2:b]]]");
        var attributes = search.ReadSequence();
        Text(attributes).ShouldBe("amavisLocal");
        search.HasData.ShouldBeFalse();
    }

    private static string Text(AsnReader reader) => System.Text.Encoding.UTF8.GetString(reader.ReadOctetString());

    /// <summary>Constructed elements in brackets with their tag, texts as they are, tagged texts behind their tag.</summary>
    private static string Describe(AsnReader reader)
    {
        var tag = reader.PeekTag();
        if (tag.TagClass == TagClass.Universal && !tag.IsConstructed)
            return Text(reader);
        if (!tag.IsConstructed)
            return $"{tag.TagValue}:{System.Text.Encoding.UTF8.GetString(reader.ReadOctetString(tag))}";
        var inner = reader.ReadSequence(tag);
        var parts = new List<string> { tag.TagClass == TagClass.Universal ? "" : tag.TagValue.ToString(System.Globalization.CultureInfo.InvariantCulture) };
        while (inner.HasData)
            parts.Add(Describe(inner));
        return $"[{string.Join(' ', parts)}]";
    }

    [Fact]
    public void Any_octets_are_a_message_or_none_and_never_a_fault_of_ours() => Prop.ForAll(ArbMap.Default.ArbFor<byte[]>(), octets =>
    {
        byte[] framed = [0x30, (byte)Math.Min(127, octets.Length), .. octets.Take(127)];
        foreach (var input in new[] { octets, framed })
        {
            try
            {
                var length = LdapDecoder.Length(input);
                if (length > 0 && length <= input.Length)
                    LdapDecoder.Read(input.AsMemory(0, length)).ShouldNotBeNull();
            }
            catch (InvalidDataException)
            {
                // Said so.
            }
        }
    }).QuickCheckThrowOnFailure();
}
