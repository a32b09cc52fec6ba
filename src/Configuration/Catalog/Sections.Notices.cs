using Amavis.Configuration.Reading;
using Amavis.Core.Categories;
using Amavis.Core.Lookups;
using Amavis.Core.Policy;
using Amavis.Core.Templates;
using static Amavis.Configuration.Catalog.ValueKind;
using static Amavis.Configuration.Catalog.VariableScope;

namespace Amavis.Configuration.Catalog;

internal static partial class Sections
{
    private static readonly MapsType TruthByName = new(ResultType.Truth, AddressKeys: false);

    /// <summary>Notifications to senders, recipients and administrators.</summary>
    public static void Notices(CatalogBuilder add)
    {
        add.Maps("@viruses_that_fake_sender_maps", Dynamic, TruthByName, s => s.VirusesThatFakeSenderMaps, (s, v) => s with { VirusesThatFakeSenderMaps = v }, "viruses, by name, whose senders are forged and get no notice", "[viruses_that_fake_sender_re, true]", Always, "$viruses_that_fake_sender_re");
        add.Maps("@spam_dsn_cutoff_level_maps", Dynamic, NumberMaps, s => s.SpamDsnCutoffLevelMaps, (s, v) => s with { SpamDsnCutoffLevelMaps = v }, "score above which senders get no notice, by recipient", null, null, "$sa_dsn_cutoff_level");
        add.Maps("@spam_dsn_cutoff_level_bysender_maps", Dynamic, NumberMaps, s => s.SpamDsnCutoffLevelBysenderMaps, (s, v) => s with { SpamDsnCutoffLevelBysenderMaps = v }, "score above which senders get no notice, by sender");
        add.Maps("@spam_crediblefrom_dsn_cutoff_level_maps", Dynamic, NumberMaps, s => s.SpamCrediblefromDsnCutoffLevelMaps, (s, v) => s with { SpamCrediblefromDsnCutoffLevelMaps = v }, "score above which credible senders get no notice, by recipient", null, null, "$sa_crediblefrom_dsn_cutoff_level");
        add.Maps("@spam_crediblefrom_dsn_cutoff_level_bysender_maps", Dynamic, NumberMaps, s => s.SpamCrediblefromDsnCutoffLevelBysenderMaps, (s, v) => s with { SpamCrediblefromDsnCutoffLevelBysenderMaps = v }, "score above which credible senders get no notice, by sender");
        add.Maps("@spam_notifyadmin_cutoff_level_maps", Dynamic, NumberMaps, s => s.SpamNotifyadminCutoffLevelMaps, (s, v) => s with { SpamNotifyadminCutoffLevelMaps = v }, "score above which administrators get no notice");
        add.Truth("$warn_offsite", Dynamic, s => s.WarnOffsite, (s, v) => s with { WarnOffsite = v }, "tell also recipients who are not ours");
        add.Maps("@warnvirusrecip_maps", LegacyDynamic, TruthMaps, s => s.WarnVirusRecipMaps, (s, v) => s with { WarnVirusRecipMaps = v }, "recipients who are told of infected mail", null, null, "$warnvirusrecip");
        add.Maps("@warnbannedrecip_maps", LegacyDynamic, TruthMaps, s => s.WarnBannedRecipMaps, (s, v) => s with { WarnBannedRecipMaps = v }, "recipients who are told of banned mail", null, null, "$warnbannedrecip");
        add.Maps("@warnbadhrecip_maps", LegacyDynamic, TruthMaps, s => s.WarnBadhRecipMaps, (s, v) => s with { WarnBadhRecipMaps = v }, "recipients who are told of mail with a faulty header", null, null, "$warnbadhrecip");
        MapsByCategory(add, "%warnsender_by_ccat", TruthMaps, (s, v) => s with { WarnSenderByCcatOver = s.WarnSenderByCcatOver.Merge(v) }, "tell senders of passed mail, by category", "banned warnbannedsender, bad-header warnbadhsender");
        MapsByCategory(add, "%warnrecip_maps_by_ccat", TruthMaps, (s, v) => s with { WarnRecipMapsByCcatOver = s.WarnRecipMapsByCcatOver.Merge(v) }, "tell recipients, by category", "warn*recip_maps");
        Administrators(add);
        Writers(add);
        NoticeTemplates(add);
    }

