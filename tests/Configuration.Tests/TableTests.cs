using Amavis.Core.Addresses;
using Amavis.Core.Categories;
using Amavis.Core.Lookups;
using Amavis.Core.Policy;

namespace Amavis.Configuration.Tests;

public sealed class TableTests : ConfigurationFixture
{
    private static AddressKeys Keys(string address) => AddressKeys.For(MailAddress.FromUnquoted(address), AddressRules.Default);

    [Theory]
    [InlineData("spam_kill_level_maps: 6.9", 6.9)]
    [InlineData("spam_kill_level_maps: [6.9]", 6.9)]
    [InlineData("spam_kill_level_maps: {example.com: 5}", 5d)]
    [InlineData("spam_kill_level_maps: {hash: {file: 1, example.com: 4}}", 4d)]
    [InlineData("spam_kill_level_maps: {EXAMPLE.COM: 5}", 5d)]
    [InlineData("spam_kill_level_maps: [{A@Example.com: 7}]", 7d)]
    [InlineData("spam_kill_level_maps: [{a@: 8}]", 8d)]
    [InlineData("spam_kill_level_maps: [{.: 9}]", 9d)]
    [InlineData("spam_kill_level_maps: [{a@example.com: null, .: 9}, 3]", 3d)]
    [InlineData("spam_kill_level_maps: [null, 3]", 3d)]
    [InlineData("spam_kill_level_maps: [{regexp: [\"^b@\", [\"^a@\", 2]]}]", 2d)]
    [InlineData("spam_kill_level_maps: [{regexp: [[\"^a@\", null], [\"^a@\", 2]]}, 1]", 1d)]
    [InlineData("spam_kill_level_maps: [{regexp: [[\"(?i)^A(@)(.)\", \"$2.5\"]]}]", null)]
    [InlineData("spam_kill_level_maps: []", null)]
    [InlineData("spam_kill_level_maps: null", null)]
    [InlineData("spam_kill_level_maps: \"7\"", 7d)]
    public void A_map_of_levels_may_be_written_in_many_ways(string yaml, double? level) =>
        Good(yaml).SpamKillLevelMaps.Number(Keys("a@example.com")).ShouldBe(level);

    [Theory]
    [InlineData("[[example.com]]", true)]
    [InlineData("[[\"!a@example.com\", example.com]]", false)]
    [InlineData("[[.com]]", true)]
    [InlineData("{acl: [example.com]}", true)]
    [InlineData("[{a@example.com: false}, true]", false)]
    [InlineData("[{a@example.com: 0}, 1]", false)]
    [InlineData("[{array: list}]", true)]
    [InlineData("[{file: list}]", true)]
    public void A_map_of_addresses_answers_yes_or_no(string value, bool expected)
    {
        Write("list", "# ours\nexample.com   # this one\n");
        Good("spam_lovers_maps: " + value).SpamLoversMaps.IsTrue(Keys("a@example.com")).ShouldBe(expected);
    }

    [Fact]
    public void Keys_keep_their_letter_case_when_local_parts_do()
    {
        var settings = Good("localpart_is_case_sensitive: true\nspam_lovers_maps: [{Eva@Example.com: true}]\n");
        var rules = new AddressRules("", CaseSensitiveLocalPart: true);
        settings.SpamLoversMaps.IsTrue(AddressKeys.For(MailAddress.FromUnquoted("Eva@example.COM"), rules)).ShouldBeTrue();
        settings.SpamLoversMaps.IsTrue(AddressKeys.For(MailAddress.FromUnquoted("eva@example.com"), rules)).ShouldBeFalse();
    }

    [Fact]
    public void Domains_beyond_ascii_are_found_in_both_forms()
    {
        var settings = Good("local_domains_maps: [{bücher.example: true}]");
        settings.LocalDomainsMaps.IsTrue(Keys("a@xn--bcher-kva.example")).ShouldBeTrue();
        settings.LocalDomainsMaps.IsTrue(Keys("a@bücher.example")).ShouldBeTrue();
    }

