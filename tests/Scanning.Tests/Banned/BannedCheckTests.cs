using System.Collections.Frozen;
using System.Text.RegularExpressions;
using Amavis.Core.Addresses;
using Amavis.Core.Lookups;
using Amavis.Core.Parts;
using Amavis.Core.Policy;
using Amavis.Scanning.Banned;

namespace Amavis.Scanning.Tests.Banned;

public sealed class BannedCheckTests
{
    private static readonly AddressKeys User1 = Keys("user1@example.com");

    private static AddressKeys Keys(string address) => AddressKeys.For(MailAddress.FromUnquoted(address), AddressRules.Default);

    private static RegexRule Rule(string pattern, string? result = "1", string? comment = null) =>
        new(new Regex(pattern, RegexOptions.IgnoreCase, TimeSpan.FromMilliseconds(100)), result is null ? null : new LookupValue(result), comment);

    private static RegexTable Table(params RegexRule[] rules) => new(rules);

    private static Settings With(params LookupTable[] tables) => new()
    {
        BannedRules = new Dictionary<string, IReadOnlyList<LookupTable>> { ["DEFAULT"] = tables }.ToFrozenDictionary(),
    };

    private static RecipientBanned Run(PartTree tree, Settings settings) => BannedCheck.Run(tree, [User1], settings).ByRecipient.ShouldHaveSingleItem();

    /// <summary>multipart/mixed of a text and one more part.</summary>
    private static PartTree Mixed(string type, string[] shortTypes, params string[] names)
    {
        var top = new MessagePart(3, null, "1") { DeclaredTypes = ["multipart/mixed"] };
        var text = new MessagePart(1, top, "1/1") { DeclaredTypes = ["text/plain"], ShortTypes = ["asc"] };
        var part = new MessagePart(2, top, "1/2") { DeclaredTypes = [type], ShortTypes = shortTypes, Names = names };
        return new PartTree { Parts = [text, part, top] };
    }

    private static PartTree Setup => Mixed("application/octet-stream", ["exe", "exe-ms"], "setup.exe");

    /// <summary>A zip archive with a text in it.</summary>
    private static PartTree Zip(string member)
    {
        var zip = new MessagePart(1, null, "1") { DeclaredTypes = ["application/zip"], ShortTypes = ["zip"], Names = ["f.zip"] };
        var text = new MessagePart(2, zip, "1/1") { ShortTypes = ["asc"], Names = [member] };
        return new PartTree { Parts = [zip, text] };
    }

    [Fact]
    public void A_program_is_banned_with_the_reason_and_path_as_observed()
    {
        var result = Run(Setup, With(RecommendedBannedRules.Table));

        result.ShortReason.ShouldBe("application/octet-stream,.exe,.exe-ms,setup.exe");
        var finding = result.Findings.ShouldHaveSingleItem();
        finding.AttributeForm.ShouldBe("P=p003,L=1,M=multipart/mixed | P=p002,L=1/2,M=application/octet-stream,T=exe,T=exe-ms,N=setup.exe");
        finding.TraditionalForm.ShouldBe("multipart/mixed | application/octet-stream,.exe,.exe-ms,setup.exe");
        (finding.RuleKey, finding.RuleValue, finding.RuleComment).ShouldBe((@"^\.(exe-ms|dll)$", "1", @"^\.(exe-ms|dll)$"));
    }

    [Fact]
    public void A_comment_in_the_rule_comes_before_the_reason()
    {
        var result = Run(Mixed("application/octet-stream", ["asc"], "b x.exe"), With(Table(Rule(@"(?# basic ext )\.exe$", comment: " basic ext "))));

        result.ShortReason.ShouldBe("basic ext:application/octet-stream,.asc,b x.exe");
        result.Findings[0].RuleComment.ShouldBe("basic ext");
    }

    [Fact]
    public void Many_blanks_in_a_name_are_shown_as_dots_and_control_characters_not_at_all() =>
        Run(Mixed("a/b", ["asc"], "pic.jpg" + new string(' ', 40) + "\r.exe"), With(Table(Rule("exe$")))).ShortReason.ShouldBe("a/b,.asc,pic.jpg ... ?.exe");

    [Fact]
    public void An_allowed_archive_allows_what_is_in_it()
    {
        Run(Zip("a.txt"), With(Table(Rule(@"^\.zip$", "0"), Rule("txt$")))).IsBanned.ShouldBeFalse();
        Run(Zip("a.txt"), With(Table(Rule("txt$"), Rule(@"^\.zip$", "0")))).ShortReason.ShouldBe(".asc,a.txt");
    }

