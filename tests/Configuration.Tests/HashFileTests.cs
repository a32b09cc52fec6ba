using Amavis.Configuration.Files;
using FsCheck;
using FsCheck.Fluent;

namespace Amavis.Configuration.Tests;

public sealed class HashFileTests
{
    private static (string, string, int)[] Read(string text, bool trim = false) =>
        [.. HashFile.Read(text, trim).Select(e => (e.Key, e.Value, e.Line))];

    [Fact]
    public void Each_line_is_a_key_and_a_value() =>
        Read("a@b.example 5\nc@d.example\t RELAY  x \r\n").ShouldBe([("a@b.example", "5", 1), ("c@d.example", "RELAY  x ", 2)]);

    [Fact]
    public void A_missing_value_is_one() => Read("example.com\n").ShouldBe([("example.com", "1", 1)]);

    [Fact]
    public void Comments_and_blank_lines_are_left_out() =>
        Read("# all\n\n   \t\na 1 # one\n  # indented\n").ShouldBe([("a", "1", 4)]);

    [Fact]
    public void Blanks_before_a_key_are_ignored() => Read("  \ta 1").ShouldBe([("a", "1", 1)]);

    [Fact]
    public void A_comment_sign_inside_of_quotes_is_none() =>
        Read("\"a#b c\\\"d\"@e.example 2 # two").ShouldBe([("a#b c\"d@e.example", "2", 1)]);

    [Fact]
    public void Blanks_at_the_end_of_a_value_go_only_before_a_comment_or_when_asked()
    {
        Read("a b ").ShouldBe([("a", "b ", 1)]);
        Read("a b #").ShouldBe([("a", "b", 1)]);
        Read("a b ", trim: true).ShouldBe([("a", "b", 1)]);
    }

    [Fact]
    public void Any_text_is_read_without_a_fault() =>
        Prop.ForAll<string?>(text => HashFile.Read(text ?? "", false).Count() <= (text ?? "").Split('\n').Length).QuickCheckThrowOnFailure();
}
