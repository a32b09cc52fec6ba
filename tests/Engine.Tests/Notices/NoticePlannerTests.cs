using Amavis.Core.Addresses;
using Amavis.Core.Categories;
using Amavis.Core.Lookups;
using Amavis.Core.Messages;
using Amavis.Core.Policy;
using Amavis.Core.Templates;
using Amavis.Engine.Notices;
using Amavis.Engine.Verdicts;
using Amavis.Testing;

namespace Amavis.Engine.Tests.Notices;

public sealed class NoticePlannerTests
{
    private static readonly Settings Admins = Build.Settings with
    {
        VirusAdminMaps = LookupMaps.Constant("virus@example.com"),
        BannedAdminMaps = LookupMaps.Constant("banned@example.com"),
        SpamAdminMaps = LookupMaps.Constant("spam@example.com"),
        BadHeaderAdminMaps = LookupMaps.Constant("badh@example.com"),
        NewvirusAdminMaps = LookupMaps.Constant("new@example.com"),
        SpamKillLevelMaps = LookupMaps.Constant(8),
    };

    [Fact]
    public void Each_category_has_its_administrator()
    {
        AddressesOf(Build.Findings(viruses: ["V"])).ShouldBe(["virus@example.com"]);
        AddressesOf(Build.Findings(banned: "x.exe")).ShouldBe(["banned@example.com"]);
        AddressesOf(Build.Findings(9)).ShouldBe(["spam@example.com"]);
        AddressesOf(Build.Findings(badHeader: 2)).ShouldBe(["badh@example.com"]);
        AddressesOf(Build.Findings(avFailed: true)).ShouldBe(["virus@example.com"]);
        AddressesOf(Build.Findings(7)).ShouldBeEmpty();
        AddressesOf(Build.Findings(0.4)).ShouldBeEmpty();
    }

    [Fact]
    public void A_new_virus_has_administrators_of_its_own()
    {
        AddressesOf(Build.Findings(viruses: ["V"]), hasNewVirus: true).ShouldBe(["virus@example.com", "new@example.com"]);
        AddressesOf(Build.Findings(viruses: ["V"]), hasNewVirus: true, settings: Admins with { VirusAdminMaps = LookupMaps.Empty }).ShouldBe(["new@example.com"]);
        AddressesOf(Build.Findings(9), hasNewVirus: true).ShouldBe(["spam@example.com"]);
    }

    [Fact]
    public void An_administrator_of_several_recipients_is_told_once()
    {
        var settings = Admins with { VirusAdminMaps = new LookupMaps([new HashTable([new("u@example.com", new LookupValue("one@example.com")), new("v@example.com", new LookupValue("ONE@example.com")), new(".", new LookupValue("two@example.com"))])]) };
        var virus = Build.Findings(viruses: ["V"]);
        NoticePlanner.Administrators([Outcome(virus, "u@example.com", settings), Outcome(virus, "v@example.com", settings), Outcome(virus, "w@far.example", settings)], settings, false)!
            .Recipients.Select(r => r.Unquoted).ShouldBe(["one@example.com", "two@example.com"]);
    }

    [Theory]
    [InlineData(9, true)]
    [InlineData(15, false)]
    public void Spam_above_the_cutoff_is_not_worth_a_notice(double score, bool told) =>
        (AddressesOf(Build.Findings(score), settings: Admins with { SpamNotifyadminCutoffLevelMaps = LookupMaps.Constant(15) }).Count > 0).ShouldBe(told);

    [Fact]
    public void Spam_administrators_have_a_text_and_a_writer_of_their_own()
    {
        var settings = Admins with { MailfromNotifySpamadmin = "spam-robot@example.com", MailfromNotifyAdmin = "robot@example.com" };
        var spam = NoticePlanner.Administrators([Outcome(Build.Findings(9), settings: settings)], settings, false)!;
        spam.Template.ShouldBeSameAs(NoticeTemplates.SpamAdmin);
        (spam.From, spam.EnvelopeSender).ShouldBe(("\"Content-filter at filter.example.net\" <spam-robot@example.com>", "spam-robot@example.com"));
        var virus = NoticePlanner.Administrators([Outcome(Build.Findings(viruses: ["V"]), settings: settings)], settings, false)!;
        virus.Template.ShouldBeSameAs(NoticeTemplates.VirusAdmin);
        (virus.From, virus.EnvelopeSender).ShouldBe(("\"Content-filter at filter.example.net\" <robot@example.com>", "robot@example.com"));
    }

