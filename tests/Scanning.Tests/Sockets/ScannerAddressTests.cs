using Amavis.Scanning.Sockets;

namespace Amavis.Scanning.Tests.Sockets;

public sealed class ScannerAddressTests
{
    [Theory]
    [InlineData("unix:/run/clamav/clamd.ctl", "/run/clamav/clamd.ctl", "", 0)]
    [InlineData("/run/clamav/clamd.ctl", "/run/clamav/clamd.ctl", "", 0)]
    [InlineData("127.0.0.1:3310", null, "127.0.0.1", 3310)]
    [InlineData("tcp:scan.example.net:99", null, "scan.example.net", 99)]
    [InlineData("[::1]:783", null, "::1", 783)]
    [InlineData("[::1]", null, "::1", 3310)]
    [InlineData("localhost", null, "localhost", 3310)]
    public void The_forms_of_the_configuration_are_read(string text, string? path, string host, int port)
    {
        ScannerAddress.TryParse(text, 3310, out var address).ShouldBeTrue();

        (address!.Path, address.Host, address.Port, address.Text).ShouldBe((path, host, port, text));
    }

    [Theory]
    [InlineData("")]
    [InlineData("unix:relative")]
    [InlineData("host:0")]
    [InlineData("host:65536")]
    [InlineData("host:port")]
    [InlineData(":3310")]
    [InlineData("[::1]x")]
    public void Others_are_not(string text) => ScannerAddress.TryParse(text, 3310, out _).ShouldBeFalse();
}
