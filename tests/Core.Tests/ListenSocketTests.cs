using Amavis.Core.Policy;

namespace Amavis.Core.Tests;

public sealed class ListenSocketTests
{
    private static readonly string[] Bound = ["127.0.0.1", "[::1]"];

    [Theory]
    [InlineData("10024", "127.0.0.1:10024 [::1]:10024")]
    [InlineData("inet:10024", "127.0.0.1:10024")]
    [InlineData("inet6:10024", "[::1]:10024")]
    [InlineData("192.0.2.1:25", "192.0.2.1:25")]
    [InlineData("inet:192.0.2.1:25", "192.0.2.1:25")]
    [InlineData("[2001:DB8::1]:25", "[2001:db8::1]:25")]
    [InlineData("inet6:[2001:db8::1]:25", "[2001:db8::1]:25")]
    [InlineData("*:25", "[::]:25")]
    [InlineData("inet:*:25", "0.0.0.0:25")]
    [InlineData("inet6:*:25", "[::]:25")]
    [InlineData("localhost:25", "127.0.0.1:25")]
    [InlineData("inet6:localhost:25", "[::1]:25")]
    [InlineData("mx1.example.com:25", "mx1.example.com:25")]
    [InlineData("/run/amavis/a.sock", "/run/amavis/a.sock")]
    [InlineData("unix:/run/amavis/a.sock", "/run/amavis/a.sock")]
    public void Forms_of_listen_sockets_are_read(string text, string expected)
    {
        ListenSocket.TryParse(text, Bound, out var sockets, out var fault).ShouldBeTrue(fault);
        string.Join(' ', sockets).ShouldBe(expected);
    }

    [Theory]
    [InlineData("")]
    [InlineData("0")]
    [InlineData("70000")]
    [InlineData("nowhere")]
    [InlineData("10.0.0.300:25")]
    [InlineData("inet6:192.0.2.1:25")]
    [InlineData("inet:[::1]:25")]
    [InlineData("unix:25")]
    [InlineData("inet:/run/a.sock")]
    [InlineData("a b:25")]
    [InlineData("-.-:x")]
    public void Anything_else_is_a_mistake(string text) => ListenSocket.TryParse(text, Bound, out _, out _).ShouldBeFalse();

    [Fact]
    public void Banks_of_a_socket_are_found_by_port_then_address_or_by_SOCK_then_path()
    {
        ListenSocket.TryParse("[2001:DB8::1]:25", Bound, out var tcp, out _);
        ListenSocket.TryParse("/run/a.sock", Bound, out var unix, out _);
        tcp[0].PolicyKeys.ShouldBe(["25", "[2001:db8::1]:25"]);
        unix[0].PolicyKeys.ShouldBe(["SOCK", "/run/a.sock"]);
    }

    [Fact]
    public void Port_without_bound_addresses_is_for_every_address()
    {
        ListenSocket.TryParse("25", [], out var every, out _);
        ListenSocket.TryParse("25", ["*"], out var star, out _);
        every.Single().ToString().ShouldBe("[::]:25");
        star.ShouldBe(every);
    }
}
