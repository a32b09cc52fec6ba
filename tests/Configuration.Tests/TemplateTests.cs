using System.Text;
using Amavis.Configuration.Showing;
using Amavis.Core.Addresses;
using Amavis.Core.Categories;
using Amavis.Core.Lookups;
using Amavis.Core.Policy;
using Amavis.Core.Templates;

namespace Amavis.Configuration.Tests;

public sealed class TemplateTests : ConfigurationFixture
{
    [Theory]
    [InlineData("log_templ: \"Passed [? %#D |no\"", "amavis.yaml:1:12: log_templ: line 1, column 8 of the template: [? is never closed by ], and everything after it is lost; write \\[ for a bracket")]
    [InlineData("log_templ: |\n  one\n  two [\"x", "amavis.yaml:1:12: log_templ: line 2, column 5 of the template: [\" is never closed by \"], and everything after it is lost; write \\[ for a bracket")]
    [InlineData("log_templ: \"[just words]\"", "amavis.yaml:1:12: log_templ: line 1, column 1 of the template: [ begins a loop over a list, but no macro is named in it; write \\[ for a bracket")]
    [InlineData("notify_virus_admin_templ: \"[~%j|(x|y]\"", "amavis.yaml:1:27: notify_virus_admin_templ: line 1, column 1 of the template: pattern \"(x\": Not enough )'s")]
    [InlineData("smtp_reason_by_ccat: {virus: \"[:uc|%V\"}", "amavis.yaml:1:30: smtp_reason_by_ccat.virus: line 1, column 1 of the template: [: is never closed by ], and everything after it is lost; write \\[ for a bracket")]
    [InlineData("log_recip_templ: [a]", "amavis.yaml:1:18: log_recip_templ: expects a template, or {file: path}, got a list")]
    [InlineData("bdy_encoding: utf-16", "amavis.yaml:1:15: bdy_encoding: \"utf-16\" is not a charset that mail can be written in")]
    [InlineData("hdr_encoding: klingon", "amavis.yaml:1:15: hdr_encoding: \"klingon\" is not a charset that mail can be written in")]
    [InlineData("notify_sender_templ: {file: missing.txt}", "amavis.yaml:1:29: notify_sender_templ: missing.txt does not exist")]
    public void A_faulty_template_is_told_with_its_place(string yaml, string mistake) =>
        Mistake(yaml).ShouldBe(mistake);

    [Fact]
    public void A_faulty_file_is_told_with_its_own_place()
    {
        Write("t/admin.txt", "Subject: x\n\nbody [?%V|a\n");
        Mistake("notify_virus_admin_templ: {file: t/admin.txt}").ShouldBe("t/admin.txt:3:6: notify_virus_admin_templ: [? is never closed by ], and everything after it is lost; write \\[ for a bracket");
    }

    [Fact]
    public void A_macro_that_does_not_exist_is_a_notice()
    {
        var notices = Load("listen_sockets: 10024\nlog_templ: \"[:header_feild|Subject] %Z [=own|x][:own] [V|%x|,] [~a|b|[\\\"%1\\\"]] _TESTSSCORE_\"\n").Notices;
        notices.Select(n => n.Replace(Root + "/", "", StringComparison.Ordinal)).ShouldBe(
        [
            "amavis.yaml:2:12: log_templ: there is no macro \"header_feild\", which is empty; did you mean \"header_field\"?",
            "amavis.yaml:2:12: log_templ: there is no macro \"Z\", which is empty",
            "amavis.yaml:2:12: log_templ: there is no macro \"TESTSSCORE\", which is empty; did you mean \"TESTSSCORES\"?",
        ]);
    }

    [Fact]
    public void The_ready_made_log_templates_can_be_named()
    {
        Good("").LogTempl.ShouldBeSameAs(LogTemplates.Short);
        Good("log_templ: log_verbose_templ").LogTempl.ShouldBeSameAs(LogTemplates.Verbose);
        Good("log_templ: $log_short_templ").LogTempl.ShouldBeSameAs(LogTemplates.Short);
        Good("log_templ: log_verbose_templ\nlog_verbose_templ: mine %n").LogTempl!.Text.ShouldBe("mine %n");
        Good("log_templ: null\nlog_recip_templ: ''").ShouldSatisfyAllConditions(s => s.LogTempl.ShouldBeNull(), s => s.LogRecipTempl.ShouldBeNull());
        Good("").LogRecipTempl.ShouldBeNull();
        Good("log_recip_templ: built-in").LogRecipTempl.ShouldBeSameAs(LogTemplates.Recipient);
        Good("policy_bank: {Q: {log_templ: log_verbose_templ}}").PolicyBanks["Q"].Overlay(new Settings()).LogTempl.ShouldBeSameAs(LogTemplates.Verbose);
    }

    [Fact]
    public void A_template_shows_its_text()
    {
        JsonText.Line(Load("log_recip_templ: one %n").Values.Single(v => v.Variable.Name == "log_recip_templ").Value).ShouldBe("\"one %n\"");
        Load("").Values.Single(v => v.Variable.Name == "log_templ").Value!.GetValue<string>().ShouldContain("[:actions_performed]");
    }

    [Fact]
    public void A_template_comes_from_a_file_in_its_charset()
    {
        Encoding.RegisterProvider(CodePagesEncodingProvider.Instance);
        File.WriteAllBytes(Path.Combine(Root, "a.txt"), Encoding.GetEncoding("iso-8859-2").GetBytes("Subject: č\n\nž %V\n"));
        Good("notify_virus_admin_templ: {file: a.txt, charset: iso-8859-2}").NotifyVirusAdminTempl!.Text.ShouldBe("Subject: č\n\nž %V\n");
        Mistake("notify_virus_admin_templ: {file: a.txt}").ShouldContain("is not UTF-8 text");
        Mistake("notify_virus_admin_templ: {file: a.txt, charset: klingon}").ShouldContain("\"klingon\" is not a charset that is known here");
        Mistakes("notify_virus_admin_templ: {file: a.txt, chartes: x}")[0].ShouldContain("\"chartes\" is not known here");
    }

