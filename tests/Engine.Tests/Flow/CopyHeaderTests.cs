using Amavis.Core.Categories;
using Amavis.Core.Lookups;
using Amavis.Core.Messages;
using Amavis.Core.Policy;

namespace Amavis.Engine.Tests.Flow;

/// <summary>Fields of passed copies: which, in what order, for whom; and who shares a copy.</summary>
public sealed class CopyHeaderTests
{
    [Fact]
    public async Task A_lover_a_local_and_a_foreign_recipient_of_spam_get_what_is_theirs()
    {
        await using var flow = new FlowHarness();
        flow.Settings = flow.Settings with
        {
            FinalSpamDestiny = Destiny.Discard,
            SpamLoversMaps = new LookupMaps([new AclTable(["user1@example.com", "user3@example.com", ".far.example"])]),
        };
        var reply = (await flow.SendAsync(FlowMail.Score(10), "user1@example.com", "user2@example.com", "bob@far.example", "user3@example.com")).Single.ToString();
        reply.ShouldEndWith(", but 1 DISCARD");
        flow.Sink.Messages.Select(m => string.Join(' ', m.RcptArguments)).ShouldBe(["<user1@example.com> <user3@example.com>", "<bob@far.example>"]);
        flow.Sink.Messages[0].Text.ShouldContain("X-Spam-Flag: YES\r\n");
        flow.Sink.Messages[1].Text.ShouldNotContain("X-Spam-");
        flow.Lines().Count(l => l.StartsWith("Passed SPAM {DiscardedInbound,RelayedOpenRelay,RelayedTaggedInbound,Quarantined}", StringComparison.Ordinal)).ShouldBe(1);
    }

    [Fact]
    public async Task New_fields_stand_in_their_order_above_the_original_ones()
    {
        await using var flow = new FlowHarness();
        flow.Settings = flow.Settings with
        {
            FinalVirusDestiny = Destiny.Pass,
            DefangVirus = "null",
            SpamScanners = [],
            SpamTagLevelMaps = LookupMaps.Empty,
            AllowedAddedHeaderFields = System.Collections.Frozen.FrozenSet.ToFrozenSet([.. flow.Settings.AllowedAddedHeaderFields, "x-amavis-category"]),
        };
        await flow.SendAsync(FlowMail.Virus, "user1@example.com");
        Names(flow.Sink.Messages.Single().Text).Take(11).ShouldBe(
        [
            "X-Quarantine-ID", "X-Amavis-Modified", "X-Virus-Scanned", "X-Amavis-Alert", "X-Spam-Flag", "X-Spam-Score", "X-Spam-Level", "X-Spam-Status",
            "Received", "X-Amavis-Category", "Received",
        ], ignoreOrder: false);
        flow.Sink.Messages.Single().Text.ShouldContain("\r\nX-Amavis-Category: filter.example.net; category=Virus\r\n");
    }

    [Fact]
    public async Task Fields_that_pretend_to_be_ours_go()
    {
        await using var flow = new FlowHarness();
        var forged = "X-Spam-Status: No, score=-100\nX-Spam-Flag: NO\nX-Spam-Tests: none\nX-Amavis-Hold: hold it\nX-Amavis-Category: filter.example.net; category=Clean\n"
            + "Authentication-Results: filter.example.net 1; dkim=pass\nAuthentication-Results: other.example.org; dkim=pass\nX-Virus-Scanned: by somebody\n";
        await flow.SendAsync(FlowMail.With(forged), "user1@example.com", "bob@far.example");
        foreach (var copy in flow.Sink.Messages)
        {
            copy.Text.ShouldNotContain("X-Spam-");
            copy.Text.ShouldNotContain("X-Amavis-");
            copy.Text.ShouldNotContain("filter.example.net 1;");
            copy.Text.ShouldContain("Authentication-Results: other.example.org; dkim=pass\r\n");
            copy.Text.ShouldContain("X-Virus-Scanned: by somebody\r\n");
        }
        flow.Clear();
        flow.Settings = flow.Settings with { RemoveExistingSpamHeadersMaps = LookupMaps.Constant(0), RemoveExistingXScannedHeaders = true };
        await flow.SendAsync(FlowMail.With(forged), "bob@far.example");
        flow.Sink.Messages.Single().Text.ShouldContain("X-Spam-Status: No, score=-100\r\n");
        flow.Sink.Messages.Single().Text.ShouldNotContain("by somebody");
    }