    private static void Administrators(CatalogBuilder add)
    {
        const string told = "administrators who are told, by recipient";
        add.Maps("@newvirus_admin_maps", Dynamic, TextMaps, s => s.NewvirusAdminMaps, (s, v) => s with { NewvirusAdminMaps = v }, "administrators who are told of each virus once, by recipient", null, null, "$newvirus_admin");
        add.Maps("@virus_admin_maps", LegacyDynamic, TextMaps, s => s.VirusAdminMaps, (s, v) => s with { VirusAdminMaps = v }, told, null, null, "$virus_admin");
        add.MapOfText("%virus_admin", "virus_admin_maps", "goes into virus_admin_maps");
        add.Maps("@spam_admin_maps", LegacyDynamic, TextMaps, s => s.SpamAdminMaps, (s, v) => s with { SpamAdminMaps = v }, told, null, null, "$spam_admin");
        add.MapOfText("%spam_admin", "spam_admin_maps", "goes into spam_admin_maps");
        add.MapsSharing("@banned_admin_maps", LegacyDynamic, TextMaps, s => s.BannedAdminMaps, (s, v) => s with { BannedAdminMaps = v }, told, null, null, ["$banned_admin"], ["$virus_admin"]);
        add.Maps("@bad_header_admin_maps", LegacyDynamic, TextMaps, s => s.BadHeaderAdminMaps, (s, v) => s with { BadHeaderAdminMaps = v }, told, null, null, "$bad_header_admin");
        MapsByCategory(add, "%admin_maps_by_ccat", TextMaps, (s, v) => s with { AdminMapsByCcatOver = s.AdminMapsByCcatOver.Merge(v) }, "administrators who are told, by category", "*_admin_maps; unchecked as virus");
        add.Line("$dsn_bcc", LegacyDynamic, s => s.DsnBcc, (s, v) => s with { DsnBcc = v }, "gets a copy of each notice to a sender");
        LinesByCategory(add, "%dsn_bcc_by_ccat", (s, v) => s with { DsnBccByCcatOver = s.DsnBccByCcatOver.Merge(v) }, "gets a copy of notices to senders, by category", "{\"catchall\":dsn_bcc}");
    }

