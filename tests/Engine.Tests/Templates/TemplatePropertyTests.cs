using Amavis.Core.Templates;
using Amavis.Engine.Templates;
using FsCheck;
using FsCheck.Fluent;

namespace Amavis.Engine.Tests.Templates;

public sealed class TemplatePropertyTests
{
    private static readonly string[] Pieces =
    [
        "[", "[?", "[~", "[@", "[:", "[=", "]", "|", "[\"", "\"]", "#", "\n", "\\", "\\n", "\\101", "%", "%%", "%#R", "%R", "%x", "%1", "%0", "_",
        "_TESTS(,)_", "_A_", " ", "a", "uc", "join", "wrap", "0", "1", "2", "(", ")", "*", "R", "w", "sprintf", "header_field", "\r\n", "\U0001F600", "\ud800", "x",
    ];

    private static readonly Arbitrary<string> Templates =
        Gen.Elements(Pieces).ListOf().Select(p => string.Concat(p)).ToArbitrary();

    private static readonly Arbitrary<string> Values =
        Gen.OneOf(Gen.Elements(Pieces).ListOf().Select(p => string.Concat(p)), ArbMap.Default.GeneratorFor<string>().Select(s => s ?? "")).ToArbitrary();

    [Fact]
    public void Any_template_and_any_values_give_a_text() =>
        Prop.ForAll(Templates, Values, (text, value) =>
        {
            var macros = new ListMacros().WithList("R", value, "b").With("x", value).With("1", value);
            var template = Template.Parse(text);
            var result = TemplateExpander.Expand(template, macros, ExpansionLimits.Log);
            return result.Text.Length <= ExpansionLimits.Log.Characters && template.Problems.All(p => p is { Line: > 0, Column: > 0 });
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void Any_text_can_be_a_template_and_has_its_source() =>
        Prop.ForAll(Values, text =>
        {
            var template = Template.Parse(text);
            TemplateNode.SourceOf(template.Nodes);
            return TemplateExpander.Expand(template, new ListMacros(), ExpansionLimits.Reply).Text.Length <= ExpansionLimits.Reply.Characters;
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void A_value_comes_out_as_it_is() =>
        Prop.ForAll(Values, value =>
        {
            var macros = new ListMacros().With("j", value);
            var expanded = TemplateExpander.Expand(Template.Parse("<%j>"), macros, ExpansionLimits.Notice).Text;
            return expanded == "<" + OctetText.Present(value) + ">";
        }).QuickCheckThrowOnFailure();

    [Theory]
    [InlineData("[")]
    [InlineData("]")]
    [InlineData("[\"")]
    [InlineData("[? 1|")]
    [InlineData("_A(")]
    [InlineData("_AAAA")]
    [InlineData("#")]
    [InlineData("|")]
    [InlineData("\\")]
    [InlineData("[%R|")]
    [InlineData("[~a|a|")]
    public void Long_templates_cost_no_more_than_their_length(string piece)
    {
        var text = string.Concat(Enumerable.Repeat(piece, 400_000 / piece.Length));
        var template = Template.Parse(text);
        TemplateExpander.Expand(template, new ListMacros().WithList("R", "a", "b", "c"), ExpansionLimits.Notice).Text.Length.ShouldBeLessThanOrEqualTo(text.Length);
        template.Problems.Count.ShouldBeLessThanOrEqualTo(20);
    }

    [Theory]
    [InlineData("[=a|[\"[@a][@a]\"]][@a]")]
    [InlineData("[=a|[\"[@a|%1%1]\"]][@a|xxxxxxxxxxxxxxxx]")]
    [InlineData("[=a|[\"x[@a|[\"%1%1\"]]\"]][@a|[\"%n\"]]")]
    [InlineData("[%R|[%R|[%R|[%R|[%R|xxxxxxxxxxxxxxxx]]]]]")]
    [InlineData("[%R|[~%j|[\"(a+)+$\"]|y|n]]")]
    [InlineData("[%R|[~%j|%j|y|n]]")]
    [InlineData("[%R|[:wrap|1|%j|%j|%j]]")]
    public void A_hostile_value_or_a_careless_template_is_cut(string text)
    {
        var macros = new ListMacros().WithList("R", [.. Enumerable.Repeat("r", 1100)]).With("j", new string('a', 100_000) + "!");
        var expansion = TemplateExpander.Expand(Template.Parse(text), macros, ExpansionLimits.Log);
        expansion.Text.Length.ShouldBeLessThanOrEqualTo(ExpansionLimits.Log.Characters);
    }

    [Fact]
    public void A_cut_text_ends_between_characters()
    {
        var macros = new ListMacros().With("j", string.Concat(Enumerable.Repeat("\U0001F600", 3000)));
        var expansion = TemplateExpander.Expand(Template.Parse("a%j"), macros, ExpansionLimits.Reply);
        expansion.IsCut.ShouldBeTrue();
        expansion.Text.Length.ShouldBe(ExpansionLimits.Reply.Characters - 1);
        expansion.Text.ShouldNotContain('\ufffd');
    }
}
