using Amavis.Core.Addresses;
using Amavis.Core.Lookups;

namespace Amavis.Configuration.Tests;

public sealed class OlderVariableTests : ConfigurationFixture
{
    private static AddressKeys Keys(string address) => AddressKeys.For(MailAddress.FromUnquoted(address), AddressRules.Default);

    [Theory]
    [InlineData("x@example.com", 12d)]
    [InlineData("a@example.com", 6d)]
    public void A_table_can_be_what_an_older_variable_is(string address, double level) =>
        Good("spam_kill_level_maps: [{x@example.com: 12}, {variable: sa_kill_level_deflt}]\nsa_kill_level_deflt: 6\n").SpamKillLevelMaps.Number(Keys(address)).ShouldBe(level);

    [Theory]
    [InlineData("local_domains: {a.example: true}", "local_domains")]
    [InlineData("local_domains_acl: [.example]", "local_domains_acl")]
    [InlineData("local_domains_re: ['@a[.]example$']", "local_domains_re")]
    public void Hashes_lists_and_patterns_can_be_named(string older, string name)
    {
        var maps = Good($"{older}\nlocal_domains_maps: [{{variable: {name}}}, {{b.test: true}}]\n").LocalDomainsMaps;
        maps.IsTrue(Keys("x@a.example")).ShouldBeTrue();
        maps.IsTrue(Keys("x@b.test")).ShouldBeTrue();
        maps.IsTrue(Keys("x@c.test")).ShouldBeFalse();
    }

    [Fact]
    public void A_variable_that_is_not_given_is_its_default_or_nothing()
    {
        Good("virus_quarantine_to_maps: [{x@example.com: y}, {variable: virus_quarantine_to}]\n").VirusQuarantineToMaps.Text(Keys("a@example.com")).ShouldBe("virus-quarantine");
        Good("spam_kill_level_maps: [{variable: sa_kill_level_deflt}, 3]\n").SpamKillLevelMaps.Number(Keys("a@example.com")).ShouldBe(3);
    }

    [Fact]
    public void A_bank_can_name_an_older_variable() =>
        Good("sa_kill_level_deflt: 6\npolicy_bank: {A: {spam_kill_level_maps: [{variable: sa_kill_level_deflt}]}}\n").PolicyBanks.ShouldContainKey("A");

    [Fact]
    public void A_variable_that_is_named_is_not_said_to_change_nothing()
    {
        Load("spam_kill_level_maps: [{variable: sa_kill_level_deflt}]\nsa_kill_level_deflt: 6\n").Notices.ShouldNotContain(n => n.Contains("changes nothing"));
        Load("spam_kill_level_maps: [8]\nsa_kill_level_deflt: 6\n").Notices.ShouldContain(n => n.Contains("changes nothing"));
    }

    [Theory]
    [InlineData("spam_kill_level_maps: [{variable: max_servers}]", "is no older variable that feeds tables")]
    [InlineData("spam_kill_level_maps: [{variable: nonsense}]", "is no older variable that feeds tables")]
    [InlineData("local_domains: {variable: local_domains}", "refers to another variable itself")]
    [InlineData("local_domains: {variable: spam_lovers}\nspam_lovers: {variable: local_domains}\nlocal_domains_maps: [{variable: local_domains}]", "refers to another variable itself")]
    public void Another_name_is_a_mistake(string yaml, string what) => Mistakes(yaml)[0].ShouldContain(what);
}
