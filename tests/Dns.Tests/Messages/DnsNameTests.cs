using Amavis.Dns.Messages;
using FsCheck;
using FsCheck.Fluent;

namespace Amavis.Dns.Tests.Messages;

public sealed class DnsNameTests
{
    private static string? Wire(string name)
    {
        Span<byte> octets = stackalloc byte[DnsName.MaxWire];
        return DnsName.TryWrite(name, octets, out var length) ? Convert.ToHexStringLower(octets[..length]) : null;
    }

    [Theory]
    [InlineData("", "00")]
    [InlineData(".", "00")]
    [InlineData("a", "016100")]
    [InlineData("a.", "016100")]
    [InlineData("s1._domainkey.example.com", "0273310a5f646f6d61696e6b6579076578616d706c6503636f6d00")]
    [InlineData("a\\.b.c", "03612e62016300")]
    [InlineData("\\000\\255\\\\", "0300ff5c00")]
    public void A_name_becomes_labels_with_their_lengths(string name, string wire) => Wire(name).ShouldBe(wire);

    [Theory]
    [InlineData("a..b")]
    [InlineData(".a")]
    [InlineData("..")]
    [InlineData("a\\")]
    [InlineData("\\25")]
    [InlineData("\\256")]
    [InlineData("bücher.example")]
    [InlineData("a b")]
    [InlineData("a\r\n")]
    public void What_is_no_name_is_not_written(string name) => Wire(name).ShouldBeNull();

    [Fact]
    public void A_name_in_another_way_of_writing_is_the_same_name() => DnsName.Normalize("\\097\\.\\.B.").ShouldBe("a\\.\\.B");

    [Fact]
    public void A_label_has_at_most_63_octets()
    {
        Wire(new string('a', 63)).ShouldNotBeNull();
        Wire(new string('a', 64)).ShouldBeNull();
    }

    [Fact]
    public void A_name_has_at_most_255_octets()
    {
        var longest = string.Join('.', Enumerable.Repeat(new string('a', 63), 3).Append(new string('b', 61)));
        Wire(longest)!.Length.ShouldBe(255 * 2);
        Wire(longest + "b").ShouldBeNull();
        Wire(string.Join('.', Enumerable.Repeat("a", 127)))!.Length.ShouldBe(255 * 2);
        Wire(string.Join('.', Enumerable.Repeat("a", 128))).ShouldBeNull();
    }

    [Fact]
    public void No_text_breaks_the_writer() =>
        Prop.ForAll(ArbMap.Default.ArbFor<string>(), name => Wire(name ?? "") is null or { Length: > 0 }).QuickCheckThrowOnFailure();
}
