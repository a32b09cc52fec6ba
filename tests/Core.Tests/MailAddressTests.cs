using Amavis.Core.Addresses;

namespace Amavis.Core.Tests;

public sealed class MailAddressTests
{
    [Theory]
    [InlineData("a@b.example", "a", "b.example", "<a@b.example>")]
    [InlineData("", "", "", "<>")]
    [InlineData("\"we ird\"@far.test", "we ird", "far.test", "<\"we ird\"@far.test>")]
    [InlineData("\"plain\"@far.test", "plain", "far.test", "<plain@far.test>")]
    [InlineData("@relay.test:a@b.example", "a", "b.example", "<a@b.example>")]
    [InlineData("postmaster", "postmaster", "", "<postmaster>")]
    [InlineData("u@[192.0.2.1]", "u", "[192.0.2.1]", "<u@[192.0.2.1]>")]
    public void Paths_are_read_and_written(string path, string local, string domain, string bracketed)
    {
        MailAddress.TryParse(path, out var address).ShouldBeTrue();
        (address.LocalPart, address.Domain, address.Bracketed).ShouldBe((local, domain, bracketed));
    }

    [Theory]
    [InlineData("bad address@@example.org")]
    [InlineData("a\rb@c")]
    [InlineData("\"a\rRCPT TO:<x@y>\"@b")]
    [InlineData("a@")]
    [InlineData("@b")]
    [InlineData("\"open@b")]
    [InlineData("a@b c")]
    public void What_is_no_path_is_refused(string path) => MailAddress.TryParse(path, out _).ShouldBeFalse();

    [Theory]
    [InlineData("Sub.Example.COM", "com.example.sub")]
    [InlineData("[192.0.2.1]", "1].2.0.[192")]
    public void Domains_are_reversed_by_label(string domain, string expected) => DomainNames.Reverse(domain).ShouldBe(expected);
}
