using Amavis.Dns.Resolving;

namespace Amavis.Dns.Tests.Resolving;

public sealed class ResolverConfigurationTests
{
    [Fact]
    public void Servers_come_from_the_nameserver_lines() =>
        ResolverConfiguration.ReadServers("# nameserver 192.0.2.9\nsearch example.com\nnameserver 192.0.2.1\r\n nameserver\t2001:db8::1 # home\nnameserver bad\noptions timeout:1\n")
            .Select(s => s.ToString()).ShouldBe(["192.0.2.1:53", "[2001:db8::1]:53"]);

    [Fact]
    public void Three_servers_are_used_at_most() =>
        ResolverConfiguration.ReadServers(string.Concat(Enumerable.Range(1, 9).Select(i => $"nameserver 192.0.2.{i}\n"))).Count.ShouldBe(3);

    [Theory]
    [InlineData("")]
    [InlineData("nameserver\nnameserver nonsense")]
    public void Without_a_line_the_server_on_this_host_is_asked(string text) =>
        ResolverConfiguration.ReadServers(text).Select(s => s.ToString()).ShouldBe(["127.0.0.1:53"]);

    [Theory]
    [InlineData("192.0.2.1", "192.0.2.1:53")]
    [InlineData("192.0.2.1:5353", "192.0.2.1:5353")]
    [InlineData("2001:db8::1", "[2001:db8::1]:53")]
    [InlineData("[2001:db8::1]:5353", "[2001:db8::1]:5353")]
    [InlineData("dns.example.com", null)]
    [InlineData("53", null)]
    [InlineData("192.0.2.1:70000", null)]
    [InlineData("", null)]
    public void A_server_is_an_address_with_or_without_a_port(string text, string? server) =>
        (ResolverConfiguration.TryReadServer(text, out var read) ? read.ToString() : null).ShouldBe(server);
}
