using Amavis.Configuration.Reading;
using static Amavis.Configuration.Catalog.ValueKind;
using static Amavis.Configuration.Catalog.VariableScope;

namespace Amavis.Configuration.Catalog;

internal static partial class Sections
{
    private static readonly MapsType TruthByName = new(ResultType.Truth, AddressKeys: false);

    /// <summary>Notifications to senders, recipients and administrators.</summary>
    public static void Notices(CatalogBuilder add)
    {
        add.Line("$hdrfrom_notify_sender", LegacyDynamic, s => s.HdrfromNotifySender, (s, v) => s with { HdrfromNotifySenderOrNull = v }, "From field of notices to senders", "\"Content-filter at <myhostname>\" <postmaster@<myhostname>>");
        add.Maps("@viruses_that_fake_sender_maps", Dynamic, TruthByName, s => s.VirusesThatFakeSenderMaps, (s, v) => s with { VirusesThatFakeSenderMaps = v }, "viruses, by name, whose senders are forged and get no notice", "[viruses_that_fake_sender_re, true]", Always, "$viruses_that_fake_sender_re");
        add.Maps("@spam_dsn_cutoff_level_maps", Dynamic, NumberMaps, s => s.SpamDsnCutoffLevelMaps, (s, v) => s with { SpamDsnCutoffLevelMaps = v }, "score above which senders get no notice, by recipient", null, null, "$sa_dsn_cutoff_level");
        add.Maps("@spam_dsn_cutoff_level_bysender_maps", Dynamic, NumberMaps, s => s.SpamDsnCutoffLevelBysenderMaps, (s, v) => s with { SpamDsnCutoffLevelBysenderMaps = v }, "score above which senders get no notice, by sender");

        add.Later("$sa_crediblefrom_dsn_cutoff_level", ValueKind.Number, LegacyStatic, "null", "goes into spam_crediblefrom_dsn_cutoff_level_maps");
        add.Later("@spam_crediblefrom_dsn_cutoff_level_maps", Tables, Dynamic, "sa_crediblefrom_dsn_cutoff_level", "score above which credible senders get no notice, by recipient");
        add.Later("@spam_crediblefrom_dsn_cutoff_level_bysender_maps", Tables, Dynamic, "[]", "score above which credible senders get no notice, by sender");
        add.Later("@spam_notifyadmin_cutoff_level_maps", Tables, Dynamic, "[]", "score above which administrators get no notice");
        add.Later("$warn_offsite", Truth, Dynamic, "false", "tell also recipients who are not ours");
        foreach (var kind in (string[])["virus", "banned", "badh"])
        {
            add.Later($"@warn{kind}recip_maps", Tables, LegacyDynamic, $"warn{kind}recip", "recipients who are told of mail kept from them");
            add.Later($"$warn{kind}recip", Truth, LegacyStatic, "false", $"goes into warn{kind}recip_maps");
        }
        add.Later("%warnsender_by_ccat", ByCategory, Dynamic, "banned warnbannedsender, bad-header warnbadhsender", "tell senders of passed mail, by category");
        add.Later("%warnrecip_maps_by_ccat", ByCategory, Dynamic, "warn*recip_maps", "tell recipients, by category");
        Administrators(add);
        Templates(add);
        add.LaterAll(Text, Dynamic, "\"UTF-8\"", "charset of texts we make", "$hdr_encoding", "$bdy_encoding");
        add.Later("$hdr_encoding_qb", Text, Dynamic, "\"Q\"", "encoding of header fields we make: Q or B");
    }

    private static void Administrators(CatalogBuilder add)
    {
        foreach (var kind in (string[])["newvirus", "virus", "banned", "spam", "bad_header"])
        {
            add.Later($"@{kind}_admin_maps", Tables, kind == "newvirus" ? Dynamic : LegacyDynamic, kind == "banned" ? "banned_admin, virus_admin" : kind + "_admin", "administrators who are told, by recipient");
            add.Later($"${kind}_admin", kind is "virus" or "spam" ? TextOrMap : Text, LegacyStatic, "null", $"goes into {kind}_admin_maps");
        }
        add.Later("%virus_admin", Map, LegacyStatic, "{}", "goes into virus_admin_maps");
        add.Later("%spam_admin", Map, LegacyStatic, "{}", "goes into spam_admin_maps");
        add.Later("%admin_maps_by_ccat", ByCategory, Dynamic, "*_admin_maps", "administrators who are told, by category");
        add.LaterAll(Text, LegacyDynamic, "the address in the From field", "envelope sender of notices", "$mailfrom_notify_admin", "$mailfrom_notify_recip", "$mailfrom_notify_spamadmin", "$mailfrom_notify_sender");
        add.LaterAll(Text, LegacyDynamic, "hdrfrom_notify_sender", "From field of notices", "$hdrfrom_notify_recip", "$hdrfrom_notify_admin", "$hdrfrom_notify_spamadmin", "$hdrfrom_notify_release", "$hdrfrom_notify_report");
        add.LaterAll(ByCategory, Dynamic, "mailfrom_notify_*", "envelope sender of notices, by category", "%mailfrom_notify_admin_by_ccat", "%mailfrom_notify_recip_by_ccat");
        add.LaterAll(ByCategory, Dynamic, "hdrfrom_notify_*", "From field of notices, by category", "%hdrfrom_notify_admin_by_ccat", "%hdrfrom_notify_recip_by_ccat", "%hdrfrom_notify_sender_by_ccat", "%hdrfrom_notify_release_by_ccat", "%hdrfrom_notify_report_by_ccat");
        add.Later("$dsn_bcc", Text, LegacyDynamic, "null", "gets a copy of each notice to a sender");
        add.Later("%dsn_bcc_by_ccat", ByCategory, Dynamic, "{\"catchall\":dsn_bcc}", "gets a copy of notices, by category");
    }

    private static void Templates(CatalogBuilder add)
    {
        add.LaterAll(Template, LegacyDynamic, "built in", "template of a notice",
            "$notify_sender_templ", "$notify_virus_sender_templ", "$notify_spam_sender_templ", "$notify_virus_admin_templ", "$notify_spam_admin_templ",
            "$notify_virus_recips_templ", "$notify_spam_recips_templ", "$notify_release_templ", "$notify_report_templ", "$notify_autoresp_templ");
        add.LaterAll(ByCategory, Dynamic, "notify_*_templ", "template of a notice, by category",
            "%notify_admin_templ_by_ccat", "%notify_recips_templ_by_ccat", "%notify_sender_templ_by_ccat", "%notify_release_templ_by_ccat",
            "%notify_report_templ_by_ccat", "%notify_autoresp_templ_by_ccat");
    }
}
