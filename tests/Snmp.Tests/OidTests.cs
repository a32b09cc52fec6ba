namespace Amavis.Snmp.Tests;

public sealed class OidTests
{
    [Theory]
    [InlineData("1.3.6.1", "1.3.6.1")]
    [InlineData(".1.3.6.1", "1.3.6.1")]
    [InlineData("0.0", "0.0")]
    [InlineData("1.4294967295", "1.4294967295")]
    [InlineData("", "0.0")]
    public void A_text_is_read_and_written(string text, string shown) => Oid.Parse(text).ToString().ShouldBe(shown);

    [Theory]
    [InlineData("1..3")]
    [InlineData("1.4294967296")]
    [InlineData("1.-1")]
    [InlineData("iso")]
    public void What_is_no_identifier_is_a_format_error(string text) =>
        Should.Throw<Exception>(() => Oid.Parse(text)).ShouldBeAssignableTo<SystemException>();

    [Fact]
    public void Identifiers_are_ordered_as_trees_are_walked()
    {
        string[] walk = ["", "1", "1.2", "1.2.0", "1.2.0.5", "1.2.1", "1.10", "2", "4294967295"];
        var oids = walk.Select(Oid.Parse).ToList();
        oids.AsEnumerable().Reverse().Order().ShouldBe(oids);
        (oids[3] < oids[4], oids[4] <= oids[4], oids[6] > oids[5], oids[0] >= oids[1]).ShouldBe((true, true, true, false));
        oids[2].CompareTo(null).ShouldBePositive();
    }

    [Fact]
    public void Equal_numbers_are_equal_identifiers()
    {
        var oid = Oid.Of(1, 3, 6);
        (oid == Oid.Parse("1.3").Append(6), oid != Oid.Parse("1.3.6.1"), oid.Equals((object)"1.3.6")).ShouldBe((true, true, false));
        oid.GetHashCode().ShouldBe(Oid.Parse("1.3.6").GetHashCode());
    }

    [Fact]
    public void A_prefix_lies_above_or_is_the_same()
    {
        var oid = Oid.Parse("1.3.6");
        (Oid.Parse("1.3").IsPrefixOf(oid), oid.IsPrefixOf(oid), Oid.Null.IsPrefixOf(oid), oid.IsPrefixOf(Oid.Parse("1.3")), Oid.Parse("1.4").IsPrefixOf(oid))
            .ShouldBe((true, true, true, false, false));
    }

    [Fact]
    public void More_than_128_numbers_are_none()
    {
        var longest = Oid.Of(new uint[Oid.MaxLength]);
        longest.Length.ShouldBe(128);
        Should.Throw<ArgumentException>(() => longest.Append(1));
    }
}