    [Fact]
    public void The_host_name_is_filled_in()
    {
        var settings = Admins with { HdrfromNotifyAdminOrNull = "Filter <filter@${myhostname}>" };
        NoticePlanner.Administrators([Outcome(Build.Findings(viruses: ["V"]), settings: settings)], settings, false)!.From.ShouldBe("Filter <filter@filter.example.net>");
    }

    [Fact]
    public void Without_a_text_there_is_no_notice()
    {
        AddressesOf(Build.Findings(viruses: ["V"]), settings: Admins with { NotifyVirusAdminTempl = null }).ShouldBeEmpty();
        AddressesOf(Build.Findings(viruses: ["V"]), settings: Admins with { NotifyVirusAdminTempl = Template.Parse(" \n") }).ShouldBeEmpty();
    }

    [Fact]
    public void Recipients_are_told_where_their_table_says_so()
    {
        var settings = Build.Settings with
        {
            WarnVirusRecipMaps = LookupMaps.Constant("1"),
            WarnBannedRecipMaps = new LookupMaps([new HashTable([new("u@example.com", LookupValue.True)])]),
        };
        var virus = Build.Findings(viruses: ["V"]);
        Told(settings, Outcome(virus, "u@example.com", settings), Outcome(virus, "x@far.example", settings)).ShouldBe(["u@example.com"]);
        Told(settings with { WarnOffsite = true }, Outcome(virus, "u@example.com", settings), Outcome(virus, "x@far.example", settings)).ShouldBe(["u@example.com", "x@far.example"]);
        var banned = Build.Findings(banned: "x.exe");
        Told(settings, Outcome(banned, "u@example.com", settings), Outcome(banned, "v@example.com", settings)).ShouldBe(["u@example.com"]);
        Told(settings, Outcome(Build.Findings(9), "u@example.com", settings)).ShouldBeEmpty();
    }

    [Fact]
    public void Spam_has_no_text_for_recipients_until_one_is_given()
    {
        var settings = Build.Settings with
        {
            WarnRecipMapsByCcatOver = new ByCategory<LookupMaps?>(new Dictionary<CategoryKey, LookupMaps?> { [ContentCategory.Spam] = LookupMaps.Constant("1") }),
        };
        Told(settings, Outcome(Build.Findings(9), settings: settings)).ShouldBeEmpty();
        Told(settings with { NotifySpamRecipsTempl = Template.Parse("Subject: spam\n\nkept") }, Outcome(Build.Findings(9), settings: settings)).ShouldBe(["u@example.com"]);
    }

    [Fact]
    public void A_bounce_has_the_text_of_its_category_and_a_copy()
    {
        var settings = Build.Settings with { DsnBcc = "bounces@example.com" };
        var sender = MailAddress.FromUnquoted("a@far.example");
        NoticePlan Plan(Findings findings) => NoticePlanner.Sender([Outcome(findings, settings: settings)], sender, settings)!;
        Plan(Build.Findings(viruses: ["V"])).Template.ShouldBeSameAs(NoticeTemplates.VirusSender);
        Plan(Build.Findings(banned: "x")).Template.ShouldBeSameAs(NoticeTemplates.VirusSender);
        Plan(Build.Findings(9)).Template.ShouldBeSameAs(NoticeTemplates.SpamSender);
        Plan(Build.Findings(badHeader: 2)).Template.ShouldBeSameAs(NeutralNotices.Sender);
        Plan(Build.Findings(9)).Recipients.Select(r => r.Unquoted).ShouldBe(["a@far.example", "bounces@example.com"]);
        NoticePlanner.Sender([Outcome(Build.Findings(9), settings: settings)], sender, settings with { NotifySpamSenderTempl = null }).ShouldBeNull();
    }

