using System.Net;
using Amavis.Core.Addresses;
using Amavis.Core.Lookups;

namespace Amavis.Core.Tests;

public sealed class LookupTests
{
    private static AddressKeys Keys(string address, string delimiter = "+") =>
        AddressKeys.For(MailAddress.FromUnquoted(address), new AddressRules(delimiter));

    [Fact]
    public void Hash_keys_go_from_the_address_as_received_to_the_catch_all() =>
        Keys("Eva+Shop@News.Firm.Example").HashKeys.ShouldBe(
        [
            "Eva+Shop@News.Firm.Example", "eva+shop@news.firm.example", "eva@news.firm.example", "eva+shop@", "eva@",
            "news.firm.example", ".news.firm.example", ".firm.example", ".example", ".",
        ]);

    [Fact]
    public void Sql_keys_of_a_foreign_address_have_no_bare_local_part() =>
        Keys("Eva+Shop@News.Firm.Example").SqlKeys(includeBare: false).ShouldBe(
        [
            "Eva+Shop@News.Firm.Example", "eva+shop@news.firm.example", "eva@news.firm.example",
            "@news.firm.example", "@.news.firm.example", "@.firm.example", "@.example", "@.",
        ]);

    [Theory]
    [InlineData("+foo@a.b", "+foo@a.b,+foo,@a.b,@.a.b,@.b,@.")]
    [InlineData("nodomain", "nodomain,nodomain@,@,@.")]
    [InlineData("", ",@,@.")]
    [InlineData("user@[192.0.2.1]", "user@[192.0.2.1],user,@[192.0.2.1],@.")]
    public void Sql_keys_of_a_local_address(string address, string expected) =>
        Keys(address).SqlKeys(includeBare: true).ShouldBe(expected.Split(','));

    [Theory]
    [InlineData("u@lab.univ.test", true)]
    [InlineData("u@a.univ.test", false)]
    [InlineData("u@shop.test", true)]
    [InlineData("u@test", true)]
    [InlineData("u@other.example", null)]
    public void The_first_element_of_an_acl_that_matches_decides(string address, bool? expected) =>
        new AclTable(["lab.univ.test", "!.univ.test", ".test"]).Find(Keys(address))?.Value.IsTrue.ShouldBe(expected!.Value);

    [Fact]
    public void An_undefined_hash_value_passes_on_to_the_next_table()
    {
        var maps = new LookupMaps(
        [
            new HashTable([new("u@x.com", null), new(".", new LookupValue(7))]),
            new ConstantTable(new LookupValue("dflt")),
        ]);
        maps.Find(Keys("u@x.com"))!.Text.ShouldBe("dflt");
        maps.Find(Keys("v@x.com"))!.Number.ShouldBe(7);
    }

    [Fact]
    public void All_values_go_from_the_most_specific_key_to_the_last_table()
    {
        var maps = new LookupMaps(
        [
            new HashTable([new("u@x.com", new LookupValue(3)), new("x.com", new LookupValue(5)), new(".", new LookupValue(7))]),
            new ConstantTable(new LookupValue("dflt")),
        ]);
        maps.FindAll(Keys("u@x.com")).Select(v => v.Value.Text).ShouldBe(["3", "5", "7", "dflt"]);
    }

    [Fact]
    public void Placeholders_of_a_hash_value_are_filled_in()
    {
        var table = new HashTable([new(".example.com", new LookupValue("q-$3-$5"))]);
        table.Find(Keys("Eva+Shop@News.Example.com"))!.Value.Value.Text.ShouldBe("q-eva-news.example.com");
    }

    [Theory]
    [InlineData("10.7.0.9", false)]
    [InlineData("10.7.0.10", true)]
    [InlineData("198.51.100.4", true)]
    [InlineData("198.51.100.5", false)]
    [InlineData("198.51.7.1", true)]
    [InlineData("203.0.113.8", null)]
    [InlineData("0.0.0.0", false)]
    [InlineData("::", false)]
    [InlineData("::1", true)]
    [InlineData("::ffff:10.1.2.3", true)]
    [InlineData("IPv6:::1", true)]
    [InlineData("[::1]", true)]
    [InlineData("fe80::1%eth0", null)]
    [InlineData("garbage", null)]
    public void Ip_lists_follow_the_test_vectors(string address, bool? expected)
    {
        var list = IpNetworks.Parse("!10.7.0.9", "198.51.100.4", "!198.51.100.0/255.255.255.0", "10/8", "198.51.0.0/16", "127/8", "::1", "!0.0.0.0/8", "!::");
        list.Match(IpNetworks.TryParseAddress(address)).ShouldBe(expected);
    }

    [Theory]
    [InlineData("IPv6:2001:DB8::1", "2001:db8::1")]
    [InlineData("::FFFF:10.0.0.1", "10.0.0.1")]
    [InlineData("::ffff:0a00:0001", "10.0.0.1")]
    public void Client_addresses_are_normalised(string text, string expected) =>
        IpNetworks.TryParseAddress(text).ShouldBe(IPAddress.Parse(expected));
}
