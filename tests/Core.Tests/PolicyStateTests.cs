using System.Collections.Frozen;
using System.Text.RegularExpressions;
using Amavis.Core.Addresses;
using Amavis.Core.Lookups;
using Amavis.Core.Policy;

namespace Amavis.Core.Tests;

public sealed class PolicyStateTests
{
    private static PolicyState Base(params PolicyBank[] banks) => PolicyState.Base(Of(banks));

    private static Settings Of(params PolicyBank[] banks) => new() { PolicyBanks = banks.ToFrozenDictionary(b => b.Name) };

    private static PolicyBank Bank(string name, int logLevel = 0) => new(name, s => s with { LogLevel = s.LogLevel + logLevel });

    [Fact]
    public void Only_the_bank_loaded_last_is_not_loaded_again()
    {
        var state = Base(Bank("A", 1), Bank("B", 10)).LoadAll(["A", "A", "B", "GONE", "B", "A"]);
        (state.Path, state.Settings.LogLevel).ShouldBe(("A/B/A", 12));
    }

    [Fact]
    public void The_empty_name_leads_back_to_the_beginning()
    {
        var state = Base(Bank("A", 1)).LoadAll(["A", ""]);
        (state.Path, state.Settings.LogLevel).ShouldBe(("", 0));
        state.Load("A").Path.ShouldBe("A");
    }

    [Fact]
    public void A_bank_may_be_shown_under_another_name() =>
        Base(Bank("A") with { ShownName = "submission" }, Bank("B")).LoadAll(["A", "A", "B"]).Path.ShouldBe("submission/B");

    [Fact]
    public void A_value_comes_from_the_last_bank_that_sets_it_or_else_the_files()
    {
        static FrozenDictionary<string, string> At(string variable, string place) => new Dictionary<string, string> { [variable] = place }.ToFrozenDictionary();
        var settings = Of(Bank("A") with { Places = At("x_maps", "f:7") }, Bank("B")) with { Places = At("x_maps", "f:1") };
        var state = PolicyState.Base(settings);
        state.PlaceOf("x_maps").ShouldBe("f:1");
        state.PlaceOf("y_maps").ShouldBeNull();
        state.LoadAll(["A", "B"]).PlaceOf("x_maps").ShouldBe("policy bank A (f:7)");
    }

    private static PolicyState ByAuthor => PolicyState.Base(Of(Bank("AUTHOR_APPROVED"), Bank("WL"), Bank("NOBANNED")) with
    {
        AuthorToPolicyBankMaps = new LookupMaps([new HashTable(
        [
            new("shop.example", LookupValue.True),
            new(".bank.example", new LookupValue("WL, NOBANNED")),
            new("news.example/@esp.example", new LookupValue("WL")),
            new(".lists.example/@mlist.example", new LookupValue("NOBANNED")),
        ])]),
    });

    [Theory]
    [InlineData("a@shop.example", "shop.example", "AUTHOR_APPROVED")]
    [InlineData("a@shop.example", "esp.example", "")]
    [InlineData("a@www.bank.example", "www.bank.example", "WL/NOBANNED")]
    [InlineData("a@news.example", "ESP.example", "WL")]
    [InlineData("a@news.example", "news.example", "")]
    [InlineData("a@sub.lists.example", "mlist.example", "NOBANNED")]
    public void Signed_authors_lead_to_banks(string author, string domain, string path) =>
        ContentBanks.LoadByAuthors(ByAuthor, [new SignedAuthor(MailAddress.FromUnquoted(author), domain)]).Path.ShouldBe(path);

    [Fact]
    public void Virus_names_lead_to_banks_that_do_not_change_where_the_message_is_from()
    {
        var settings = Of(new PolicyBank("MASS", s => s with { Originating = true, LogLevel = 4 }), Bank("VIRUS")) with
        {
            VirusNameToPolicyBankMaps = new LookupMaps([new RegexTable(
            [
                new RegexRule(new Regex(@"^Worm\."), new LookupValue("MASS")),
                new RegexRule(new Regex("^Phish"), LookupValue.False),
                new RegexRule(new Regex("EICAR"), LookupValue.True),
            ])]),
        };
        var state = ContentBanks.LoadByViruses(PolicyState.Base(settings), ["Worm.A", "Phishing.B", "Other", "EICAR-Test"]);
        state.Path.ShouldBe("MASS/VIRUS");
        (state.Settings.LogLevel, state.Settings.Originating).ShouldBe((4, false));
    }
}