    [Fact]
    public void A_credible_sender_has_another_cutoff()
    {
        var settings = Build.Settings with
        {
            FinalSpamDestiny = Destiny.Bounce,
            SpamDsnCutoffLevelMaps = LookupMaps.Constant(10),
            SpamCrediblefromDsnCutoffLevelMaps = LookupMaps.Constant(20),
        };
        var envelope = new Envelope { Sender = MailAddress.FromUnquoted("a@far.example"), Recipients = [] };
        DsnDecision Decide(double score, bool isCredible) =>
            DsnDecider.Decide(Outcome(Build.Findings(score), settings: settings), envelope, false, false, false, null, isCredible);
        (Decide(9, false), Decide(12, false), Decide(12, true), Decide(20, true)).ShouldBe((DsnDecision.Send, DsnDecision.Suppressed, DsnDecision.Send, DsnDecision.Suppressed));
    }

    [Fact]
    public void A_sender_is_warned_of_mail_that_was_passed_where_the_table_says_so()
    {
        var settings = Build.Settings with { WarnBannedSender = true, FinalBannedDestiny = Destiny.Pass };
        DsnDecider.WarnsSender(Outcome(Build.Findings(banned: "x.exe"), settings: settings)).ShouldBeTrue();
        DsnDecider.WarnsSender(Outcome(Build.Findings(0.4), settings: settings)).ShouldBeFalse();
        var off = settings with
        {
            WarnSenderByCcatOver = new ByCategory<LookupMaps?>(new Dictionary<CategoryKey, LookupMaps?> { [ContentCategory.Banned] = LookupMaps.Constant("0") }),
        };
        DsnDecider.WarnsSender(Outcome(Build.Findings(banned: "x.exe"), settings: off)).ShouldBeFalse();
    }

    [Fact]
    public void Viruses_seen_are_remembered_over_a_restart()
    {
        using var directory = new TestDirectory();
        var path = Path.Combine(directory.Path, "seen.txt");
        var warnings = new List<string>();
        var first = new SeenViruses(path, warnings.Add);
        first.AddNew(["Test.Sig-1", "Test.Sig-2"]).ShouldBeTrue();
        first.AddNew(["Test.Sig-1"]).ShouldBeFalse();
        first.AddNew([]).ShouldBeFalse();
        first.AddNew(["Test.Sig-1", "Evil\nName"]).ShouldBeTrue();
        var second = new SeenViruses(path, warnings.Add);
        second.AddNew(["Test.Sig-2", "Evil\nName"]).ShouldBeFalse();
        second.AddNew(["Test.Sig-3"]).ShouldBeTrue();
        File.ReadAllLines(path).ShouldBe(["Test.Sig-1", "Test.Sig-2", "Evil\\nName", "Test.Sig-3"]);
        warnings.ShouldBeEmpty();
    }

    [Fact]
    public void A_memory_that_can_not_be_written_is_a_warning()
    {
        using var directory = new TestDirectory();
        var warnings = new List<string>();
        var seen = new SeenViruses(directory.Path, warnings.Add);
        seen.AddNew(["Test.Sig-1"]).ShouldBeTrue();
        seen.AddNew(["Test.Sig-1"]).ShouldBeFalse();
        warnings.ShouldNotBeEmpty();
    }

    private static IReadOnlyList<string> AddressesOf(Findings findings, bool hasNewVirus = false, Settings? settings = null) =>
        [.. NoticePlanner.Administrators([Outcome(findings, settings: settings ?? Admins)], settings ?? Admins, hasNewVirus)?.Recipients.Select(r => r.Unquoted) ?? []];

    private static IReadOnlyList<string> Told(Settings settings, params RecipientOutcome[] outcomes) =>
        [.. NoticePlanner.Recipients(outcomes, settings).Select(p => p.Plan.Recipients.Single().Unquoted)];

    private static RecipientOutcome Outcome(Findings findings, string address = "u@example.com", Settings? settings = null) =>
        Build.Outcome(Build.Decide(findings, Build.Policy(address, settings)));
}