    [Fact]
    public void A_forbidden_archive_forbids_what_is_in_it() =>
        Run(Zip("a.txt"), With(Table(Rule(@"^\.zip$"), Rule("txt$", "0")))).ShortReason.ShouldBe(".asc,a.txt");

    [Fact]
    public void The_first_rule_that_matches_anything_on_the_path_decides() =>
        Run(Zip("x.exe"), With(Table(Rule(@"\.doc$"), Rule("^f", "0"), Rule("exe$")))).IsBanned.ShouldBeFalse();

    [Fact]
    public void A_rule_without_result_passes_on_to_the_next_table()
    {
        Run(Setup, With(Table(Rule("exe$", null)), Table(Rule("setup")))).IsBanned.ShouldBeTrue();
        Run(Setup, With(Table(Rule("exe$", null), Rule("setup")))).IsBanned.ShouldBeFalse();
    }

    [Fact]
    public void A_false_result_of_a_table_ends_the_search() =>
        Run(Setup, With(Table(Rule("octet", "0")), Table(Rule("setup")))).IsBanned.ShouldBeFalse();

    [Fact]
    public void Hash_tables_are_rules_as_well()
    {
        var table = new HashTable([new("setup.exe", LookupValue.True)]);

        Run(Setup, With(table)).Findings.ShouldHaveSingleItem().RuleKey.ShouldBe("setup.exe");
        Run(Zip("a.txt"), With(table)).IsBanned.ShouldBeFalse();
    }

    [Fact]
    public void The_namepath_table_sees_whole_paths_and_is_asked_last()
    {
        var namePath = Table(Rule(@"^(.*\t)?T=zip(\t.*)?\n(.*\t)?N=secret\.doc(\t|$)"));

        Run(Zip("secret.doc"), new Settings { BannedNamepathRe = namePath }).ShortReason.ShouldBe(".asc,secret.doc");
        Run(Zip("other.doc"), new Settings { BannedNamepathRe = namePath }).IsBanned.ShouldBeFalse();
        Run(Zip("secret.doc"), With(Table(Rule("secret", "0"))) with { BannedNamepathRe = namePath }).IsBanned.ShouldBeFalse();
        Run(Zip("secret.doc"), new Settings { BannedNamepathRe = Table(Rule("secret", "0"), Rule("zip")) }).IsBanned.ShouldBeFalse();
    }

    [Fact]
    public void Each_recipient_has_its_own_rules()
    {
        var settings = new Settings
        {
            BannedFilenameMaps = new LookupMaps([new HashTable([
                new("user1@example.com", new LookupValue("EXE, NIX")), new("user2@example.com", new LookupValue("ZIP EXE")), new(".example.com", new LookupValue("ZIP"))])]),
            BannedRules = new Dictionary<string, IReadOnlyList<LookupTable>>
            {
                ["EXE"] = [Table(Rule("exe$", "no programs"))],
                ["ZIP"] = [Table(Rule("zip$", "no archives"))],
            }.ToFrozenDictionary(),
        };

        var report = BannedCheck.Run(Setup, [User1, Keys("user2@example.com"), Keys("user3@example.com"), Keys("user4@example.net")], settings);

        report.ByRecipient.Select(r => r.IsBanned).ShouldBe([true, true, false, false]);
        report.UnknownRules.ShouldBe(["NIX"]);
        report.ByRecipient[0].Findings[0].RuleValue.ShouldBe("no programs");
    }

    [Fact]
    public void All_keys_of_a_map_that_match_contribute()
    {
        var settings = new Settings
        {
            BannedFilenameMaps = new LookupMaps([new HashTable([new("user1@example.com", new LookupValue("A")), new(".", new LookupValue("B"))])]),
            BannedRules = new Dictionary<string, IReadOnlyList<LookupTable>> { ["A"] = [Table(Rule("nothing"))], ["B"] = [Table(Rule("exe"))] }.ToFrozenDictionary(),
        };

        Run(Setup, settings).IsBanned.ShouldBeTrue();
    }

    [Fact]
    public void Tables_may_stand_in_the_map_itself() =>
        Run(Setup, new Settings { BannedFilenameMaps = new LookupMaps([new ConstantTable(new LookupValue([Table(Rule("exe"))]))]) }).IsBanned.ShouldBeTrue();