    /// <summary>Who notices come from.</summary>
    private static void Writers(CatalogBuilder add)
    {
        const string envelope = "envelope sender of notices; null: the address in the From field, empty: the null sender", from = "From field of notices";
        const string sameName = "the sender's, or the same name with mailfrom_notify_*";
        add.Line("$mailfrom_notify_admin", LegacyDynamic, s => s.MailfromNotifyAdmin, (s, v) => s with { MailfromNotifyAdmin = v }, envelope);
        add.Line("$mailfrom_notify_recip", LegacyDynamic, s => s.MailfromNotifyRecip, (s, v) => s with { MailfromNotifyRecip = v }, envelope);
        add.Line("$mailfrom_notify_spamadmin", LegacyDynamic, s => s.MailfromNotifySpamadmin, (s, v) => s with { MailfromNotifySpamadmin = v }, envelope);
        add.Meaningless("$mailfrom_notify_sender", Text, LegacyDynamic, "null", "envelope sender of notices to senders; it is always the null sender");
        add.Line("$hdrfrom_notify_sender", LegacyDynamic, s => s.HdrfromNotifySender, (s, v) => s with { HdrfromNotifySenderOrNull = v }, from + " to senders; ${myhostname} stands for myhostname", "\"Content-filter at <myhostname>\" <postmaster@<myhostname>>");
        add.Line("$hdrfrom_notify_recip", LegacyDynamic, s => s.HdrfromNotifyRecip, (s, v) => s with { HdrfromNotifyRecipOrNull = v }, from + " to recipients", sameName);
        add.Line("$hdrfrom_notify_admin", LegacyDynamic, s => s.HdrfromNotifyAdmin, (s, v) => s with { HdrfromNotifyAdminOrNull = v }, from + " to administrators", sameName);
        add.Line("$hdrfrom_notify_spamadmin", LegacyDynamic, s => s.HdrfromNotifySpamadmin, (s, v) => s with { HdrfromNotifySpamadminOrNull = v }, from + " of spam to administrators", sameName);
        add.Line("$hdrfrom_notify_release", LegacyDynamic, s => s.HdrfromNotifyRelease, (s, v) => s with { HdrfromNotifyReleaseOrNull = v }, "From field around released mail", "hdrfrom_notify_sender");
        add.Line("$hdrfrom_notify_report", LegacyDynamic, s => s.HdrfromNotifyReport, (s, v) => s with { HdrfromNotifyReportOrNull = v }, "From field of reports", "hdrfrom_notify_sender");
        LinesByCategory(add, "%mailfrom_notify_admin_by_ccat", (s, v) => s with { MailfromNotifyAdminByCcatOver = s.MailfromNotifyAdminByCcatOver.Merge(v) }, "envelope sender of notices, by category", "mailfrom_notify_admin, spam mailfrom_notify_spamadmin");
        LinesByCategory(add, "%mailfrom_notify_recip_by_ccat", (s, v) => s with { MailfromNotifyRecipByCcatOver = s.MailfromNotifyRecipByCcatOver.Merge(v) }, "envelope sender of notices, by category", "mailfrom_notify_recip");
        LinesByCategory(add, "%hdrfrom_notify_admin_by_ccat", (s, v) => s with { HdrfromNotifyAdminByCcatOver = s.HdrfromNotifyAdminByCcatOver.Merge(v) }, from + ", by category", "hdrfrom_notify_admin, spam hdrfrom_notify_spamadmin");
        LinesByCategory(add, "%hdrfrom_notify_recip_by_ccat", (s, v) => s with { HdrfromNotifyRecipByCcatOver = s.HdrfromNotifyRecipByCcatOver.Merge(v) }, from + ", by category", "hdrfrom_notify_recip");
        LinesByCategory(add, "%hdrfrom_notify_sender_by_ccat", (s, v) => s with { HdrfromNotifySenderByCcatOver = s.HdrfromNotifySenderByCcatOver.Merge(v) }, from + ", by category", "hdrfrom_notify_sender");
        LinesByCategory(add, "%hdrfrom_notify_release_by_ccat", (s, v) => s with { HdrfromNotifyReleaseByCcatOver = s.HdrfromNotifyReleaseByCcatOver.Merge(v) }, from + ", by category", "hdrfrom_notify_release");
        LinesByCategory(add, "%hdrfrom_notify_report_by_ccat", (s, v) => s with { HdrfromNotifyReportByCcatOver = s.HdrfromNotifyReportByCcatOver.Merge(v) }, from + ", by category", "hdrfrom_notify_report");
    }

