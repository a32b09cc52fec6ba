using Amavis.Dkim.Tags;
using FsCheck;
using FsCheck.Fluent;

namespace Amavis.Dkim.Tests.Tags;

public sealed class TagListTests
{
    private static TagList? Read(string text) => TagList.TryParse(text, out _);

    [Fact]
    public void White_space_and_folding_around_tags_mean_nothing()
    {
        var tags = Read(" v = 1 ;\r\n a=rsa-sha256\t;h=from :\r\n to; b=ab\r\n\t cd;")!;
        tags["v"].ShouldBe("1");
        tags["a"].ShouldBe("rsa-sha256");
        tags.Parts("h").ShouldBe(["from", "to"]);
        tags.Packed("b").ShouldBe("abcd");
        tags["A"].ShouldBeNull();
    }

    [Fact]
    public void Values_may_hold_equals_signs_and_be_empty()
    {
        var tags = Read("p=;b=YQ==;n=a b")!;
        tags["p"].ShouldBe("");
        tags["b"].ShouldBe("YQ==");
        tags["n"].ShouldBe("a b");
    }

    [Theory]
    [InlineData("v=1; v=1")]
    [InlineData("v")]
    [InlineData("=1")]
    [InlineData("1a=b")]
    [InlineData("a b=c")]
    [InlineData("a-b=c")]
    public void What_is_no_list_is_refused(string text) => Read(text).ShouldBeNull();

    [Fact]
    public void More_tags_than_anybody_needs_are_refused() => Read(string.Join(';', Enumerable.Range(0, TagList.MaxTags + 1).Select(i => $"t{i}=x"))).ShouldBeNull();

    [Theory]
    [InlineData("YWI=", "ab")]
    [InlineData("YWI", "ab")]
    [InlineData("", "")]
    [InlineData("Y", null)]
    [InlineData("YW!=", null)]
    [InlineData("=", null)]
    public void Base64_is_read_strictly_but_for_its_padding(string text, string? octets) =>
        (TagList.FromBase64(text) is { } read ? System.Text.Encoding.ASCII.GetString(read) : null).ShouldBe(octets);

    [Fact]
    public void No_text_breaks_the_reader() =>
        Prop.ForAll(ArbMap.Default.ArbFor<string>(), text => (Read(text ?? "")?.Tags.Count ?? 0) <= TagList.MaxTags).QuickCheckThrowOnFailure();
}
