using Amavis.Protocols.Smtp;
using FsCheck;
using FsCheck.Fluent;

namespace Amavis.Protocols.Tests.Smtp;

public class XtextTests
{
    [Theory]
    [InlineData("abc", "abc")]
    [InlineData("a b", "a+20b")]
    [InlineData("a+b=c", "a+2Bb+3Dc")]
    [InlineData("ä", "+C3+A4")]
    [InlineData("\r\n\0\x7f", "+0D+0A+00+7F")]
    [InlineData("", "")]
    public void Strange_characters_are_written_in_hexadecimal(string text, string encoded)
    {
        Xtext.Encode(text).ShouldBe(encoded);
        Xtext.Decode(encoded).ShouldBe(text);
        Xtext.IsValid(encoded).ShouldBeTrue();
    }

    [Theory]
    [InlineData("a+", "a+")]
    [InlineData("+2", "+2")]
    [InlineData("+GG", "+GG")]
    [InlineData("++41", "+A")]
    [InlineData("+ff", "\ufffd")]
    public void What_is_no_xtext_is_read_as_well_as_it_can_be(string text, string decoded) => Xtext.Decode(text).ShouldBe(decoded);

    [Theory]
    [InlineData("a+", false)]
    [InlineData("a b", false)]
    [InlineData("a=b", false)]
    [InlineData("+2b", true)]
    [InlineData("ä", false)]
    public void Only_xtext_is_valid(string text, bool valid) => Xtext.IsValid(text).ShouldBe(valid);

    [Fact]
    public void Decoding_what_was_encoded_gives_the_same()
    {
        var texts = Gen.Choose(0, 0x2fff).ListOf().Select(l => string.Concat(l.Select(c => (char)c)));
        Prop.ForAll(texts.ToArbitrary(), text =>
        {
            var encoded = Xtext.Encode(text);
            Xtext.IsValid(encoded).ShouldBeTrue();
            Xtext.Decode(encoded).ShouldBe(text);
        }).QuickCheckThrowOnFailure();
    }
}
