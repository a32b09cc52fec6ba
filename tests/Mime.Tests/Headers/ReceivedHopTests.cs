using System.Net;
using Amavis.Mime.Headers;
using Amavis.Testing;

namespace Amavis.Mime.Tests.Headers;

public sealed class ReceivedHopTests
{
    [Theory]
    [InlineData("from mail.example.org (mail.example.org [192.0.2.2]) by mx.example.com (Postfix) with ESMTPS id 2CF8 for <u@example.com>; Mon, 02 Jan 2024 10:01:00 +0000",
        "192.0.2.2", null, "mail.example.org (mail.example.org [192.0.2.2])", "mx.example.com", "ESMTPS", "2CF8")]
    [InlineData("from localhost ([127.0.0.1]) by host (host [127.0.0.1]) (amavis, port 10024) with ESMTP id x; date", "127.0.0.1", null, "localhost ([127.0.0.1])", "host", "ESMTP", "x")]
    [InlineData("from x ([IPv6:2001:DB8::1]) by y; date", "2001:db8::1", null, "x ([IPv6:2001:DB8::1])", "y", null, null)]
    [InlineData("from [10.1.2.3] (helo=x) by y with smtp", "10.1.2.3", null, "[10.1.2.3] (helo=x)", "y", "smtp", null)]
    [InlineData("from unknown (HELO fake [1.1.1.1]) (192.0.2.9) by y with SMTP; date", "192.0.2.9", null, "unknown (HELO fake [1.1.1.1]) (192.0.2.9)", "y", "SMTP", null)]
    [InlineData("from unknown (HELO fake) (user@192.0.2.9) by y with SMTP; date", "192.0.2.9", null, "unknown (HELO fake) (user@192.0.2.9)", "y", "SMTP", null)]
    [InlineData("from claims.it [192.0.2.1] (real [198.51.100.7]:4711) by y", "198.51.100.7", 4711, "claims.it [192.0.2.1] (real [198.51.100.7]:4711)", "y", null, null)]
    [InlineData("from host ([192.0.2.1] helo=[203.0.113.5]) by y with esmtp", "192.0.2.1", null, "host ([192.0.2.1] helo=[203.0.113.5])", "y", "esmtp", null)]
    [InlineData("(qmail 123 invoked by uid 0); date", null, null, null, null, null, null)]
    [InlineData("by y with local (Exim 4.80) id 1Sr; date", null, null, null, "y", "local", "1Sr")]
    [InlineData("from x ([::ffff:192.0.2.1]) by y", "192.0.2.1", null, "x ([::ffff:192.0.2.1])", "y", null, null)]
    [InlineData("from x ([999.1.1.1]) by y", null, null, "x ([999.1.1.1])", "y", null, null)]
    [InlineData("", null, null, null, null, null, null)]
    public void Clauses_are_read(string body, string? address, int? port, string? from, string? by, string? with, string? id)
    {
        var hop = ReceivedHop.Parse(Octets.Of(body));
        hop.Address?.ToString().ShouldBe(address);
        hop.Port.ShouldBe(port);
        hop.From.ShouldBe(from);
        hop.By.ShouldBe(by);
        hop.With.ShouldBe(with);
        hop.Id.ShouldBe(id);
    }

    [Theory]
    [InlineData("192.0.2.1", true)]
    [InlineData("8.8.8.8", true)]
    [InlineData("10.0.0.1", false)]
    [InlineData("172.31.255.255", false)]
    [InlineData("172.32.0.0", true)]
    [InlineData("192.168.1.1", false)]
    [InlineData("127.1.2.3", false)]
    [InlineData("169.254.1.1", false)]
    [InlineData("100.64.0.1", false)]
    [InlineData("100.128.0.1", true)]
    [InlineData("0.0.0.0", false)]
    [InlineData("224.0.0.1", false)]
    [InlineData("255.255.255.255", false)]
    [InlineData("::1", false)]
    [InlineData("::", false)]
    [InlineData("fe80::1", false)]
    [InlineData("fc00::1", false)]
    [InlineData("fd12::1", false)]
    [InlineData("ff02::1", false)]
    [InlineData("2001:db8::1", true)]
    [InlineData("::ffff:10.0.0.1", false)]
    public void Public_addresses_are_told_from_those_of_one_network(string address, bool isPublic)
    {
        IpFacts.IsPublic(IPAddress.Parse(address)).ShouldBe(isPublic);
    }

    [Theory]
    [InlineData("192.0.2.1", "192.0.2.1")]
    [InlineData("[192.0.2.1]", "192.0.2.1")]
    [InlineData("IPv6:2001:DB8::1", "2001:db8::1")]
    [InlineData("ipv6:::1", "::1")]
    [InlineData("::FFFF:10.0.0.1", "10.0.0.1")]
    [InlineData("::ffff:0a00:0001", "10.0.0.1")]
    [InlineData("1", null)]
    [InlineData("1.2", null)]
    [InlineData("fe80::1%eth0", null)]
    [InlineData("garbage", null)]
    [InlineData("", null)]
    public void Addresses_are_read_as_trace_fields_have_them(string text, string? expected)
    {
        IpFacts.Parse(text)?.ToString().ShouldBe(expected);
    }

    [Fact]
    public void Long_field_costs_little()
    {
        var body = Octets.Of(string.Concat(Enumerable.Repeat("from [", 200_000)));
        CpuTime.Of(() => ReceivedHop.Parse(body)).ShouldBeLessThan(TimeSpan.FromSeconds(0.2));
    }
}
