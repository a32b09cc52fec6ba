using Amavis.Core.Templates;

namespace Amavis.Core.Tests.Templates;

public sealed class TemplateParsingTests
{
    [Theory]
    [InlineData("a [? %n|b", 1, 3)]
    [InlineData("a\nbb [:uc|b", 2, 4)]
    [InlineData("a\r\n  [\"b", 2, 3)]
    [InlineData("[=x|", 1, 1)]
    [InlineData("[%R|a]\n[%R|", 2, 1)]
    [InlineData("[? 1|\n[:uc|x]", 1, 1)]
    [InlineData("x [plain] y", 1, 3)]
    [InlineData("[~a|[\"(\"]|b]", 1, 1)]
    public void A_problem_has_its_place(string text, int line, int column)
    {
        var problem = Template.Parse(text).Problems.ShouldHaveSingleItem();
        (problem.Line, problem.Column).ShouldBe((line, column));
    }

    [Theory]
    [InlineData("plain ] | \"] text")]
    [InlineData("[~a|[\"[A-Z]+\"]|b]")]
    [InlineData("# a comment with [ and [?")]
    [InlineData("\\[escaped")]
    [InlineData("")]
    public void What_is_right_has_no_problems(string text) => Template.Parse(text).Problems.ShouldBeEmpty();

    [Fact]
    public void Several_problems_come_in_order_and_are_limited()
    {
        Template.Parse("[plain]\n[~a|(|b]\n[? x").Problems.Select(p => p.Line).ShouldBe([1, 2, 3]);
        Template.Parse(string.Concat(Enumerable.Repeat("[x]\n", 100))).Problems.Count.ShouldBe(20);
    }

    [Fact]
    public void Very_deep_brackets_are_text()
    {
        var template = Template.Parse(string.Concat(Enumerable.Repeat("[:uc|", 200)) + "x" + new string(']', 200));
        template.Problems.ShouldContain(p => p.What.Contains("more than 60 deep", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("[? %n | a |b]")]
    [InlineData("[:uc|[%R|<%R>|, ]][~x|[\"a|b\"]|%#V][=w|x]_TESTS(,)__A_[@w|y]\n")]
    public void The_source_is_kept(string text) => TemplateNode.SourceOf(Template.Parse(text).Nodes).ShouldBe(text);

    [Fact]
    public void Macros_that_do_not_exist_are_found() =>
        MacroUse.Unknown(Template.Parse("%n %Z [:uc|%V] [:nope] [=own|%1][@own|x] [R|%x|,] [ccat|[:what]|,] [?[:hm]|%Z|_HUH_]")).ShouldBe(["Z", "nope", "what", "hm", "HUH"]);
}
