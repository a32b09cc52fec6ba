using Amavis.Core.Addresses;
using Amavis.Core.Lookups;
using Amavis.Core.Lookups.Databases;
using Amavis.Core.Policy;

namespace Amavis.Configuration.Tests;

/// <summary>What the configuration says of lookups in SQL and LDAP.</summary>
public sealed class DatabaseLookupTests : ConfigurationFixture
{
    private const string Sql = "lookup_sql_dsn: [\"sqlite:/nowhere/amavis.db\"]\n";

    private static string Kinds(LookupMaps maps) => string.Join(' ', maps.Tables.Select(t => t switch
    {
        DatabaseTable d => $"{d.Database}.{d.Name}.{d.Kind}",
        _ => t.GetType().Name,
    }));

    [Fact]
    public void Without_databases_the_tables_stay_as_they_are() =>
        Good("sa_kill_level_deflt: 6\n").SpamKillLevelMaps.AsksDatabases.ShouldBeFalse();

    [Fact]
    public void Sql_and_then_ldap_go_before_the_tables_of_every_variable_that_has_a_field()
    {
        var settings = Good(Sql + "enable_ldap: true\nsa_kill_level_deflt: 6\nlocal_domains_maps: [[.example.com]]\nbanned_filename_maps: [DEFAULT]\n");
        Kinds(settings.SpamKillLevelMaps).ShouldBe("Sql.spam_kill_level.Number Ldap.amavisSpamKillLevel.Number ConstantTable");
        Kinds(settings.LocalDomainsMaps).ShouldBe("Sql.local.Locality Ldap.amavisLocal.Locality AclTable");
        Kinds(settings.VirusLoversMaps).ShouldBe("Sql.virus_lover.Truth Ldap.amavisVirusLover.Truth");
        Kinds(settings.BannedFilenameMaps).ShouldBe("Sql.banned_rulenames.Text Ldap.amavisBannedRuleNames.Text ConstantTable");
        Kinds(settings.SpamQuarantineToMaps).ShouldStartWith("Sql.spam_quarantine_to.Text Ldap.amavisSpamQuarantineTo.Text");
        settings.WhitelistSenderMaps.AsksDatabases.ShouldBeFalse();
    }

    [Fact]
    public void Tables_by_category_see_the_databases_through_the_variable_they_refer_to() =>
        Kinds(Good(Sql).ByCcat.Lovers.Entries[Core.Categories.ContentCategory.Spam]!).ShouldBe("Sql.spam_lover.Truth");

    [Fact]
    public void Databases_may_be_left_out_or_put_at_a_place_of_their_own()
    {
        var settings = Good(Sql + """
            lookup_maps_imply_sql_and_ldap: false
            spam_kill_level_maps: [{boss@example.com: 99}, {sql: spam_kill_level}, {q_ldap_n: amavisSpamKillLevel}, 6]
            virus_lovers_maps: [{q_sql_b: virus_lover}]
            local_domains_maps: [{sql: local}, [.example.com]]
            """);
        Kinds(settings.SpamKillLevelMaps).ShouldBe("HashTable Sql.spam_kill_level.Number Ldap.amavisSpamKillLevel.Number ConstantTable");
        Kinds(settings.VirusLoversMaps).ShouldBe("Sql.virus_lover.Truth");
        Kinds(settings.LocalDomainsMaps).ShouldBe("Sql.local.Locality AclTable");
        Kinds(settings.SpamTag2LevelMaps).ShouldBe("");
    }

    [Fact]
    public void A_bank_with_a_table_of_its_own_takes_the_databases_out()
    {
        var state = PolicyState.Base(Good(Sql + "policy_bank: {A: {spam_kill_level_maps: 9}, B: {spam_kill_level_maps: [{sql: spam_kill_level}, 9]}}\n"));
        Kinds(state.Load("A").Settings.SpamKillLevelMaps).ShouldBe("ConstantTable");
        Kinds(state.Load("B").Settings.SpamKillLevelMaps).ShouldBe("Sql.spam_kill_level.Number ConstantTable");
        Kinds(state.Load("A").Settings.SpamTag2LevelMaps).ShouldBe("Sql.spam_tag2_level.Number");
    }

    [Fact]
    public void A_directory_that_only_a_bank_asks_stands_in_the_tables_all_the_same()
    {
        var settings = Good("policy_bank: {A: {enable_ldap: true}}\n");
        Kinds(settings.SpamKillLevelMaps).ShouldBe("Ldap.amavisSpamKillLevel.Number");
        settings.EnableLdap.ShouldBeFalse();
        PolicyState.Base(settings).Load("A").Settings.EnableLdap.ShouldBeTrue();
    }

