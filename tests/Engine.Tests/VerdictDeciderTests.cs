using Amavis.Core.Categories;
using Amavis.Core.Lookups;
using Amavis.Core.Parts;
using Amavis.Engine.Verdicts;

namespace Amavis.Engine.Tests;

public sealed class VerdictDeciderTests
{
    [Theory]
    [InlineData(1.0, "1", false, false, false)]
    [InlineData(2.0, "1,1 1", true, false, false)]
    [InlineData(6.31, "5 1,1 1", true, true, false)]
    [InlineData(8.0, "6 5 1,1 1", true, true, true)]
    public void Spam_levels_are_reached_at_their_value(double score, string categories, bool tag, bool tag2, bool kill)
    {
        var verdict = Build.Decide(Build.Findings(score));
        verdict.Categories.ToString().ShouldBe(categories);
        (verdict.IsTag, verdict.IsTag2, verdict.IsKill).ShouldBe((tag, tag2, kill));
        verdict.IsBlocked.ShouldBeFalse();
    }

    [Fact]
    public void A_virus_is_discarded_with_its_names_in_the_reply()
    {
        var verdict = Build.Decide(Build.Findings(viruses: ["Eicar-Test-Signature", "Worm.Foo"]));
        verdict.Destiny.ShouldBe(Destiny.Discard);
        verdict.Blocking.ShouldBe(new CategoryKey(ContentCategory.Virus));
        verdict.BlockedReply.ToString().ShouldBe("250 2.7.0 Ok, discarded, id=00421-07 - INFECTED: Eicar-Test-Signature, Worm.Foo");
        verdict.DsnSuppressReason.ShouldBe("INFECTED");
    }

    [Fact]
    public void A_recipient_that_bypasses_a_check_never_has_its_category()
    {
        var policy = Build.Policy(settings: Build.Settings with { BypassVirusChecksMaps = LookupMaps.Constant(1), BypassBannedChecksMaps = LookupMaps.Constant(1) });
        var verdict = Build.Decide(Build.Findings(viruses: ["Worm"], banned: "x.exe", attributes: PartAttributes.Encrypted), policy);
        verdict.Categories.ToString().ShouldBe("1");
    }

    [Fact]
    public void A_lover_gets_what_others_do_not_and_a_lower_category_may_still_block()
    {
        var settings = Build.Settings with { VirusLoversMaps = LookupMaps.Constant(1), FinalSpamDestiny = Destiny.Reject };
        Build.Decide(Build.Findings(viruses: ["Worm"]), Build.Policy(settings: settings)).IsBlocked.ShouldBeFalse();
        var verdict = Build.Decide(Build.Findings(score: 9, viruses: ["Worm"]), Build.Policy(settings: settings));
        verdict.Blocking.ShouldBe(new CategoryKey(ContentCategory.Spam));
        verdict.BlockedReply.ToString().ShouldBe("554 5.7.0 Reject, id=00421-07 - spam");
    }

    [Fact]
    public void The_blocking_category_is_the_key_of_the_destiny_table()
    {
        var findings = Build.Findings(badHeader: 2);
        var rejecting = Build.Settings with { FinalBadHeaderDestiny = Destiny.Reject };
        Build.Decide(findings, Build.Policy(settings: rejecting)).BlockedReply.ToString().ShouldBe("554 5.6.0 Reject, id=00421-07 - BAD HEADER");
        var exact = rejecting with
        {
            FinalDestinyMapsByCcatOver = new ByCategory<LookupMaps?>(new Dictionary<CategoryKey, LookupMaps?>
            {
                [new CategoryKey(ContentCategory.BadHeader, 2)] = LookupMaps.Constant((double)(int)Destiny.Reject),
            }),
        };
        Build.Decide(findings, Build.Policy(settings: exact)).BlockedReply.ToString().ShouldBe("554 5.6.3 Reject, id=00421-07 - BAD HEADER: nonencoded 8-bit character");
    }

    [Theory]
    [InlineData(true, false)]
    [InlineData(false, true)]
    public void A_bad_header_is_not_bounced_to_a_null_or_bulk_sender(bool nullSender, bool bulk)
    {
        var policy = Build.Policy(settings: Build.Settings with { FinalBadHeaderDestiny = Destiny.Bounce });
        Build.Decide(Build.Findings(badHeader: 7, bulk: bulk), policy, nullSender).IsBlocked.ShouldBeFalse();
        Build.Decide(Build.Findings(badHeader: 7), policy).Destiny.ShouldBe(Destiny.Bounce);
    }

    [Fact]
    public void What_could_not_be_checked_is_never_clean()
    {
        Build.Decide(Build.Findings(avFailed: true)).Categories.Main.Major.ShouldBe(ContentCategory.Unchecked);
        Build.Decide(Build.Findings(attributes: PartAttributes.Encrypted)).Categories.Main.ShouldBe(new CategoryKey(ContentCategory.Unchecked, 1));
        Build.Decide(Build.Findings(attributes: PartAttributes.Undecipherable)).Categories.Main.ShouldBe(new CategoryKey(ContentCategory.Unchecked));
        Build.Decide(Build.Findings(attributes: PartAttributes.Ambiguous)).Categories.Main.ShouldBe(new CategoryKey(ContentCategory.Unchecked, 3));
    }

    [Fact]
    public void A_whitelisted_sender_reaches_no_level_and_a_blacklisted_one_all()
    {
        var white = Build.Policy(settings: Build.Settings with { WhitelistSenderMaps = LookupMaps.Constant(1) });
        var listed = Build.Decide(Build.Findings(score: 20), white);
        (listed.IsTag, listed.IsTag2, listed.IsKill).ShouldBe((true, false, false));
        Build.Decide(Build.Findings(score: 11), white).IsTag.ShouldBeFalse();
        var black = Build.Policy(settings: Build.Settings with { BlacklistSenderMaps = LookupMaps.Constant(1) });
        Build.Decide(Build.Findings(), black).IsKill.ShouldBeTrue();
    }

    [Fact]
    public void Soft_bounce_makes_a_refusal_temporary()
    {
        var policy = Build.Policy(settings: Build.Settings with { SoftBounce = true, FinalVirusDestiny = Destiny.Reject });
        Build.Decide(Build.Findings(viruses: ["W"]), policy).BlockedReply.ToString().ShouldBe("450 4.7.0 Reject, id=00421-07 - INFECTED: W (soft_bounce)");
    }
}
