using System.Net;
using Amavis.Core.Addresses;
using Amavis.Core.Categories;
using Amavis.Core.Lookups;
using Amavis.Core.Policy;

namespace Amavis.Configuration.Tests;

public sealed class BankTests : ConfigurationFixture
{
    private static readonly AddressKeys Somebody = AddressKeys.For(MailAddress.FromUnquoted("a@example.com"), AddressRules.Default);

    private PolicyState Base(string yaml) => PolicyState.Base(Good(yaml));

    private static string? Tag(Settings settings, CategoryKey key) =>
        settings.ByCcat.SubjectTags.Entries.GetValueOrDefault(key)?.Text(Somebody);

    [Fact]
    public void Maps_by_category_are_merged_entry_by_entry()
    {
        var state = Base("policy_bank: {A: {subject_tag_maps_by_ccat: {spam: \"[SPAM] \"}}}\n").Load("A");
        Tag(state.Settings, ContentCategory.Spam).ShouldBe("[SPAM] ");
        Tag(state.Settings, ContentCategory.Virus).ShouldBe("***INFECTED*** ");
    }

    [Fact]
    public void A_map_that_says_replace_stands_alone()
    {
        var state = Base("policy_bank: {A: {subject_tag_maps_by_ccat: {REPLACE: true, spam: \"[SPAM] \"}}, B: {subject_tag_maps_by_ccat: {banned: B}}}\n").Load("A");
        Tag(state.Settings, ContentCategory.Spam).ShouldBe("[SPAM] ");
        state.Settings.ByCcat.SubjectTags.Entries.Keys.ShouldNotContain(new CategoryKey(ContentCategory.Virus));
        var both = state.Load("B").Settings;
        Tag(both, ContentCategory.Banned).ShouldBe("B");
        both.ByCcat.SubjectTags.Entries.Keys.ShouldNotContain(new CategoryKey(ContentCategory.Virus));
    }

    [Fact]
    public void A_category_of_null_means_that_nothing_is_done()
    {
        var state = Base("policy_bank: {A: {quarantine_method_by_ccat: {virus: null}}}\n").Load("A");
        state.Settings.ByCcat.QuarantineMethods.Entries[ContentCategory.Virus].ShouldBeNull();
        state.Settings.ByCcat.QuarantineMethods.Entries[ContentCategory.Banned].ShouldNotBeNull();
    }

    [Fact]
    public void Older_dynamic_variables_take_effect_through_their_table()
    {
        var state = Base("policy_bank: {A: {final_spam_destiny: D_REJECT, spam_quarantine_method: null}}\n").Load("A");
        state.Settings.ByCcat.Destinies.Entries[ContentCategory.Spam]!.Number(Somebody).ShouldBe(-3);
        state.Settings.ByCcat.QuarantineMethods.Entries[ContentCategory.Spam].ShouldBeNull();
    }

    [Fact]
    public void Lists_and_tables_are_replaced_as_a_whole()
    {
        var state = Base("spam_kill_level_maps: [{a@example.com: 3}, 6]\ninet_acl: [10.0.0.1]\npolicy_bank: {A: {spam_kill_level_maps: 9, inet_acl: [10.0.0.2]}}\n");
        state.Settings.SpamKillLevelMaps.Number(Somebody).ShouldBe(3);
        var bank = state.Load("A").Settings;
        bank.SpamKillLevelMaps.Number(Somebody).ShouldBe(9);
        bank.InetAcl.Match(IPAddress.Parse("10.0.0.1")).ShouldBeNull();
    }

    [Fact]
    public void Later_banks_win_over_earlier_ones()
    {
        var state = Base("policy_bank: {A: {log_level: 1, child_timeout: 5}, B: {log_level: 2}}\n").Load("A").Load("B");
        (state.Settings.LogLevel, state.Settings.ChildTimeout.TotalSeconds, state.Path).ShouldBe((2, 5d, "A/B"));
    }

    [Fact]
    public void Header_names_are_switched_one_by_one_or_all_together()
    {
        var state = Base("allowed_added_header_fields: {X-Own: true}\npolicy_bank: {A: {allowed_added_header_fields: {x-spam-score: false}}, B: {allowed_added_header_fields: {REPLACE: true, Received: true}}}\n");
        state.Settings.MayAddHeader("X-OWN").ShouldBeTrue();
        state.Load("A").Settings.MayAddHeader("X-Spam-Score").ShouldBeFalse();
        state.Load("A").Settings.MayAddHeader("X-Spam-Flag").ShouldBeTrue();
        state.Load("B").Settings.AllowedAddedHeaderFields.ShouldBe(["received"]);
    }

    [Fact]
    public void Clients_lead_to_banks_in_the_order_of_the_list()
    {
        var settings = Good("""
            mynetworks: [192.0.2.0/24]
            client_ipaddr_policy:
              - [[203.0.113.7/32], "NOCHECKS, QUIET"]
              - [mynetworks, MYNETS]
              - {198.51.100.0/24: [OTHER]}
            policy_bank: {NOCHECKS: {}, QUIET: {}, OTHER: {}}
            """);
        settings.ClientIpaddrPolicy[0].Banks.ShouldBe(["NOCHECKS", "QUIET"]);
        settings.ClientIpaddrPolicy[1].Networks.Match(IPAddress.Parse("192.0.2.9")).ShouldBe(true);
        settings.ClientIpaddrPolicy[2].Banks.ShouldBe(["OTHER"]);
        Good("mynetworks: [192.0.2.0/24]").ClientIpaddrPolicy.ShouldHaveSingleItem().Networks.Match(IPAddress.Parse("192.0.2.9")).ShouldBe(true);
    }

    [Fact]
    public void A_name_of_a_bank_that_does_not_exist_is_noticed_with_its_place()
    {
        var result = Load("interface_policy: {10026: ORIGINATNG, SOCK: \"A,B\"}\nclient_ipaddr_policy: [[10.0.0.0/8, GONE]]\npolicy_bank: {A: {}, B: {}}\n");
        result.Mistakes.ShouldBeEmpty();
        result.Notices.Select(n => n.Replace(Root + "/", "", StringComparison.Ordinal)).Where(n => n.Contains("no policy bank", StringComparison.Ordinal)).ShouldBe([
            "amavis.yaml:1:27: interface_policy.10026: there is no policy bank \"ORIGINATNG\"; the name changes nothing",
            "amavis.yaml:1:45: interface_policy.SOCK: there is no policy bank \"A,B\"; the name changes nothing",
            "amavis.yaml:2:37: client_ipaddr_policy: there is no policy bank \"GONE\"; the name changes nothing"], ignoreOrder: true);
    }

    [Fact]
    public void Mynets_goes_with_null()
    {
        Good("policy_bank: {MYNETS: null}\n").PolicyBanks.ShouldBeEmpty();
        Load("policy_bank: {MYNETS: null}\nlisten_sockets: 10024\n").Notices.ShouldBeEmpty();
    }

    [Fact]
    public void A_bank_may_say_that_mynets_is_not_originating() =>
        Base("policy_bank: {MYNETS: {originating: 0}}\n").Load("MYNETS").Settings.Originating.ShouldBeFalse();
}