    [Fact]
    public void Statements_of_lookups_are_laid_over_one_by_one()
    {
        var state = PolicyState.Base(Good("""
            sql_select_policy: SELECT 1
            sql_select_white_black_list: SELECT 2
            sql_clause: {sel_wblist: SELECT 3}
            policy_bank: {A: {sql_clause: {sel_policy: ""}}, B: {sql_clause: {REPLACE: 1}}}
            """));
        state.Settings.SqlClause.OrderBy(c => c.Key).Select(c => c.Value).ShouldBe(["SELECT 1", "SELECT 3"]);
        state.Load("A").Settings.SqlClause["sel_policy"].ShouldBe("");
        state.Load("B").Settings.SqlClause.ShouldBeEmpty();
    }

    [Fact]
    public void Statements_that_are_not_used_are_named_and_unknown_ones_are_mistakes()
    {
        Load("sql_clause: {ins_msg: x}\nlisten_sockets: 10024\n").Notices.ShouldContain(n => n.Contains("sql_clause.ins_msg", StringComparison.Ordinal));
        Load("sql_clause: {sel_polcy: x}\n").Mistakes.Single().What.ShouldContain("sel_policy");
    }

    [Fact]
    public void Access_to_the_directory_is_read_and_its_password_not_shown()
    {
        var result = Load("""
            enable_ldap: true
            default_ldap:
              hostname: [ldap1.example.com, "ldap2.example.com:1389"]
              base: "ou=mail,dc=%d"
              bind_dn: cn=amavis
              bind_password: s3cret
              query_filter: "(&(objectClass=amavisAccount)(|(mail=%m)(mailAlternateAddress=%m)))"
              timeout: 5
              tls: 1
              verify: require
            """);
        result.Mistakes.ShouldBeEmpty();
        var ldap = result.Settings!.DefaultLdap;
        ldap.Hostname.ShouldBe(["ldap1.example.com", "ldap2.example.com:1389"]);
        (ldap.Timeout.TotalSeconds, ldap.Tls, ldap.Verify, ldap.BindPassword).ShouldBe((5d, LdapTls.StartTls, LdapVerify.Require, "s3cret"));
        result.Values.Single(v => v.Variable.Name == "default_ldap").Value!.ToJsonString().ShouldNotContain("s3cret");
        Load("default_ldap: {query_filter: (mail=x)}\n").Mistakes.Single().What.ShouldContain("%m");
    }

    [Fact]
    public void Tables_of_senders_by_recipient_are_of_any_kind()
    {
        var settings = Good("""
            per_recip_blacklist_sender_lookup_tables:
              user1@example.com: [.spam.example, pest@far.example]
              .example.com: {regexp: ['@pest\.']}
            per_recip_whitelist_sender_lookup_tables: {user1@example.com: {friend@far.example: 1}}
            """);
        string Judge(string recipient, string sender)
        {
            var judged = SenderLists.Judge(settings, Keys(recipient), [new JudgedSender(Keys(sender), [])]);
            return (judged.Whitelisted ? "w" : "") + (judged.Blacklisted ? "b" : "");
        }

        Judge("user1@example.com", "a@x.spam.example").ShouldBe("b");
        Judge("user2@example.com", "a@x.spam.example").ShouldBe("");
        Judge("user2@example.com", "a@pest.test").ShouldBe("b");
        Judge("user1@example.com", "friend@far.example").ShouldBe("w");
    }

    [Fact]
    public void Places_of_values_are_kept_for_explanations()
    {
        var settings = Good("sa_kill_level_deflt: 6\nspam_tag_level_maps: [2]\npolicy_bank: {A: {policy_bank_name: shown, spam_tag_level_maps: 3}}\n");
        settings.Places["spam_kill_level_maps"].ShouldEndWith("amavis.yaml:1 (sa_kill_level_deflt)");
        settings.Places["spam_tag_level_maps"].ShouldEndWith("amavis.yaml:2");
        settings.Places.ContainsKey("spam_tag2_level_maps").ShouldBeFalse();
        var bank = PolicyState.Base(settings).Load("A");
        bank.Path.ShouldBe("shown");
        bank.PlaceOf("spam_tag_level_maps").ShouldBe($"policy bank A ({Root}/amavis.yaml:3)");
    }

    [Fact]
    public void Each_list_of_our_networks_leads_to_mynets()
    {
        var settings = Good("mynetworks: [192.0.2.0/24]\nmynetworks_maps: [[\"!10.0.0.1\"], [10.0.0.0/8], mynetworks]\n");
        settings.ClientIpaddrPolicy.Count.ShouldBe(3);
        settings.ClientIpaddrPolicy[2].Networks.Match(System.Net.IPAddress.Parse("192.0.2.1")).ShouldBe(true);
    }

    private static AddressKeys Keys(string address) => AddressKeys.For(MailAddress.FromUnquoted(address), AddressRules.Default);
}
