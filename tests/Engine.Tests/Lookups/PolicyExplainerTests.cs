using System.Collections.Frozen;
using System.Net;
using Amavis.Core.Addresses;
using Amavis.Core.Categories;
using Amavis.Core.Explaining.Policies;
using Amavis.Core.Lookups;
using Amavis.Core.Lookups.Databases;
using Amavis.Core.Messages;
using Amavis.Core.Policy;
using Amavis.Core.Storage;
using Amavis.Engine.Verdicts;
using Shouldly;

namespace Amavis.Engine.Tests.Lookups;

public sealed class PolicyExplainerTests
{
    private static readonly MailAddress Ada = MailAddress.FromUnquoted("ada@example.com");

    private static readonly Settings Settings = new()
    {
        LocalDomainsMaps = Maps("local_domains_maps", new AclTable([".example.com"])),
        SpamTag2LevelMaps = Maps("spam_tag2_level_maps", new ConstantTable(new LookupValue(6.31))),
        SpamKillLevelMaps = Maps("spam_kill_level_maps", new ConstantTable(new LookupValue(8))),
        SpamLoversMaps = Maps("spam_lovers_maps"),
        SpamQuarantineToMaps = Maps("spam_quarantine_to_maps", new ConstantTable(new LookupValue("spam-quarantine"))),
        BannedFilenameMaps = Maps("banned_filename_maps", new ConstantTable(new LookupValue("DEFAULT"))),
        MessageSizeLimitMaps = Maps("message_size_limit_maps"),
        FinalSpamDestiny = Destiny.Discard,
        Places = new Dictionary<string, string> { ["spam_tag2_level_maps"] = "amavis.yaml:7 (sa_tag2_level_deflt)", ["forward_method"] = "amavis.yaml:11", ["final_spam_destiny"] = "amavis.yaml:9" }.ToFrozenDictionary(),
        PolicyBanks = new Dictionary<string, PolicyBank>
        {
            ["MYNETS"] = new("MYNETS", s => s with { SpamTag2LevelMaps = LookupMaps.Constant(20) })
            {
                Places = new Dictionary<string, string> { ["spam_tag2_level_maps"] = "amavis.yaml:40" }.ToFrozenDictionary(),
            },
        }.ToFrozenDictionary(),
    };

    private static readonly TableDirectory Users = new TableDirectory()
        .User("ada@example.com", "spam_kill_level", "4.5", "spam_lover", null, "banned_rulenames", "NO-EXE", "message_size_limit", "1000", "sa_userconf", "ada.cf")
        .User("@example.com", "spam_kill_level", "5", "spam_lover", "Y", "banned_rulenames", "NO-ZIP")
        .List("ada@example.com", "@far.example", "B")
        .List("@example.com", "bob@far.example", "-3");

    [Fact]
    public async Task Every_value_comes_with_the_row_the_variable_or_the_default_it_stands_in()
    {
        var told = await ExplainAsync(new PolicyQuestion(Ada));

        told.Field("spam_kill_level_maps").ShouldSatisfyAllConditions(
            f => f.Value.ShouldBe("4.5"),
            f => f.Source.ShouldBe("SQL users 1 (ada@example.com)"));
        told.Field("spam_lovers_maps").ShouldSatisfyAllConditions(
            f => f.Value.ShouldBe("yes"),
            f => f.Source.ShouldBe("SQL users 2 (@example.com)", "NULL falls through to the next row"));
        told.Field("spam_tag2_level_maps").ShouldSatisfyAllConditions(
            f => f.Value.ShouldBe("6.31"),
            f => f.Source.ShouldBe("spam_tag2_level_maps of amavis.yaml:7 (sa_tag2_level_deflt), table 1, constant"));
        told.Field("spam_tag3_level_maps").ShouldSatisfyAllConditions(
            f => f.Value.ShouldBeNull(),
            f => f.Subject.Absent.ShouldBe("never"),
            f => f.Source.ShouldBe("default"));
        told.Field("sa_userconf_maps").Value.ShouldBe("ada.cf");
        told.Records.ShouldBe(["SQL users 1 (ada@example.com)", "SQL users 2 (@example.com)"]);
    }

    [Fact]
    public async Task Rules_of_every_row_and_of_the_configuration_hold_together()
    {
        var field = (await ExplainAsync(new PolicyQuestion(Ada))).Field("banned_filename_maps");
        field.Value.ShouldBe("NO-EXE, NO-ZIP, DEFAULT");
        field.Source.ShouldBe("SQL users 1 (ada@example.com); SQL users 2 (@example.com); default");
    }

    [Fact]
    public async Task A_raised_size_limit_says_why()
    {
        var field = (await ExplainAsync(new PolicyQuestion(Ada))).Field("message_size_limit_maps");
        field.Value.ShouldBe("65536");
        field.Source.ShouldContain("enforce_smtpd_message_size_limit_64kb_min");
    }