    [Fact]
    public void A_directory_of_texts_lies_under_those_given_one_by_one()
    {
        Write("de/charset", "# the charset\n\nutf-8   # or another\nignored\n");
        Write("de/template-dsn.txt", "Subject: Unzustellbar\n\n%N\n");
        Write("de/template-virus-admin.txt", "Subject: Virus %V\n\n%N\n");
        var settings = Good("read_l10n_templates: de\nnotify_virus_admin_templ: mine\n");
        settings.NotifySenderTempl!.Text.ShouldStartWith("Subject: Unzustellbar");
        settings.NotifyVirusAdminTempl!.Text.ShouldBe("mine");
        settings.NotifySpamAdminTempl.ShouldBeSameAs(NoticeTemplates.SpamAdmin);
        Directory.CreateDirectory(Path.Combine(Root, "empty"));
        Mistake("read_l10n_templates: empty").ShouldContain("has none of the files template-dsn.txt, ");
        Write("bad/template-dsn.txt", "[?\n");
        Mistake("read_l10n_templates: bad").ShouldStartWith("bad/template-dsn.txt:1:1: read_l10n_templates: [? is never closed");
    }

    [Fact]
    public void Administrators_come_from_older_variables()
    {
        var settings = Good("virus_admin: {a@example.com: one@example.com, .: two@example.com}\nbanned_admin: null\nspam_admin: spam@example.com\nwarnvirusrecip: true\nsa_crediblefrom_dsn_cutoff_level: 18\n");
        string? For(LookupMaps maps, string address) => maps.Text(AddressKeys.For(MailAddress.FromUnquoted(address), AddressRules.Default));
        For(settings.VirusAdminMaps, "a@example.com").ShouldBe("one@example.com");
        For(settings.VirusAdminMaps, "b@example.com").ShouldBe("two@example.com");
        For(settings.BannedAdminMaps, "a@example.com").ShouldBe("one@example.com");
        For(settings.SpamAdminMaps, "a@example.com").ShouldBe("spam@example.com");
        settings.WarnVirusRecipMaps.IsTrue(AddressKeys.For(MailAddress.FromUnquoted("a@b"), AddressRules.Default)).ShouldBeTrue();
        settings.SpamCrediblefromDsnCutoffLevelMaps.Number(AddressKeys.For(MailAddress.FromUnquoted("a@b"), AddressRules.Default)).ShouldBe(18);
        For(Good("virus_admin: x@example.com\nbanned_admin: y@example.com").BannedAdminMaps, "a@b").ShouldBe("y@example.com");
        Load("listen_sockets: 1\nvirus_admin: x@example.com\nvirus_admin_maps: [z@example.com]").Notices.ShouldBeEmpty();
        Load("listen_sockets: 1\nvirus_admin: x@example.com\nvirus_admin_maps: [z@example.com]\nbanned_admin_maps: [z@example.com]").Notices.ShouldHaveSingleItem().ShouldContain("changes nothing");
    }

    [Fact]
    public void Tables_by_category_are_laid_over_the_defaults()
    {
        var settings = Good("""
            notify_sender_templ: mine
            notify_sender_templ_by_ccat: {spam: null, oversized: too large}
            admin_maps_by_ccat: {oversized: [big@example.com]}
            warnrecip_maps_by_ccat: {spam: true}
            warnsender_by_ccat: {virus: 1}
            mailfrom_notify_admin_by_ccat: {spam: ''}
            hdrfrom_notify_recip_by_ccat: {catchall: "Filter <f@example.com>"}
            dsn_bcc_by_ccat: {virus: b@example.com}
            """);
        var tables = settings.NoticesByCcat;
        Template? Sender(ContentCategory category) => tables.NotifySenderTempl.Find(CategorySet.Clean.With(category), new CategoryKey(category));
        Sender(ContentCategory.Virus).ShouldBeSameAs(NoticeTemplates.VirusSender);
        Sender(ContentCategory.Spam).ShouldBeNull();
        Sender(ContentCategory.Oversized)!.Text.ShouldBe("too large");
        Sender(ContentCategory.BadHeader)!.Text.ShouldBe("mine");
        tables.MailfromNotifyAdmin.Find(CategorySet.Clean.With(ContentCategory.Spam), null).ShouldBe("");
        tables.MailfromNotifyAdmin.Find(CategorySet.Clean.With(ContentCategory.Virus), null).ShouldBeNull();
        tables.HdrfromNotifyRecip.Find(CategorySet.Clean, null).ShouldBe("Filter <f@example.com>");
        tables.DsnBcc.Find(CategorySet.Clean, ContentCategory.Virus).ShouldBe("b@example.com");
        tables.DsnBcc.Find(CategorySet.Clean, ContentCategory.Spam).ShouldBeNull();
        tables.AdminMaps.Entries.Keys.ShouldContain(ContentCategory.Oversized);
        tables.WarnSender.Find(CategorySet.Clean.With(ContentCategory.Virus), null).ShouldNotBeNull();
    }

    [Fact]
    public void Patterns_in_templates_are_perls() =>
        Good("log_templ: '[~%j|[\"^\\\\h*+(?<n>a)\"]|[\"%1\"]]'").LogTempl!.Problems.ShouldBeEmpty();
}
