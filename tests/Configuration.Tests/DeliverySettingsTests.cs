using Amavis.Core.Addresses;
using Amavis.Core.Categories;
using Amavis.Core.Lookups;
using Amavis.Core.Policy;

namespace Amavis.Configuration.Tests;

public sealed class DeliverySettingsTests : ConfigurationFixture
{
    private static AddressKeys Keys(string address) => AddressKeys.For(MailAddress.FromUnquoted(address), AddressRules.Default);

    [Fact]
    public void Next_hops_by_recipient_may_be_lists()
    {
        var maps = Good("forward_method_maps:\n  - {a@example.com: \"lmtp:/run/l\", .example.net: [\"smtp:[10.2.0.1]:25\", \"smtp:[10.2.0.2]:25\"], b@example.com: \"\"}\n  - smtp:[127.0.0.1]:10025\n").ForwardMethodMaps;
        DeliveryMethod.TryParseLookup(maps.Text(Keys("a@example.com"))!, out var lmtp).ShouldBeTrue();
        lmtp!.ToString().ShouldBe("lmtp:/run/l");
        DeliveryMethod.TryParseLookup(maps.Text(Keys("x@y.example.net"))!, out var several).ShouldBeTrue();
        several!.Targets.Select(t => t.Host).ShouldBe(["10.2.0.1", "10.2.0.2"]);
        DeliveryMethod.TryParseLookup(maps.Text(Keys("b@example.com"))!, out var none).ShouldBeTrue();
        none.ShouldBeNull();
        maps.Text(Keys("c@far.example")).ShouldBe("smtp:[127.0.0.1]:10025");
    }

    [Fact]
    public void While_it_is_not_given_the_map_follows_forward_method_in_banks_too()
    {
        var settings = Good("forward_method: \"smtp:[127.0.0.1]:1\"\npolicy_bank: {B: {forward_method: \"smtp:[127.0.0.1]:2\"}}\n");
        settings.ForwardMethodMaps.Text(Keys("a@b.c")).ShouldBe("smtp:[127.0.0.1]:1");
        PolicyState.Base(settings).Load("B").Settings.ForwardMethodMaps.Text(Keys("a@b.c")).ShouldBe("smtp:[127.0.0.1]:2");
    }

    [Theory]
    [InlineData("true", "1")]
    [InlineData("false", null)]
    [InlineData("null", null)]
    [InlineData("\"null\"", "null")]
    [InlineData("ATTACH", "attach")]
    [InlineData("disclaimer", "disclaimer")]
    public void A_change_to_the_body_is_a_word_or_a_truth_value(string value, string? expected) => Good($"defang_virus: {value}\n").DefangVirus.ShouldBe(expected);

    [Fact]
    public void Changes_by_category_may_differ_by_recipient()
    {
        var table = Good("defang_maps_by_ccat:\n  spammy: [{a@example.com: attach, .: false}]\n  \"unchecked,3\": true\n").DeliveryByCcat.Defang.Entries;
        table[ContentCategory.Spammy]!.IsTrue(Keys("a@example.com")).ShouldBeTrue();
        table[ContentCategory.Spammy]!.IsTrue(Keys("b@example.com")).ShouldBeFalse();
        table[new CategoryKey(ContentCategory.Unchecked, 3)]!.Text(Keys("b@example.com")).ShouldBe("1");
    }

    [Fact]
    public void Places_of_local_mail_lie_over_the_built_in_ones()
    {
        var aliases = Good("local_delivery_aliases: {virus-quarantine: /q/virus, Other: [/q/other, \"%i.gz\"], spam-quarantine: null}\n").LocalDeliveryAliases;
        aliases["virus-quarantine"].ShouldBe(new LocalMailbox("/q/virus"));
        aliases["other"].ShouldBe(new LocalMailbox("/q/other", "%i.gz"));
        aliases["spam-quarantine"].ShouldBe(new LocalMailbox(null));
        aliases["archive-mbox"].ShouldBe(new LocalMailbox("archive.mbox"));
        Good("local_delivery_aliases: {REPLACE: true, a: b}\n").LocalDeliveryAliases.Keys.ShouldBe(["a"]);
    }

    [Fact]
    public void Hooks_are_read_with_their_options_and_missing_files_are_mistakes()
    {
        Write("a.dll", "");
        var hooks = Good("hooks: [a.dll, {path: a.dll, type: X.Y, options: {k: 1, l: text}}]\n").Hooks;
        hooks.Count.ShouldBe(2);
        hooks[0].Path.ShouldBe(Path.Combine(Root, "a.dll"));
        (hooks[1].Type, hooks[1].Options["k"], hooks[1].Options["l"]).ShouldBe(("X.Y", "1", "text"));
        Mistake("hooks: [{path: /nowhere/b.dll}]\n").ShouldContain("/nowhere/b.dll does not exist; build the hook first");
    }

    [Theory]
    [InlineData("always_bcc: nobody\n", "\"nobody\" is not a mail address")]
    [InlineData("defang_virus: wrap\n", "expects true, false, attach")]
    [InlineData("mail_digest_algorithm: MD4\n", "expects MD5, SHA1")]
    [InlineData("forward_method_maps: [[\"smtp;x\"]]\n", "is not a delivery method")]
    [InlineData("local_delivery_aliases: {a: [b]}\n", "expects a path, or [path, file name]")]
    public void Mistakes_are_named(string text, string expected) => Mistake(text).ShouldContain(expected);
}
