using Amavis.Core.Policy;

namespace Amavis.Core.Tests;

public sealed class AgentXAddressTests
{
    [Theory]
    [InlineData("/var/agentx/master", "/var/agentx/master")]
    [InlineData("unix:/run/agentx", "/run/agentx")]
    [InlineData("tcp:localhost:705", "tcp:localhost:705")]
    [InlineData("TCP:localhost:1705", "tcp:localhost:1705")]
    [InlineData("tcp:localhost", "tcp:localhost:705")]
    [InlineData("tcp:127.0.0.1:705", "tcp:127.0.0.1:705")]
    [InlineData("tcp6:[::1]:705", "tcp6:[::1]:705")]
    [InlineData("tcp6:[::1]", "tcp6:[::1]:705")]
    [InlineData("localhost:705", "tcp:localhost:705")]
    public void An_address_is_read_as_snmpd_writes_it(string text, string shown)
    {
        AgentXAddress.TryParse(text, out var address).ShouldBeTrue();
        address.ToString().ShouldBe(shown);
    }

    [Theory]
    [InlineData("")]
    [InlineData("master")]
    [InlineData("705")]
    [InlineData("var/agentx/master")]
    [InlineData("tcp:")]
    [InlineData("tcp::705")]
    [InlineData("tcp:localhost:0")]
    [InlineData("tcp:localhost:65536")]
    [InlineData("tcp:localhost:x")]
    [InlineData("tcp:local host:705")]
    [InlineData("tcp:::1:705")]
    [InlineData("tcp6:[::1:705")]
    [InlineData("tcp6:[::1]x:705")]
    [InlineData("udp:localhost:161")]
    public void What_is_no_address_is_refused(string text) => AgentXAddress.TryParse(text, out _).ShouldBeFalse();
}
