using System.Text.RegularExpressions;
using Amavis.Configuration.Patterns;
using FsCheck;
using FsCheck.Fluent;

namespace Amavis.Configuration.Tests;

public sealed class PatternTests
{
    private static Regex Compile(string pattern)
    {
        PerlPattern.TryCompile(pattern, out var compiled, out var fault).ShouldBeTrue(fault);
        return compiled!.Regex;
    }

    [Theory]
    [InlineData(@"^a++b$", "aaab", true)]
    [InlineData(@"^a++ab$", "aaab", false)]
    [InlineData(@"^(?:ab)*+c$", "ababc", true)]
    [InlineData(@"^[xy]{1,3}+y$", "xyy", false)]
    [InlineData(@"^\w?+w$", "w", false)]
    [InlineData(@"^[[:alpha:]_]+$", "ab_c", true)]
    [InlineData(@"^[^[:digit:]]+$", "ab1", false)]
    [InlineData(@"^[[:^space:]]+$", "ab", true)]
    [InlineData(@"^[a-z-[aeiou]+$", "x[-", true)]
    [InlineData(@"^[]a]+$", "]a", true)]
    [InlineData(@"^\x{e9}\xe9$", "éé", true)]
    [InlineData(@"^\x{1F600}+$", "😀😀", true)]
    [InlineData(@"^a\hb$", "a\tb", true)]
    [InlineData(@"^a[\h]b$", "a b", true)]
    [InlineData(@"^a\Rb$", "a\r\nb", true)]
    [InlineData(@"^\N+$", "ab", true)]
    [InlineData(@"^\Qa.b\E.$", "a.bx", true)]
    [InlineData(@"^\Qa.b\E.$", "axbx", false)]
    [InlineData(@"^(a|b)\g1$", "bb", true)]
    [InlineData(@"^(a)(b)\g{-1}$", "abb", true)]
    [InlineData(@"^(?<n>a)\k{n}$", "aa", true)]
    [InlineData(@"^(?P<n>a)(?P=n)$", "aa", true)]
    [InlineData(@"(?^i:^A$)", "a", true)]
    [InlineData(@"(?aa)^a$", "a", true)]
    [InlineData(@"(?i)\.EXE$", "a.exe", true)]
    [InlineData(@"(?x) ^ a b # comment ( here
        c $", "abc", true)]
    [InlineData(@"^a{,3}$", "a{,3}", true)]
    [InlineData(@"^a{2}$", "aa", true)]
    [InlineData(@"^\pL+$", "äb", true)]
    [InlineData(@"^\_\@\#\/$", "_@#/", true)]
    [InlineData(@"a\z", "a", true)]
    [InlineData(@"a$", "a\n", true)]
    [InlineData(@"^\o{101}$", "A", true)]
    public void A_perl_pattern_means_the_same_here(string pattern, string text, bool matches) =>
        Compile(pattern).IsMatch(text).ShouldBe(matches);

    [Theory]
    [InlineData("(?{ die })", "code in patterns")]
    [InlineData("(??{ x })", "code in patterns")]
    [InlineData("(?|a|b)", "branch reset")]
    [InlineData("(a(?1)?)", "recursion")]
    [InlineData("(?R)", "recursion")]
    [InlineData("(?&n)", "recursion")]
    [InlineData("(*FAIL)", "control verbs")]
    [InlineData(@"a\Kb", "\\K is not supported")]
    [InlineData(@"\X", "\\X is not supported")]
    [InlineData("[[:nonsense:]]", "the class [:nonsense:]")]
    [InlineData("[abc", "is not closed")]
    [InlineData("a\\", "single backslash")]
    [InlineData("(?z)", "is not understood")]
    [InlineData("(a", "Not enough )'s")]
    [InlineData("a**", "quantifier")]
    [InlineData(@"[\x{1F600}]", "is not supported")]
    public void What_has_no_counterpart_is_refused_with_a_reason(string pattern, string reason)
    {
        PerlPattern.TryCompile(pattern, out _, out var fault).ShouldBeFalse();
        fault.ShouldContain(reason, Case.Insensitive);
    }

    [Fact]
    public void Matching_is_linear_where_the_pattern_allows_it_and_bounded_elsewhere()
    {
        Compile("^(a+)+$").Options.HasFlag(RegexOptions.NonBacktracking).ShouldBeTrue();
        Compile("^(?!b)(a+)+$").Options.HasFlag(RegexOptions.NonBacktracking).ShouldBeFalse();
        Compile("^(?!b)(a+)+$").MatchTimeout.ShouldBe(TimeSpan.FromSeconds(1));
    }

    [Fact]
    public void Comments_are_collected()
    {
        PerlPattern.TryCompile("(?# one )a(?#two)", out var compiled, out _).ShouldBeTrue();
        compiled!.Comment.ShouldBe("one, two");
    }

    [Fact]
    public void Any_text_is_compiled_or_refused() =>
        Prop.ForAll<string?>(pattern => PerlPattern.TryCompile(pattern ?? "", out var compiled, out var fault) == (fault.Length == 0) && (compiled is null) == (fault.Length > 0))
            .QuickCheckThrowOnFailure();
}
