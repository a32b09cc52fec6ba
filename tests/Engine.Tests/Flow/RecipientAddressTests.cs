using Amavis.Core.Addresses;
using Amavis.Core.Categories;
using Amavis.Core.Lookups;
using Amavis.Core.Messages;
using Amavis.Core.Policy;
using Amavis.Engine.Delivery;

namespace Amavis.Engine.Tests.Flow;

public sealed class RecipientAddressTests
{
    private static readonly Settings Extending = Build.Settings with
    {
        RecipientDelimiter = "+-",
        AddrExtensionSpamMaps = LookupMaps.Constant("spam"),
        AddrExtensionBadHeaderMaps = LookupMaps.Constant("badh"),
    };

    [Theory]
    [InlineData("u@example.com", 7, "<u+spam@example.com>")]
    [InlineData("u+old@example.com", 7, "<u+spam@example.com>")]
    [InlineData("U-old@example.com", 7, "<U+spam@example.com>")]
    [InlineData("owner-list@example.com", 7, "<owner-list+spam@example.com>")]
    [InlineData("u@far.example", 7, "<u@far.example>")]
    [InlineData("u@example.com", 1, "<u@example.com>")]
    public void The_extension_says_what_kind_of_mail_it_is(string address, double score, string expected) =>
        RecipientAddress.Of(Verdict(address, Extending, score)).Address.Bracketed.ShouldBe(expected);

    [Fact]
    public void An_old_extension_may_stay() =>
        RecipientAddress.Of(Verdict("u+old@example.com", Extending with { ReplaceExistingExtension = false }, 7)).Address.Bracketed.ShouldBe("<u+old+spam@example.com>");

    [Fact]
    public void Without_a_delimiter_there_are_no_extensions() =>
        RecipientAddress.Of(Verdict("u@example.com", Extending with { RecipientDelimiter = "" }, 7)).ShouldBe(new RecipientAddress(MailAddress.FromUnquoted("u@example.com"), null, false));

    [Fact]
    public void The_original_address_is_told_unless_the_client_did()
    {
        RecipientAddress.Of(Verdict("u+1@example.com", Extending, 7)).ShouldBe(new RecipientAddress(MailAddress.FromUnquoted("u+spam@example.com"), "rfc822;u+2B1@example.com", true));
        var verdict = Verdict("u@example.com", Extending, 7);
        verdict = verdict with { Policy = verdict.Policy with { Recipient = verdict.Recipient with { OriginalRecipient = "rfc822;first@example.com" } } };
        RecipientAddress.Of(verdict).OriginalRecipient.ShouldBe("rfc822;first@example.com");
    }

    [Theory]
    [InlineData("other@example.net", "<other@example.net>")]
    [InlineData("other@", "<other@example.com>")]
    [InlineData("other", "<other@example.com>")]
    [InlineData("@example.net", "<u@example.net>")]
    [InlineData("a@example.net, b@example.net", "<a@example.net>")]
    [InlineData("", "<u@example.com>")]
    public void A_new_address_takes_what_it_lacks_from_the_old(string value, string expected)
    {
        var settings = Build.Settings with
        {
            AddrRewriteMapsByCcatOver = new ByCategory<LookupMaps?>(new Dictionary<CategoryKey, LookupMaps?> { [ContentCategory.Spammy] = LookupMaps.Constant(value) }),
        };
        RecipientAddress.Of(Verdict("u@example.com", settings, 7)).Address.Bracketed.ShouldBe(expected);
        RecipientAddress.Of(Verdict("u@example.com", settings, 1)).Address.Bracketed.ShouldBe("<u@example.com>");
    }

    [Fact]
    public async Task The_next_hop_gets_the_extension_and_the_log_says_tagged()
    {
        await using var flow = new FlowHarness();
        flow.Settings = flow.Settings with { RecipientDelimiter = "+", AddrExtensionBadHeaderMaps = LookupMaps.Constant("badh"), BadHeaderQuarantineMethod = null };
        await flow.SendAsync(FlowMail.BadHeader, "user1@example.com");
        flow.Sink.Messages.Single().RcptArguments.ShouldBe(["<user1+badh@example.com> ORCPT=rfc822;user1@example.com"]);
        flow.Lines().ShouldContain(l => l.StartsWith("Passed BAD-HEADER-2 {RelayedTaggedInbound}, ", StringComparison.Ordinal) && l.Contains("-> <user1@example.com>", StringComparison.Ordinal));
    }

    private static Verdicts.RecipientVerdict Verdict(string address, Settings settings, double score) =>
        Build.Decide(Build.Findings(score), Build.Policy(address, settings, notify: DsnNotify.Unspecified));
}