    [Fact]
    public void Older_variables_are_searched_as_hash_then_list_then_patterns()
    {
        var settings = Good("""
            local_domains: {one.example: true, two.example: false}
            local_domains_acl: [two.example, "!three.example", .three.example]
            local_domains_re: ['@four\.example$']
            """);
        settings.LocalDomainsMaps.Tables.Select(t => t.GetType()).ShouldBe([typeof(HashTable), typeof(AclTable), typeof(RegexTable)]);
        (string, bool)[] expected = [("one", true), ("two", false), ("three", false), ("sub.three", true), ("four", true), ("five", false)];
        foreach (var (domain, local) in expected)
            settings.LocalDomainsMaps.IsTrue(Keys($"a@{domain}.example")).ShouldBe(local, domain);
    }

    [Fact]
    public void Older_levels_and_places_feed_their_tables()
    {
        var settings = Good("""
            sa_tag_level_deflt: -999
            sa_tag2_level_deflt: 6.2
            sa_kill_level_deflt: 6.9
            sa_dsn_cutoff_level: 10
            sa_quarantine_cutoff_level: 20
            sa_spam_subject_tag: "***Spam*** "
            virus_quarantine_to: virusalert@example.com
            spam_quarantine_to: null
            """);
        var anyone = Keys("a@b.example");
        settings.SpamTagLevelMaps.Number(anyone).ShouldBe(-999);
        settings.SpamTag2LevelMaps.Number(anyone).ShouldBe(6.2);
        settings.SpamKillLevelMaps.Number(anyone).ShouldBe(6.9);
        settings.SpamDsnCutoffLevelMaps.Number(anyone).ShouldBe(10);
        settings.SpamQuarantineCutoffLevelMaps.Number(anyone).ShouldBe(20);
        settings.SpamSubjectTag2Maps.Text(anyone).ShouldBe("***Spam*** ");
        settings.SpamSubjectTagMaps.Text(anyone).ShouldBeNull();
        settings.VirusQuarantineToMaps.Text(anyone).ShouldBe("virusalert@example.com");
        settings.SpamQuarantineToMaps.Text(anyone).ShouldBeNull();
        settings.BannedQuarantineToMaps.Text(anyone).ShouldBe("banned-quarantine");
    }

    [Fact]
    public void A_table_that_is_given_itself_leaves_the_older_variable_dead_with_a_notice()
    {
        var result = Load("sa_kill_level_deflt: 5\nspam_kill_level_maps: [8]\n");
        result.Settings!.SpamKillLevelMaps.Number(Keys("a@b.example")).ShouldBe(8);
        result.Notices.ShouldContain($"{MainFile}:1:1: sa_kill_level_deflt: changes nothing, since spam_kill_level_maps is given");
        Mistakes("sa_kill_level_deflt: x\nspam_kill_level_maps: [8]\n").Length.ShouldBe(1);
    }

    [Fact]
    public void Forged_senders_are_assumed_after_the_patterns()
    {
        var maps = Good("viruses_that_fake_sender_re: [['EICAR', 0], 'W32']\n").VirusesThatFakeSenderMaps;
        maps.FindText("EICAR-Test")!.IsTrue.ShouldBeFalse();
        maps.FindText("W32/Klez")!.IsTrue.ShouldBeTrue();
        maps.FindText("Other")!.IsTrue.ShouldBeTrue();
    }

    [Fact]
    public void Scores_of_senders_are_tables_within_tables()
    {
        Write("senders", "news@list.example -3\n");
        var maps = Good("""
            score_sender_maps:
              - .: [{regexp: [['(?i)^bulk', 5.0]]}, {file: senders}, {boss@example.com: -5}]
                eva@example.com: [{.: 1}]
            """).ScoreSenderMaps;
        var found = maps.FindAll(Keys("eva@example.com")).Select(r => r.Value.Tables!).ToArray();
        found.Length.ShouldBe(2);
        var site = new LookupMaps(found[1]);
        site.Number(Keys("Bulk@x.example")).ShouldBe(5);
        site.Number(Keys("news@list.example")).ShouldBe(-3);
        new LookupMaps(found[0]).Number(Keys("any@one.example")).ShouldBe(1);
    }