    [Fact]
    public async Task The_client_leads_to_banks_whose_values_name_them()
    {
        var told = await ExplainAsync(new PolicyQuestion(Ada) { Client = IPAddress.Parse("192.168.1.9"), Banks = ["NONE-SUCH"] });

        told.BankPath.ShouldBe("MYNETS");
        told.Banks.ShouldHaveSingleItem().Why.ShouldBe("client 192.168.1.9");
        told.UnknownBanks.ShouldBe(["NONE-SUCH"]);
        told.Field("spam_tag2_level_maps").ShouldSatisfyAllConditions(
            f => f.Value.ShouldBe("20"),
            f => f.Source.ShouldBe("spam_tag2_level_maps of policy bank MYNETS (amavis.yaml:40), table 1, constant"));
        (await ExplainAsync(new PolicyQuestion(Ada) { Client = IPAddress.Parse("203.0.113.9") })).Banks.ShouldBeEmpty();
    }

    [Fact]
    public async Task Lists_are_asked_about_the_sender_who_is_named()
    {
        (await ExplainAsync(new PolicyQuestion(Ada))).Senders.ShouldBeNull();
        var judged = (await ExplainAsync(new PolicyQuestion(Ada) { Sender = MailAddress.FromUnquoted("bob@far.example") })).Senders!;
        judged.Blacklisted.ShouldBeTrue();
        judged.Sources.ShouldHaveSingleItem().Source.ShouldContain("wblist of SQL users 1");
        var stranger = (await ExplainAsync(new PolicyQuestion(Ada) { Sender = MailAddress.FromUnquoted("eva@near.example") })).Senders!;
        stranger.Sources.ShouldBeEmpty();
    }

    [Fact]
    public async Task Each_category_has_its_destiny_quarantine_and_next_hop()
    {
        var told = await ExplainAsync(new PolicyQuestion(MailAddress.FromUnquoted("eva@else.example")));
        var spam = told.Categories.Single(c => c.Category == "Spam");
        spam.Destiny.ShouldBe(new ExplainedValue("Discard", "final_spam_destiny of amavis.yaml:9"));
        spam.IsWanted.ShouldBeFalse();
        spam.Quarantine.ShouldBe(new ExplainedValue("spam-quarantine by local:spam-%m.gz", "default"));
        spam.Forward.Text.ShouldBeNull();
        var clean = told.Categories.Single(c => c.Category == "Clean");
        clean.Quarantine.Text.ShouldBeNull();
        clean.Forward.ShouldBe(new ExplainedValue("smtp:[127.0.0.1]:10025", "forward_method of amavis.yaml:11"));

        var lover = (await ExplainAsync(new PolicyQuestion(Ada))).Categories.Single(c => c.Category == "Spam");
        lover.IsWanted.ShouldBeTrue();
        lover.Forward.Text.ShouldBe("smtp:[127.0.0.1]:10025");
    }

    [Fact]
    public async Task What_is_told_is_what_a_message_meets()
    {
        var directory = Users;
        var keys = await directory.LookUpAsync(AddressKeys.For(Ada, AddressRules.Default), Settings, CancellationToken.None);
        var met = RecipientPolicy.Resolve(PolicyState.Base(Settings), new EnvelopeRecipient(Ada, 1), keys, []);
        var told = await ExplainAsync(new PolicyQuestion(Ada));

        foreach (var (variable, source) in met.Lookups.Select(l => (l.Field, l.Source)))
            told.Field(variable).Source.ShouldStartWith(source);
        told.Field("spam_kill_level_maps").Value.ShouldBe(met.KillLevel?.ToString(System.Globalization.CultureInfo.InvariantCulture));
        told.Field("message_size_limit_maps").Value.ShouldBe(met.SizeLimit?.ToString(System.Globalization.CultureInfo.InvariantCulture));
        (told.Field("local_domains_maps").Value == "yes").ShouldBe(met.IsLocal);
        told.Categories.Single(c => c.Category == "Spam").IsWanted.ShouldBe(met.IsLoverOf(ContentCategory.Spam));
    }

    [Fact]
    public async Task A_database_that_does_not_answer_is_no_empty_policy() =>
        await Should.ThrowAsync<StorageUnavailableException>(async () =>
            await new PolicyExplainer(new TableDirectory { IsAway = true }).ExplainAsync(Settings, new PolicyQuestion(Ada), CancellationToken.None));

    [Fact]
    public void Every_field_of_the_databases_has_words()
    {
        var variables = PolicySubject.All.Select(s => s.Variable).ToList();
        variables.ShouldBeUnique();
        PolicyField.All.Select(f => f.Variable).Except(variables).ShouldBeEmpty();
        PolicySubject.All.Where(s => s.Field is { } f && f.Kind != s.Kind).ShouldBeEmpty();
    }

    private static async Task<PolicyExplanation> ExplainAsync(PolicyQuestion question) =>
        await new PolicyExplainer(Users).ExplainAsync(Settings, question, CancellationToken.None);

    private static LookupMaps Maps(string variable, params LookupTable[] tables) =>
        new([.. PolicyField.Of(variable)!.Tables(sql: true, ldap: false), .. tables]);
}