    [Theory]
    [InlineData("[_SCORE_/_REQD_ _YESNOCAPS_ _LOGID_] ", 7, "Subject: [7/6 YES 00421-07] a plain message")]
    [InlineData("***SPAM*** ", 7, "Subject: ***SPAM*** a plain message")]
    [InlineData("***SPAM*** ", 3, "Subject: a plain message")]
    public async Task A_tag_is_put_before_the_subject(string tag, double score, string expected)
    {
        await using var flow = new FlowHarness();
        flow.Settings = flow.Settings with { SpamSubjectTag2Maps = LookupMaps.Constant(tag) };
        await flow.SendAsync(FlowMail.Score(score), "user1@example.com");
        flow.Sink.Messages.Single().Text.ShouldContain($"\r\n{expected}\r\n");
    }

    [Theory]
    [InlineData(ContentCategory.Spammy, 1, 7.0, "3 ")]
    [InlineData(ContentCategory.Clean, 1, 3.0, "1 ")]
    [InlineData(ContentCategory.Spam, 0, 10.0, "kill ")]
    [InlineData(ContentCategory.CatchAll, 0, 0.0, "all ")]
    public async Task Each_category_may_have_a_tag(ContentCategory category, int minor, double score, string tag)
    {
        await using var flow = new FlowHarness();
        flow.Settings = flow.Settings with
        {
            SpamTag3LevelMaps = LookupMaps.Constant(6.5),
            SubjectTagMapsByCcatOver = new ByCategory<LookupMaps?>(new Dictionary<CategoryKey, LookupMaps?> { [new CategoryKey(category, minor)] = LookupMaps.Constant(tag) }),
        };
        await flow.SendAsync(FlowMail.Score(score), "user1@example.com");
        flow.Sink.Messages.Single().Text.ShouldContain($"\r\nSubject: {tag}a plain message\r\n");
    }

    [Fact]
    public async Task Wishes_for_notifications_go_with_the_recipients()
    {
        await using var flow = new FlowHarness();
        await flow.SendAsync(FlowMail.Clean, new FlowEnvelope { Notify = DsnNotify.Success | DsnNotify.Failure, OriginalRecipient = "rfc822;first@example.com", EnvelopeId = "e1", Return = "FULL" });
        flow.Sink.Messages.Single().MailArguments.ShouldBe("<sender@example.org> RET=FULL BODY=7BIT ENVID=e1");
        flow.Sink.Messages.Single().RcptArguments.ShouldBe(["<user1@example.com> NOTIFY=SUCCESS,FAILURE ORCPT=rfc822;first@example.com"]);
        flow.Clear();
        flow.Settings = flow.Settings with { PropagateDsnIfPossible = false };
        await flow.SendAsync(FlowMail.Clean, new FlowEnvelope { Notify = DsnNotify.Success, EnvelopeId = "e1" });
        flow.Sink.Messages[0].RcptArguments.ShouldBe(["<user1@example.com>"]);
        flow.Sink.Messages[1].Text.ShouldContain("\r\nAction: relayed\r\n");
    }

    [Fact]
    public async Task What_was_mended_in_the_header_is_logged_once()
    {
        await using var flow = new FlowHarness();
        await flow.SendAsync("X-Long: " + new string('x', 1200) + "\n" + FlowMail.Clean, "user1@example.com", "bob@far.example");
        flow.Sink.Messages.Count.ShouldBe(2);
        flow.Lines().Count(l => l == "INFO: header section mended: 1 lines cut at 998 octets").ShouldBe(1);
    }

    private static IEnumerable<string> Names(string text) =>
        text[..text.IndexOf("\r\n\r\n", StringComparison.Ordinal)].Split("\r\n").Where(l => l[0] is not (' ' or '\t')).Select(l => l[..l.IndexOf(':', StringComparison.Ordinal)]);
}
