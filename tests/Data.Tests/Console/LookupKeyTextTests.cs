using Amavis.Core.Policy;
using Amavis.Data.Console.Policies;

namespace Amavis.Data.Tests.Console;

public sealed class LookupKeyTextTests
{
    private static readonly Settings Settings = new() { RecipientDelimiter = "+" };

    [Theory]
    [InlineData("Ada@Example.COM", "ada@example.com", 8, "one address")]
    [InlineData(" <ada+news@example.com> ", "ada+news@example.com", 9, "one address")]
    [InlineData("postmaster", "postmaster", 6, "this name at every domain of ours")]
    [InlineData("ada+news", "ada+news", 7, "this name at every domain of ours")]
    [InlineData("@Example.com", "@example.com", 5, "everybody at example.com")]
    [InlineData("@.lab.Example.com", "@.lab.example.com", 3, "everybody at lab.example.com and below")]
    [InlineData("@.example.com", "@.example.com", 2, "everybody at example.com and below")]
    [InlineData("@.com", "@.com", 1, "everybody at com and below")]
    [InlineData("@.", "@.", 0, "everybody")]
    [InlineData("ada@[192.0.2.1]", "ada@[192.0.2.1]", 8, "one address")]
    [InlineData("@müller.example", "@xn--mller-kva.example", 5, "everybody at xn--mller-kva.example")]
    public void A_key_is_brought_to_the_form_in_which_it_is_searched(string typed, string key, int priority, string words)
    {
        LookupKeyText.TryRead(typed, Settings, out var read, out _).ShouldBeTrue();
        read.ShouldBe(key);
        LookupKeyText.SuggestedPriority(read, Settings).ShouldBe(priority);
        LookupKeyText.Describe(read, Settings).ShouldBe(words);
    }

    [Theory]
    [InlineData("")]
    [InlineData("ada@")]
    [InlineData("ada@.")]
    [InlineData("a\u0000b@example.com")]
    [InlineData("müller@example.com")]
    [InlineData("ada@exam ple.com")]
    public void What_is_no_key_is_refused_with_a_reason(string typed)
    {
        LookupKeyText.TryRead(typed, Settings, out _, out var fault).ShouldBeFalse();
        fault.ShouldNotBeEmpty();
    }

    [Fact]
    public void Where_keys_without_an_at_sign_are_domains_they_are_read_so()
    {
        var settings = Settings with { SqlLookupsNoAtMeansDomain = true };
        LookupKeyText.TryRead("Example.com", settings, out var domain, out _).ShouldBeTrue();
        domain.ShouldBe("example.com");
        LookupKeyText.SuggestedPriority(domain, settings).ShouldBe(5);
        LookupKeyText.TryRead("Postmaster@", settings, out var bare, out _).ShouldBeTrue();
        bare.ShouldBe("postmaster@");
        LookupKeyText.SuggestedPriority(bare, settings).ShouldBe(6);
    }

    [Theory]
    [InlineData("W", ListKind.White, 0)]
    [InlineData("b", ListKind.Black, 0)]
    [InlineData(" ", ListKind.Neutral, 0)]
    [InlineData("-3.5", ListKind.Points, -3.5)]
    [InlineData("+2", ListKind.Points, 2)]
    [InlineData(".5", ListKind.White, 0)]
    public void What_stands_on_a_list_is_read_as_the_filter_reads_it(string stored, ListKind kind, double points) =>
        ListMeaning.Of(stored).ShouldBe(new ListMeaning(kind, points));
}
