using System.Text;
using Amavis.Mime.Headers;
using Amavis.Testing;
using FsCheck;
using FsCheck.Fluent;

namespace Amavis.Mime.Tests.Headers;

public sealed class AddressListTests
{
    [Theory]
    [InlineData("a@b.test", "a@b.test")]
    [InlineData("<a@b.test>", "a@b.test")]
    [InlineData("Name <a@b.test>", "a@b.test")]
    [InlineData("\"Last, First\" <a@b.test>, c@d.test", "a@b.test|c@d.test")]
    [InlineData("a@b.test (a comment, with <x@y.test>)", "a@b.test")]
    [InlineData("Group: a@b.test, \"x\" <c@d.test>; e@f.test", "a@b.test|c@d.test|e@f.test")]
    [InlineData("undisclosed-recipients:;", "")]
    [InlineData("<@route.test,@other.test:a@b.test>", "a@b.test")]
    [InlineData("\"quoted local\"@b.test", "quoted local@b.test")]
    [InlineData("<\"a>b\"@c.test>", "a>b@c.test")]
    [InlineData("a@[192.0.2.1]", "a@[192.0.2.1]")]
    [InlineData("a@[IPv6:2001:db8::1], b@c.test", "a@[IPv6:2001:db8::1]|b@c.test")]
    [InlineData("Name with a@b.test inside", "a@b.test")]
    [InlineData("first@x.test <real@y.test>", "real@y.test")]
    [InlineData("<a@b.test> <c@d.test>", "a@b.test")]
    [InlineData("Name <<a@b.test>>", "a@b.test")]
    [InlineData("Name <a@b.test", "a@b.test")]
    [InlineData("a b <a@b.test>,,; ,", "a@b.test")]
    [InlineData("\"not closed <a@b.test>", "a@b.test")]
    [InlineData("(not closed a@b.test", "a@b.test")]
    [InlineData("postmaster", "postmaster")]
    [InlineData("just some words", "")]
    [InlineData("<>", "")]
    [InlineData("", "")]
    [InlineData("a@@b.test", "a@@b.test")]
    [InlineData("=?utf-8?Q?J=C3=B6rg?= <j@b.test>", "j@b.test")]
    public void Addresses_are_found(string body, string expected)
    {
        string.Join('|', AddressList.Parse(Octets.Of(body)).Select(a => a.Address.Unquoted)).ShouldBe(expected);
    }

    [Theory]
    [InlineData("=?utf-8?Q?J=C3=B6rg?= M <j@b.test>", "Jörg M")]
    [InlineData("\"M, \\\"J\\\"\" <j@b.test>", "M, \"J\"")]
    [InlineData("j@b.test (Jim)", "Jim")]
    [InlineData("j@b.test", "")]
    public void Display_names_are_decoded(string body, string expected)
    {
        AddressList.Parse(Octets.Of(body)).ShouldHaveSingleItem().DisplayName.ShouldBe(expected);
    }

    [Fact]
    public void Any_octets_give_addresses_without_control_characters()
    {
        var octets = Gen.Frequency((3, Gen.Elements("ab@.,;:<>()[]\"\\ ".Select(c => (byte)c))), (1, Gen.Choose(0, 255).Select(i => (byte)i)))
            .ListOf().Select(l => l.ToArray()).ToArbitrary();
        Prop.ForAll(octets, bytes => AddressList.Parse(bytes).ShouldAllBe(a => !a.Address.Unquoted.Any(char.IsControl) && !a.Address.IsNull)).QuickCheckThrowOnFailure();
    }

    [Theory]
    [InlineData("a@b.test,")]
    [InlineData("(")]
    [InlineData("<")]
    [InlineData("\"")]
    [InlineData("[a:")]
    [InlineData("x ")]
    public void A_megabyte_of_one_thing_costs_little(string unit)
    {
        var body = Encoding.ASCII.GetBytes(string.Concat(Enumerable.Repeat(unit, 1_000_000 / unit.Length)));
        CpuTime.Of(() => AddressList.Parse(body)).ShouldBeLessThan(TimeSpan.FromSeconds(1));
    }
}