    private static void NoticeTemplates(CatalogBuilder add)
    {
        add.Add<string>("$hdr_encoding", Text, Dynamic, Templates.CharsetName, s => s.HdrEncoding, (s, v) => s with { HdrEncoding = v }, "charset of encoded words in header fields we make");
        add.Add<string>("$bdy_encoding", Text, Dynamic, Templates.CharsetName, s => s.BdyEncoding, (s, v) => s with { BdyEncoding = v }, "charset of texts we make; UTF-8 where it lacks a character");
        add.Add<string?>("$hdr_encoding_qb", Text, Dynamic, Scalars.OneOf("Q", "B"), s => s.HdrEncodingQb, (s, v) => s with { HdrEncodingQb = v ?? "Q" }, "encoding of header fields we make: Q or B");
        // The texts given one by one lie over those of a directory.
        add.Add("read_l10n_templates", Text, Global, Templates.Directory, _ => null, (Settings s, Func<Settings, Settings> v) => v(s), "directory of texts of notices in one language; see Templates");
        add.Templ("$notify_sender_templ", LegacyDynamic, s => s.NotifySenderTempl, (s, v) => s with { NotifySenderTempl = v }, "notice to senders");
        add.Templ("$notify_virus_sender_templ", LegacyDynamic, s => s.NotifyVirusSenderTempl, (s, v) => s with { NotifyVirusSenderTempl = v }, "notice to senders of infected and banned mail");
        add.Templ("$notify_spam_sender_templ", LegacyDynamic, s => s.NotifySpamSenderTempl, (s, v) => s with { NotifySpamSenderTempl = v }, "notice to senders of spam");
        add.Templ("$notify_virus_admin_templ", LegacyDynamic, s => s.NotifyVirusAdminTempl, (s, v) => s with { NotifyVirusAdminTempl = v }, "notice to administrators");
        add.Templ("$notify_spam_admin_templ", LegacyDynamic, s => s.NotifySpamAdminTempl, (s, v) => s with { NotifySpamAdminTempl = v }, "notice of spam to administrators");
        add.Templ("$notify_virus_recips_templ", LegacyDynamic, s => s.NotifyVirusRecipsTempl, (s, v) => s with { NotifyVirusRecipsTempl = v }, "notice to recipients");
        add.Templ("$notify_spam_recips_templ", LegacyDynamic, s => s.NotifySpamRecipsTempl, (s, v) => s with { NotifySpamRecipsTempl = v }, "notice of spam to recipients", "\"\"");
        add.Templ("$notify_release_templ", LegacyDynamic, s => s.NotifyReleaseTempl, (s, v) => s with { NotifyReleaseTempl = v }, "text around released mail");
        add.Templ("$notify_report_templ", LegacyDynamic, s => s.NotifyReportTempl, (s, v) => s with { NotifyReportTempl = v }, "text of reports");
        add.Templ("$notify_autoresp_templ", LegacyDynamic, s => s.NotifyAutorespTempl, (s, v) => s with { NotifyAutorespTempl = v }, "automatic answer; never sent by the filter itself");
        TemplatesByCategory(add, "%notify_admin_templ_by_ccat", (s, v) => s with { NotifyAdminTemplByCcatOver = s.NotifyAdminTemplByCcatOver.Merge(v) }, "notify_virus_admin_templ, spam notify_spam_admin_templ");
        TemplatesByCategory(add, "%notify_recips_templ_by_ccat", (s, v) => s with { NotifyRecipsTemplByCcatOver = s.NotifyRecipsTemplByCcatOver.Merge(v) }, "notify_virus_recips_templ, spam notify_spam_recips_templ");
        TemplatesByCategory(add, "%notify_sender_templ_by_ccat", (s, v) => s with { NotifySenderTemplByCcatOver = s.NotifySenderTemplByCcatOver.Merge(v) }, "notify_sender_templ; virus, banned notify_virus_sender_templ; spam notify_spam_sender_templ");
        TemplatesByCategory(add, "%notify_release_templ_by_ccat", (s, v) => s with { NotifyReleaseTemplByCcatOver = s.NotifyReleaseTemplByCcatOver.Merge(v) }, "notify_release_templ");
        TemplatesByCategory(add, "%notify_report_templ_by_ccat", (s, v) => s with { NotifyReportTemplByCcatOver = s.NotifyReportTemplByCcatOver.Merge(v) }, "notify_report_templ");
        TemplatesByCategory(add, "%notify_autoresp_templ_by_ccat", (s, v) => s with { NotifyAutorespTemplByCcatOver = s.NotifyAutorespTemplByCcatOver.Merge(v) }, "notify_autoresp_templ");
    }

    private static void MapsByCategory(CatalogBuilder add, string name, MapsType type, Func<Settings, ByCategory<LookupMaps?>, Settings> set, string meaning, string shown) =>
        add.Add(name, ValueKind.ByCategory, Dynamic, ByCategories.Reader(Reading.Maps.Reader(type)), _ => null, set, meaning, shown);

    private static void LinesByCategory(CatalogBuilder add, string name, Func<Settings, ByCategory<string?>, Settings> set, string meaning, string shown) =>
        add.Add(name, ValueKind.ByCategory, Dynamic, ByCategories.Reader<string>(Scalars.LineOrEmpty), _ => null, set, meaning, shown);

    private static void TemplatesByCategory(CatalogBuilder add, string name, Func<Settings, ByCategory<Template?>, Settings> set, string shown) =>
        add.Add(name, ValueKind.ByCategory, Dynamic, ByCategories.Reader<Template>(Templates.ReadEntry), _ => null, set, "template of a notice, by category", shown);
}
