using Amavis.Core.Categories;
using Amavis.Core.Policy;

namespace Amavis.Configuration.Tests;

public sealed class IncludeTests : ConfigurationFixture
{
    [Fact]
    public void Included_files_count_after_the_file_that_names_them_in_the_order_of_their_names()
    {
        Write("conf.d/20-b.yaml", "max_sessions: 20\nmydomain: b.example");
        Write("conf.d/10-a.yaml", "max_sessions: 10\nsyslog_ident: a");
        Write("conf.d/ignored.txt", "max_sessions: 99");
        Write("conf.d/.hidden.yaml", "max_sessions: 98");
        var result = Load("include: [conf.d/*.yaml]\nmax_sessions: 5\nmax_servers: 3\n");
        result.Mistakes.ShouldBeEmpty();
        result.Files.Select(f => Path.GetFileName(f)).ShouldBe(["amavis.yaml", "10-a.yaml", "20-b.yaml"]);
        var settings = result.Settings!;
        (settings.MaxSessions, settings.MyDomain, settings.SyslogIdent, settings.MaxServers).ShouldBe((20, "b.example", "a", 3));
    }

    [Fact]
    public void Mistakes_in_an_included_file_carry_its_name()
    {
        Write("conf.d/a.yaml", "max_servers: 3\nmax_sesions: 4\n");
        Mistake("include: conf.d/a.yaml").ShouldBe("conf.d/a.yaml:2:1: max_sesions: unknown key; did you mean \"max_sessions\"?");
    }

    [Fact]
    public void The_same_key_in_two_files_is_no_mistake_but_only_the_later_value_is_checked()
    {
        Write("b.yaml", "max_servers: 4\n");
        Good("include: [b.yaml]\nmax_servers: wrong\n").MaxServers.ShouldBe(4);
    }

    [Fact]
    public void Maps_of_names_are_put_together_and_lists_are_replaced()
    {
        Write("b.yaml", """
            policy_bank: {B: {originating: true}, A: {smtpd_timeout: 7}}
            interface_policy: {10027: B}
            final_destiny_maps_by_ccat: {spam: D_REJECT}
            inet_acl: [10.0.0.1]
            """);
        var settings = Good("""
            include: [b.yaml]
            policy_bank: {A: {child_timeout: 9}}
            interface_policy: {10026: A}
            final_destiny_maps_by_ccat: {banned: D_BOUNCE}
            inet_acl: [127.0.0.1]
            """);
        settings.PolicyBanks.Keys.Order().ShouldBe(["A", "B", "MYNETS"]);
        var bank = PolicyState.Base(settings).Load("A").Settings;
        (bank.ChildTimeout.TotalSeconds, bank.SmtpdTimeout.TotalSeconds).ShouldBe((9d, 7d));
        settings.InterfacePolicy.Count.ShouldBe(2);
        settings.FinalDestinyMapsByCcatOver.Entries.Keys.Select(k => k.Major).Order().ShouldBe([ContentCategory.Spam, ContentCategory.Banned]);
        settings.InetAcl.Elements.ShouldHaveSingleItem().Text.ShouldBe("10.0.0.1");
    }

    [Fact]
    public void A_later_file_takes_a_bank_away_with_null()
    {
        Write("b.yaml", "policy_bank: {A: null, MYNETS: null}\n");
        Good("include: [b.yaml]\npolicy_bank: {A: {originating: true}}\n").PolicyBanks.ShouldBeEmpty();
    }

    [Fact]
    public void Files_that_include_each_other_are_found()
    {
        Write("b.yaml", "max_servers: 3\ninclude: [amavis.yaml]\n");
        Mistake("include: [b.yaml]").ShouldStartWith("b.yaml:2:11: include: amavis.yaml includes itself");
    }

    [Theory]
    [InlineData("include: [missing.yaml]", "amavis.yaml:1:11: include: missing.yaml does not exist")]
    [InlineData("include: [\"*/a.yaml\"]", "amavis.yaml:1:11: include: \"*/a.yaml\": only the last part may hold * or ?")]
    [InlineData("include: [conf.d/]", "amavis.yaml:1:11: include: \"conf.d/\" names a directory; write \"conf.d/*.yaml\"")]
    [InlineData("include: [{a: b}]", "amavis.yaml:1:11: include: expects file names or patterns, got a map")]
    public void An_include_that_can_not_be_is_a_mistake_at_its_place(string yaml, string expected) => Mistake(yaml).ShouldBe(expected);

    [Fact]
    public void A_pattern_without_files_is_no_mistake() => Good("include: [conf.d/*.yaml, nowhere/*.yaml]").ShouldNotBeNull();

    [Fact]
    public void Files_named_in_an_included_file_lie_beside_it()
    {
        Write("conf.d/levels", "example.com 3\n");
        Write("conf.d/a.yaml", "spam_kill_level_maps: [{file: levels}]\n");
        Good("include: [conf.d/a.yaml]").SpamKillLevelMaps.Tables.Count.ShouldBe(1);
    }

    [Fact]
    public void Environment_variables_of_capitals_are_put_in_and_other_forms_stay()
    {
        SetVariable("DB_PASS", "s3cret");
        SetVariable("SERVERS", "6");
        SetVariable("CONF_DIR", "extra");
        Write("extra/a.yaml", "mydomain: ${DB_PASS}.example\n");
        var settings = Good("""
            include: ["${CONF_DIR}/*.yaml"]
            max_servers: ${SERVERS}
            smtpd_greeting_banner: "${helo-name} ${protocol} ${SERVERS} ready"
            storage_sql_dsn: ["postgres:Host=db;Password=${DB_PASS}"]
            spam_kill_level_maps: [{regexp: [["^(a)@", "${1}"]]}]
            """);
        settings.MaxServers.ShouldBe(6);
        settings.SmtpdGreetingBanner.ShouldBe("${helo-name} ${protocol} 6 ready");
        settings.StorageSqlDsn[0].ConnectionString.ShouldBe("Host=db;Password=s3cret");
        settings.MyDomain.ShouldBe("s3cret.example");
    }

    [Fact]
    public void A_missing_environment_variable_is_the_only_mistake_at_its_place()
    {
        Mistakes("max_servers: ${NOT_SET}\nmydomain: \"${ALSO_NOT}\"\n").ShouldBe([
            "amavis.yaml:1:14: max_servers: the environment variable NOT_SET is not set",
            "amavis.yaml:2:11: mydomain: the environment variable ALSO_NOT is not set"]);
    }

    [Fact]
    public void Anchors_let_a_value_be_used_twice()
    {
        var settings = Good("mynetworks: &ours [10.0.0.0/8]\ninet_acl: *ours\n");
        settings.InetAcl.Elements.ShouldHaveSingleItem().Text.ShouldBe("10.0.0.0/8");
    }
}
