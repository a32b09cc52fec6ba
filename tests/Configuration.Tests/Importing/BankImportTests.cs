namespace Amavis.Configuration.Tests.Importing;

public sealed class BankImportTests : ImportFixture
{
    [Fact]
    public void A_bank_is_taken_over_with_all_kinds_of_values() =>
        Value("""
            $policy_bank{'X'} = {
              originating => 1, log_level => 4, forward_method => 'smtp:[127.0.0.1]:10027', os_fingerprint_method => undef,
              smtpd_discard_ehlo_keywords => ['8BITMIME'], inet_acl => [qw( 127.0.0.1 [::1] )], bypass_spam_checks_maps => [1],
              virus_admin_maps => ["v\@$mydomain"], spam_kill_level_maps => [ {'a@b.example' => 9}, \$sa_kill_level_deflt ],
              final_spam_destiny => D_DISCARD, banned_filename_maps => ['NO-EXE', 'DEFAULT'], notify_method => \$forward_method,
              final_destiny_by_ccat => { CC_SPAM, D_PASS }, quarantine_method_by_ccat => { REPLACE => 1, CC_VIRUS, undef },
              allowed_added_header_fields => { 'x-spam-report' => 1 }, local_domains_maps => [['.x.example']],
            };
            $policy_bank{'MYNETS'} = {};
            """, "policy_bank").ShouldBe("""
            {"X":{"originating":true,"log_level":4,"forward_method":"smtp:[127.0.0.1]:10027","os_fingerprint_method":null,"smtpd_discard_ehlo_keywords":["8BITMIME"],"inet_acl":["127.0.0.1","[::1]"],"bypass_spam_checks_maps":[true],"virus_admin_maps":["v@example.com"],"spam_kill_level_maps":[{"a@b.example":9}],"final_spam_destiny":"D_DISCARD","banned_filename_maps":["NO-EXE","DEFAULT"],"notify_method":"smtp:[127.0.0.1]:10025","final_destiny_maps_by_ccat":{"spam":"D_PASS"},"quarantine_method_by_ccat":{"REPLACE":true,"virus":null},"allowed_added_header_fields":{"x-spam-report":true},"local_domains_maps":[[".x.example"]]},"MYNETS":{}}
            """.Trim());

    [Fact]
    public void Keys_can_be_added_one_by_one() =>
        Value("$policy_bank{'X'}{originating} = 1; $policy_bank{'X'}->{log_level} = 3; $policy_bank{X}{inet_acl} = ['127.0.0.1']; push @{$policy_bank{X}{inet_acl}}, '::1'; $policy_bank{MYNETS} = {};", "policy_bank")
            .ShouldBe("{\"X\":{\"originating\":true,\"log_level\":3,\"inet_acl\":[\"127.0.0.1\",\"::1\"]},\"MYNETS\":{}}");

    [Fact]
    public void All_banks_can_be_given_at_once_and_built_on() =>
        Value("%policy_bank = ('A' => { originating => 1 }, MYNETS => {}); $policy_bank{'B'} = { %{$policy_bank{'A'}}, log_level => 2 };", "policy_bank")
            .ShouldBe("{\"A\":{\"originating\":true},\"MYNETS\":{},\"B\":{\"originating\":true,\"log_level\":2}}");

    [Fact]
    public void Without_a_bank_for_our_networks_there_is_none_here_either()
    {
        Value(Import("$log_level = 1;"), "policy_bank").ShouldBe("{\"MYNETS\":null}");
        Value(Import("$policy_bank{'X'} = {};"), "policy_bank").ShouldBe("{\"X\":{},\"MYNETS\":null}");
        Value(Import("$policy_bank{'MYNETS'} = { originating => 0 };"), "policy_bank").ShouldBe("{\"MYNETS\":{\"originating\":false}}");
    }

    [Fact]
    public void What_differs_by_default_is_written_as_the_original_has_it()
    {
        var result = Import("$MAXFILES = 1500;");
        var settings = Loaded(result).Settings!;
        (settings.VirusScannersFailureIsFatal, settings.MaxLevels, settings.MaxFiles, settings.MinExpansionQuota, settings.MaxExpansionQuota)
            .ShouldBe((false, 0, 1500, 0, long.MaxValue));
        settings.PolicyBanks.ShouldBeEmpty();
        var given = Loaded(Import("$virus_scanners_failure_is_fatal = 1; $MAXLEVELS = 3; $policy_bank{'MYNETS'} = {};")).Settings!;
        (given.VirusScannersFailureIsFatal, given.MaxLevels).ShouldBe((true, 3));
        given.PolicyBanks.ShouldContainKey("MYNETS");
    }

    [Theory]
    [InlineData("$policy_bank{'X'} = {\n originatin => 1,\n log_level => 1 };", 2, "did you mean \"originating\"")]
    [InlineData("$policy_bank{'X'} = {\n ACTION => sub { 1 },\n log_level => 1 };", 2, "code in a policy bank")]
    [InlineData("$policy_bank{'X'} = {\n bypass_spam_checks_maps => 1,\n log_level => 1 };", 2, "a list in [ ] is wanted")]
    [InlineData("$policy_bank{'X'} = {\n forward_method => 'nonsense',\n log_level => 1 };", 2, "not a delivery method")]
    [InlineData("$policy_bank{'X'} = {\n protocol => 'COURIER',\n log_level => 1 };", 2, "SMTP")]
    [InlineData("$policy_bank{'X'} = {\n myhostname => `hostname -s`,\n log_level => 1 };", 2, "commands are never run")]
    public void A_faulty_key_is_left_out_alone(string text, int line, string reason)
    {
        var result = Import(text);
        var refused = result.Refused.ShouldHaveSingleItem();
        (refused.Position.Line, refused.What.Contains(reason, StringComparison.Ordinal)).ShouldBe((line, true), refused.What);
        Value(result, "policy_bank").ShouldBe("{\"X\":{\"log_level\":1},\"MYNETS\":null}");
    }

    [Theory]
    [InlineData("max_servers => 3", "max_servers")]
    [InlineData("sa_kill_level_deflt => 3", "use spam_kill_level_maps there")]
    public void What_the_original_takes_no_notice_of_in_a_bank_is_left_out_with_a_note(string entry, string note)
    {
        Notes($"$policy_bank{{'X'}} = {{ {entry} }};").ShouldContain(n => n.Contains(note) && n.Contains("takes no notice"));
    }

    [Fact]
    public void A_bank_that_is_no_map_is_refused() => Refusal("$policy_bank{'X'} = 'originating';").Reason.ShouldContain("is no map");

    [Fact]
    public void An_interface_that_is_none_is_left_out_alone()
    {
        var result = Import("%interface_policy = ('10026' => 'A',\n 'smtp' => 'B');");
        result.Refused.ShouldHaveSingleItem().Position.Line.ShouldBe(2);
        Value(result, "interface_policy").ShouldBe("{\"10026\":\"A\"}");
    }
}
