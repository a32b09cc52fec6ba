using Amavis.Core.Templates;
using Amavis.Engine.Templates;

namespace Amavis.Engine.Tests.Templates;

public sealed class LanguageTests
{
    private static readonly ListMacros Macros = new ListMacros()
        .WithList("V").WithList("R", "a", "b").WithList("two", "v1", "v2").WithList("one", "v1")
        .With("n", "00421-07").With("s", "<a@far.example>").With("h", "mx.example").With("j", "%n [:uc|x] # \\n | ] [\"").With("blank", "  ")
        .With("x", "outer x");

    [Theory]
    [InlineData("plain text", "plain text")]
    [InlineData("id=%n - spam", "id=00421-07 - spam")]
    [InlineData("100%% sure", "100% sure")]
    [InlineData("%", "%")]
    [InlineData("%Z and %q", " and ")]
    [InlineData("%R", "a, b")]
    [InlineData("%#R %#V %#n %#q", "2 0 1 0")]
    [InlineData(@"a\tb\\c\_d\[e\041\x", "a\tb\\cd[e!x")]
    [InlineData("a\\\nb", "ab")]
    [InlineData("a\\\r\nb", "ab")]
    [InlineData(@"one\ntwo", "one\ntwo")]
    [InlineData(@"tail\", @"tail\")]
    [InlineData("one# text\ntwo", "onetwo")]
    [InlineData("one# text\r\ntwo", "onetwo")]
    [InlineData("one# text\\ntwo", "one")]
    [InlineData("# a [? b | ] comment\nrest", "rest")]
    [InlineData("x]|\"]y", "x]|\"]y")]
    [InlineData("_ONE_ _NOT ONE_ MY_FILE", "v1 _NOT ONE_ MY_FILE")]
    public void Text_and_single_macros(string template, string expected) =>
        Expand(template, new Aliased(Macros)).ShouldBe(expected);

    [Theory]
    [InlineData("[?%#V|none|one|many]", "none")]
    [InlineData("[?%#R|none|one|many]", "many")]
    [InlineData("[?%V|none|some]", "none")]
    [InlineData("[? 7|a|b|c]", "c")]
    [InlineData("[? 1|a|b|c]", "b")]
    [InlineData("[? 0|a|b|c]", "a")]
    [InlineData("[? 00|a|b|c]", "a")]
    [InlineData("[? 99999999999999999999|a|b|c]", "c")]
    [InlineData("[? word|a|b]", "b")]
    [InlineData("[? -1|a|b]", "b")]
    [InlineData("[? 1.5|a|b]", "b")]
    [InlineData("[? 0|yes]", "yes")]
    [InlineData("[? 3|yes]", "")]
    [InlineData("[? 1]", "")]
    [InlineData("[?]", "")]
    [InlineData("[? 1|a", "")]
    [InlineData("before [? 1|a", "before ")]
    [InlineData("[? | a |b]", " a ")]
    [InlineData("[?\n 1 \n|a|b]", "b")]
    [InlineData("[?%n|a|b %n]", "b 00421-07")]
    [InlineData("[?1|a|[?1|b|[?0|c|d]]]", "c")]
    [InlineData("[?1|a|b|\"]]", "b]")]
    public void Selectors(string template, string expected) => Expand(template).ShouldBe(expected);

    [Theory]
    [InlineData("[?%#V|#|viruses: %V]\nrest", "rest")]
    [InlineData("[?%#R|#|to: %R]\nrest", "to: a, b\nrest")]
    [InlineData("[?1|x|Passed #\n[?1|a|CLEAN]#\n, done]#\n\nrest", "Passed CLEAN, done\nrest")]
    [InlineData("a[?0|#]b[:uc|c]\nd", "ad")]
    [InlineData("[? 1|a|[:uc|abc # foo\n def]]", "ABC  DEF")]
    [InlineData("[? 1|a|[:join|-|b # x | y\n|c]]", "b -c")]
    [InlineData("[:join|-|a#]|b\n|c]", "a-c")]
    [InlineData("[two|%x#\n|\n]!", "v1\nv2!")]
    public void Comments_end_with_the_line_and_reach_out_of_what_was_chosen(string template, string expected) =>
        Expand(template).ShouldBe(expected);

    [Theory]
    [InlineData("[%R|(%R)|; ]", "(a); (b)")]
    [InlineData("[ %R | <%R> | + ]", " <a>  +  <b> ")]
    [InlineData("[R|(%x)|,]", "(a),(b)")]
    [InlineData("[ two |(%x)|,]", "(v1),(v2)")]
    [InlineData("[%R|[:uc|%R]|,]", "A,B")]
    [InlineData("[<%R>]", "<a><b>")]
    [InlineData("[<%R>|,]", "<a>,<b>")]
    [InlineData("[one|<%x>|,]", "<v1>")]
    [InlineData("[n|<%x>|,]", "<00421-07>")]
    [InlineData("[%V|<%V>|,]", "")]
    [InlineData("[%q|<%q>|,]", "")]
    [InlineData("[no macro here]", "")]
    [InlineData("[%R|%R of %#R|,]", "a of 2,b of 2")]
    [InlineData("[%R|%R[two|(%x)|]|,]", "a(v1)(v2),b(v1)(v2)")]
    [InlineData("[R|[~%x|a|first|rest]|,]", "first,rest")]
    [InlineData("%x [R|%x|,] %x", "outer x a,b outer x")]
    [InlineData("[%R|[?%R|no|yes %R]|,]", "yes a,yes b")]
    public void Iterators(string template, string expected) => Expand(template).ShouldBe(expected);

    [Theory]
    [InlineData("[~abc|[\"b(.)\"]|[\"%0/%1\"]|no]", "abc/c")]
    [InlineData("[~abc|x|y|z]", "z")]
    [InlineData("[~abc|x|y]", "")]
    [InlineData("[~abc|z]", "z")]
    [InlineData("[~abc|x|y|b|z|w]", "z")]
    [InlineData("[~abc||y|z]", "y")]
    [InlineData("[~ABC|b|y|z]", "z")]
    [InlineData("[~abc|(|y|z]", "z")]
    [InlineData("[~abc|%n|y|z]", "z")]
    [InlineData("[~00421-07|%n|[\"same %0\"]|z]", "same 00421-07")]
    [InlineData("[~abc|[\"(a)(b)?(x)?\"]|[\"%1-%2-%3-%9\"]|no]", "a-b--")]
    [InlineData("[~abc|b|%1]", "")]
    [InlineData("[?1||[~abc|[\"^(.)\"]|[\"%1[:uc|%1]\"]]]", "aA")]
    [InlineData("[~aXc|[\"[A-Z]\"]|upper|lower]", "upper")]
    public void Patterns(string template, string expected) => Expand(template).ShouldBe(expected);

    [Theory]
    [InlineData("[=w|[\"<%1>\"]][@w|Q]", "<Q>")]
    [InlineData("[=w|[\"%0:%1+%2;%3\"]][@w|a|b]", "w:a+b;")]
    [InlineData("[=w|[\"<%1>\"]][:w|Q]", "<Q>")]
    [InlineData("[=w|[\"<%n>\"]][@w]-[:w]", "<00421-07>-<%n>")]
    [InlineData("[=w|<%n>][:w]", "<00421-07>")]
    [InlineData("[= w |x][:w][=w|y][:w]", "xy")]
    [InlineData("[=z|last]%z", "last")]
    [InlineData("[=uc|mine][:uc|abc]", "mine")]
    [InlineData("[@w|Q]", "")]
    [InlineData("[=w|[\"[?%1|no|yes]\"]][@w|]-[@w|1]", "no-yes")]
    [InlineData("[=id|[\"%1\"]][:join|-|[@id|[\"a|b\"]]]", "a-b")]
    [InlineData("[=loop|[\"[@loop]x\"]][@loop]", "")]
    public void Definitions(string template, string expected) => Expand(template).ShouldBe(expected);

    [Theory]
    [InlineData("[\"%n [:uc|a] # | text\"]", "%n [:uc|a] # | text")]
    [InlineData("[\"a [\"b\"] c\"]", "a [\"b\"] c")]
    [InlineData("[:uc|[\"%n\"]]", "%N")]
    [InlineData("[? 1|x|[\"%n\"]]", "%n")]
    [InlineData("[:join|-|[? 1|x|[\"a|b\"]]]", "a|b")]
    [InlineData("[:uc|abc\"]", "ABC\"")]
    [InlineData("[:uc|[\"a]b\"]]", "A]B")]
    [InlineData("[\"never closed", "")]
    public void Quotations(string template, string expected) => Expand(template).ShouldBe(expected);

    [Theory]
    [InlineData("[:uc|abc]%%#note", "ABC%")]
    [InlineData("[: uc\n|abc]", "ABC")]
    [InlineData("[:uc| abc ]", " ABC ")]
    [InlineData("[@uc|abc]", "ABC")]
    [InlineData("[:uc|%R]", "A, B")]
    [InlineData("[:uc|[:lc|ABC]]", "ABC")]
    [InlineData("[:unknown|a|b]", "")]
    [InlineData("[:n]", "00421-07")]
    [InlineData("[:]", "")]
    [InlineData("[:uc|a\\|b]", "A|B")]
    public void Calls(string template, string expected) => Expand(template).ShouldBe(expected);

    [Theory]
    [InlineData("%j")]
    [InlineData("[:j]")]
    [InlineData("[@j]")]
    [InlineData("[?1||%j]")]
    [InlineData("[j|%x|]")]
    [InlineData("[j|[?1||%x]|]")]
    [InlineData("[=w|[\"%1\"]][@w|%j]")]
    [InlineData("[~%j|[\"^(.*)$\"]|[\"%1\"]]")]
    [InlineData("[~x|x|%j]")]
    public void Values_are_never_read_as_template(string template)
    {
        var macros = new ListMacros().With("j", "%n [:uc|x] # \\n | ] [\"").With("n", "secret");
        Expand(template, macros).ShouldBe("%n [:uc|x] # \\n | ] [\"");
    }

    [Fact]
    public void What_is_not_chosen_is_never_asked_for()
    {
        var macros = new ListMacros();
        Expand("[?0|a|%n][?1|[:n]|b][%V|%n]", macros).ShouldBe("ab");
        macros.Asked.Select(a => a.Name).ShouldBe(["V"]);
    }

    [Fact]
    public void Arguments_of_a_call_reach_the_macro()
    {
        var macros = new ListMacros();
        Expand("[:header_field|Subject|100]_HEADER(From)_ _TESTS(,)_[:t|%n|]", macros);
        macros.Asked.ShouldBe([("header_field", "Subject;100"), ("HEADER", "From"), ("TESTS", ","), ("n", ""), ("t", ";")]);
    }

    [Fact]
    public void A_line_end_in_a_value_is_no_line_end_of_the_template()
    {
        var macros = new ListMacros().With("s", "a\nb");
        Expand("[?1||#]%s\nc", macros).ShouldBe("c");
        TemplateExpander.Expand(Template.Parse("X: %s [:wrap|3|||d e f]\n"), macros, ExpansionLimits.Notice, marksLineEnds: true).Text
            .ShouldBe("X: a\uFDD0b d e\nf\n");
    }

    private static string Expand(string template, IMacroSource? macros = null) =>
        TemplateExpander.Expand(Template.Parse(template), macros ?? Macros, ExpansionLimits.Notice).Text;

    /// <summary>Names in capitals for the form with underscores.</summary>
    private sealed class Aliased(IMacroSource macros) : IMacroSource
    {
        public MacroValue Get(string name, IReadOnlyList<string> arguments) => macros.Get(name == "ONE" ? "one" : name, arguments);
    }
}