    [Fact]
    public void Without_rules_nothing_is_banned_and_nothing_unknown()
    {
        var report = BannedCheck.Run(Setup, [User1], new Settings());

        report.AnyBanned.ShouldBeFalse();
        report.UnknownRules.ShouldBeEmpty();
    }

    [Fact]
    public void A_result_that_begins_with_discard_suppresses_notifications()
    {
        Run(Setup, With(Table(Rule("exe$", "DISCARD, no programs")))).DsnSuppression.ShouldBe("DISCARD, no programs");
        Run(Setup, With(Table(Rule("exe$")))).DsnSuppression.ShouldBeNull();
    }

    [Fact]
    public void What_a_pattern_captured_goes_into_the_result() =>
        Run(Setup, With(Table(Rule(@"(\w+)\.exe$", "program $1")))).Findings[0].RuleValue.ShouldBe("program setup");

    [Fact]
    public void A_name_that_exhausts_a_forbidding_pattern_is_banned()
    {
        var name = new string('a', 200) + "!";

        Run(Mixed("a/b", [], name), With(Table(Rule("^(a+)+$")))).IsBanned.ShouldBeTrue();
        Run(Mixed("a/b", [], name), With(Table(Rule("^(a+)+$", "0"), Rule("!$")))).IsBanned.ShouldBeTrue();
    }

    [Fact]
    public void What_could_not_be_unpacked_can_be_banned()
    {
        var part = new MessagePart(1, null, "1") { ShortTypes = ["zip"], Attributes = PartAttributes.Undecipherable | PartAttributes.Encrypted };
        var result = Run(new PartTree { Parts = [part] }, With(Table(Rule("^UNDECIPHERABLE$"))));

        result.ShortReason.ShouldBe(".zip,UNDECIPHERABLE");
        result.Findings[0].AttributeForm.ShouldBe("P=p001,L=1,T=zip,A=U,A=C");
    }

    [Fact]
    public void Archives_with_members_are_not_looked_at_by_themselves() =>
        PartPaths.Leaves(Zip("a.txt")).Select(p => p.BaseName).ShouldBe(["p002"]);

    [Theory]
    [InlineData("setup.exe", true)]
    [InlineData("SETUP.EXE", true)]
    [InlineData("setup.exe.", true)]
    [InlineData("setup.exe ", true)]
    [InlineData("letter.doc.pif", true)]
    [InlineData("x.{a5d9cd63-1d8b-4e9b-a1b6-2d1f0d6a3b11}", true)]
    [InlineData("letter.doc", false)]
    [InlineData("exe", false)]
    [InlineData("command.completion", false)]
    [InlineData("invoice.2026.pdf", false)]
    public void The_recommended_rules_know_programs_by_their_name(string name, bool banned) =>
        Run(Mixed("application/octet-stream", ["asc"], name), With(RecommendedBannedRules.Table)).IsBanned.ShouldBe(banned);

    [Theory]
    [InlineData("application/hta", true)]
    [InlineData("application/x-msdownload", true)]
    [InlineData("application/pdf", false)]
    public void The_recommended_rules_know_programs_by_their_type(string type, bool banned) =>
        Run(Mixed(type, ["asc"], "x"), With(RecommendedBannedRules.Table)).IsBanned.ShouldBe(banned);

    [Fact]
    public void A_program_in_a_unix_package_is_allowed_by_the_recommended_rules()
    {
        var package = new MessagePart(1, null, "1") { ShortTypes = ["rpm"], Names = ["x.rpm"] };
        var member = new MessagePart(2, package, "1/1") { ShortTypes = ["asc"], Names = ["setup.com"] };

        Run(new PartTree { Parts = [package, member] }, With(RecommendedBannedRules.Table)).IsBanned.ShouldBeFalse();
    }

    [Fact]
    public void Thousands_of_members_are_examined_quickly_and_reported_in_part()
    {
        var archive = new MessagePart(1, null, "1") { ShortTypes = ["zip"] };
        var members = Enumerable.Range(2, 5_000).Select(i => new MessagePart(i, archive, $"1/{i}") { ShortTypes = ["asc"], Names = [$"m{i}.exe"] });
        var tree = new PartTree { Parts = [archive, .. members] };
        var started = System.Diagnostics.Stopwatch.GetTimestamp();

        Run(tree, With(RecommendedBannedRules.Table)).Findings.Count.ShouldBe(100);

        System.Diagnostics.Stopwatch.GetElapsedTime(started).ShouldBeLessThan(TimeSpan.FromSeconds(3));
    }
}