    [Fact]
    public void Banned_rules_are_patterns_or_tables_with_their_comments()
    {
        var settings = Good("""
            banned_filename_re:
              - ['^\.(zip|rpm)$', 0]
              - '(?i)(?# double extension )\.[^./]*\.(exe|vbs)\.?$'
              - ['^application/hta$', DISCARD]
            banned_rules:
              STRICT: ['\.zip$', {x.exe: true}]
              NONE: null
            banned_filename_maps: [{a@b.example: "STRICT, NONE", c@d.example: [{regexp: ['\.iso$']}]}, DEFAULT]
            """);
        settings.BannedRules.Keys.Order().ShouldBe(["DEFAULT", "NONE", "STRICT"]);
        var rules = ((RegexTable)settings.BannedRules["DEFAULT"][0]).Rules;
        rules.Select(r => r.Value!.Text).ShouldBe(["0", "1", "DISCARD"]);
        rules[1].Comment.ShouldBe("double extension");
        rules[1].Pattern.IsMatch("letter.pdf.EXE").ShouldBeTrue();
        settings.BannedRules["STRICT"].Count.ShouldBe(2);
        settings.BannedRules["NONE"].ShouldBeEmpty();
        settings.BannedFilenameMaps.Text(Keys("a@b.example")).ShouldBe("STRICT, NONE");
        settings.BannedFilenameMaps.FindAll(Keys("c@d.example")).First().Value.Tables!.Count.ShouldBe(1);
    }

    [Fact]
    public void Categories_have_names_with_minors_or_numbers()
    {
        var settings = Good("""
            final_destiny_maps_by_ccat:
              unchecked-encrypted: D_BOUNCE
              bad-header,2: D_REJECT
              "6": {a@b.example: D_PASS, .: -2}
              oversized: null
            """);
        var entries = settings.FinalDestinyMapsByCcatOver.Entries;
        entries[new CategoryKey(ContentCategory.Unchecked, 1)]!.Number(Keys("x@y.example")).ShouldBe(-2);
        entries[new CategoryKey(ContentCategory.BadHeader, 2)]!.Number(Keys("x@y.example")).ShouldBe(-3);
        entries[ContentCategory.Spam]!.Number(Keys("a@b.example")).ShouldBe(1);
        entries[ContentCategory.Spam]!.Number(Keys("x@y.example")).ShouldBe(-2);
        entries[ContentCategory.Oversized].ShouldBeNull();
    }

    [Fact]
    public void Names_of_older_releases_are_understood()
    {
        var settings = Good("DO_SYSLOG: true\nLOGFILE: /x\nfinal_destiny_by_ccat: {spam: D_BOUNCE}\nsql_partition_tag: 3\n");
        (settings.DoSyslog, settings.LogFile, settings.PartitionTag.Number).ShouldBe((true, "/x", 3));
        settings.FinalDestinyMapsByCcatOver.Entries.ShouldHaveSingleItem();
    }

    [Theory]
    [InlineData("iso8601_week", PartitionPeriod.Week)]
    [InlineData("iso8601_yearweek", PartitionPeriod.YearWeek)]
    [InlineData("iso8601_weekday", PartitionPeriod.Weekday)]
    public void Partition_tags_may_come_from_the_time_of_arrival(string word, PartitionPeriod period)
    {
        Good($"partition_tag: {word}\n").PartitionTag.ShouldBe(new PartitionTag(period));
        Good("partition_tag: null\n").PartitionTag.ShouldBe(0);
    }

    [Fact]
    public void Sockets_of_the_older_variables_are_appended()
    {
        var settings = Good("inet_socket_port: [10024, 10026]\nunix_socketname: /run/a.sock\nlisten_sockets: [127.0.0.1:9998]\nunix_socket_mode: 0660\ninet_socket_bind: null\n");
        settings.ListenSockets.ShouldBe(["127.0.0.1:9998", "/run/a.sock", "10024", "10026"]);
        settings.UnixSocketMode.ShouldBe(432);
        settings.InetSocketBind.ShouldBe(["*"]);
    }

    [Fact]
    public void Limits_of_null_are_no_limits()
    {
        var settings = Good("MAXLEVELS: null\nMAXFILES: null\nMIN_EXPANSION_QUOTA: null\nMAX_EXPANSION_QUOTA: null\nsmtpd_message_size_limit: null\nsmtpd_timeout: 1\n");
        (settings.MaxLevels, settings.MaxFiles, settings.MinExpansionQuota, settings.MaxExpansionQuota).ShouldBe((0, 0, 0, long.MaxValue));
        settings.SmtpdTimeout.TotalSeconds.ShouldBe(5);
    }
}
