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
    private static readonly MapsType DestinyMaps = new(ResultType.Destiny);
    private static readonly MapsType ManglingMaps = new(ResultType.Mangling);

    /// <summary>Destinies, what recipients want, quarantine.</summary>
    public static void Actions(CatalogBuilder add)
    {
        Destinies(add);
        Recipients(add);
        Quarantine(add);
    }

    private static void Destinies(CatalogBuilder add)
    {
        add.Add("$final_virus_destiny", ValueKind.Destiny, LegacyDynamic, Scalars.DestinyOf, s => s.FinalVirusDestiny, (Settings s, Destiny v) => s with { FinalVirusDestiny = v }, "what becomes of infected mail");
        add.Add("$final_banned_destiny", ValueKind.Destiny, LegacyDynamic, Scalars.DestinyOf, s => s.FinalBannedDestiny, (Settings s, Destiny v) => s with { FinalBannedDestiny = v }, "what becomes of mail with banned names or types");
        add.Add("$final_spam_destiny", ValueKind.Destiny, LegacyDynamic, Scalars.DestinyOf, s => s.FinalSpamDestiny, (Settings s, Destiny v) => s with { FinalSpamDestiny = v }, "what becomes of spam");
        add.Add("$final_bad_header_destiny", ValueKind.Destiny, LegacyDynamic, Scalars.DestinyOf, s => s.FinalBadHeaderDestiny, (Settings s, Destiny v) => s with { FinalBadHeaderDestiny = v }, "what becomes of mail with a faulty header");
        add.Add("$final_unchecked_destiny", ValueKind.Destiny, LegacyDynamic, Scalars.DestinyOf, s => s.FinalUncheckedDestiny, (Settings s, Destiny v) => s with { FinalUncheckedDestiny = v }, "what becomes of mail that could not be checked in full");
        add.Add("%final_destiny_maps_by_ccat", ByCategory, Dynamic, ByCategories.Reader(Reading.Maps.Reader(DestinyMaps)), s => null, (Settings s, ByCategory<LookupMaps?> v) => s with { FinalDestinyMapsByCcatOver = s.FinalDestinyMapsByCcatOver.Merge(v) }, "destiny by category, over final_*_destiny", "final_*_destiny; mta-blocked,1 D_TEMPFAIL, mta-blocked,2 D_REJECT, mta-blocked D_TEMPFAIL, oversized D_BOUNCE, catchall D_PASS");
        add.Truth("$warnbannedsender", LegacyDynamic, s => s.WarnBannedSender, (s, v) => s with { WarnBannedSender = v }, "tell senders of banned mail; with D_DISCARD the same as D_BOUNCE");
        add.Truth("$warnbadhsender", LegacyDynamic, s => s.WarnBadhSender, (s, v) => s with { WarnBadhSender = v }, "tell senders of mail with a faulty header; with D_DISCARD the same as D_BOUNCE");
        add.Add("%smtp_reason_by_ccat", ByCategory, Dynamic, ByCategories.Reader<Template>(Templates.ReadEntry), s => s.SmtpReasonByCcat, (s, v) => s with { SmtpReasonByCcat = s.SmtpReasonByCcat.Merge(v) }, "text of replies that refuse mail", "the texts of each category");
        add.Line("$undecipherable_subject_tag", Dynamic, s => s.UndecipherableSubjectTag, (s, v) => s with { UndecipherableSubjectTag = v }, "put before the subject of unchecked mail; empty: nothing");
        add.Maps("@spam_subject_tag_maps", Dynamic, TextMaps, s => s.SpamSubjectTagMaps, (s, v) => s with { SpamSubjectTagMaps = v }, "put before the subject from the tag level on", null, null, "$sa_spam_subject_tag1");
        add.Maps("@spam_subject_tag2_maps", Dynamic, TextMaps, s => s.SpamSubjectTag2Maps, (s, v) => s with { SpamSubjectTag2Maps = v }, "put before the subject from the tag2 level on", null, null, "$sa_spam_subject_tag");
        add.Maps("@spam_subject_tag3_maps", Dynamic, TextMaps, s => s.SpamSubjectTag3Maps, (s, v) => s with { SpamSubjectTag3Maps = v }, "put before the subject from the tag3 level on");
        add.Add("%subject_tag_maps_by_ccat", ByCategory, Dynamic, ByCategories.Reader(Reading.Maps.Reader(TextMaps)), s => null, (Settings s, ByCategory<LookupMaps?> v) => s with { SubjectTagMapsByCcatOver = s.SubjectTagMapsByCcatOver.Merge(v) }, "put before the subject, by category", "virus \"***INFECTED*** \", unchecked undecipherable_subject_tag, spammy and clean,1 spam_subject_tag*_maps");
    }

    private static void Recipients(CatalogBuilder add)
    {
        add.Maps("@virus_lovers_maps", LegacyDynamic, TruthMaps, s => s.VirusLoversMaps, (s, v) => s with { VirusLoversMaps = v }, "recipients who want infected mail all the same", null, null, Trio("virus_lovers"));
        add.Maps("@spam_lovers_maps", LegacyDynamic, TruthMaps, s => s.SpamLoversMaps, (s, v) => s with { SpamLoversMaps = v }, "recipients who want spam all the same", null, null, Trio("spam_lovers"));
        add.Maps("@banned_files_lovers_maps", LegacyDynamic, TruthMaps, s => s.BannedFilesLoversMaps, (s, v) => s with { BannedFilesLoversMaps = v }, "recipients who want banned mail all the same", null, null, Trio("banned_files_lovers"));
        add.Maps("@bad_header_lovers_maps", LegacyDynamic, TruthMaps, s => s.BadHeaderLoversMaps, (s, v) => s with { BadHeaderLoversMaps = v }, "recipients who want mail with a faulty header all the same", null, null, Trio("bad_header_lovers"));
        add.Maps("@unchecked_lovers_maps", LegacyDynamic, TruthMaps, s => s.UncheckedLoversMaps, (s, v) => s with { UncheckedLoversMaps = v }, "recipients who want unchecked mail all the same");
        add.Add("%lovers_maps_by_ccat", ByCategory, Dynamic, ByCategories.Reader(Reading.Maps.Reader(TruthMaps)), s => null, (Settings s, ByCategory<LookupMaps?> v) => s with { LoversMapsByCcatOver = s.LoversMapsByCcatOver.Merge(v) }, "recipients who want the mail all the same, by category", "*_lovers_maps");
        add.Maps("@bypass_virus_checks_maps", Dynamic, TruthMaps, s => s.BypassVirusChecksMaps, (s, v) => s with { BypassVirusChecksMaps = v }, "recipients who need no virus check", null, null, Trio("bypass_virus_checks"));
        add.Maps("@bypass_spam_checks_maps", Dynamic, TruthMaps, s => s.BypassSpamChecksMaps, (s, v) => s with { BypassSpamChecksMaps = v }, "recipients who need no spam check", null, null, Trio("bypass_spam_checks"));
        add.Maps("@bypass_banned_checks_maps", Dynamic, TruthMaps, s => s.BypassBannedChecksMaps, (s, v) => s with { BypassBannedChecksMaps = v }, "recipients who need no check of names and types", null, null, Trio("bypass_banned_checks"));
        add.Maps("@bypass_header_checks_maps", Dynamic, TruthMaps, s => s.BypassHeaderChecksMaps, (s, v) => s with { BypassHeaderChecksMaps = v }, "recipients who need no header check", null, null, Trio("bypass_header_checks"));

        add.Maps("@addr_extension_virus_maps", LegacyDynamic, TextMaps, s => s.AddrExtensionVirusMaps, (s, v) => s with { AddrExtensionVirusMaps = v }, "extension put to a local recipient's address of infected mail", null, null, "$addr_extension_virus");
        add.Maps("@addr_extension_banned_maps", LegacyDynamic, TextMaps, s => s.AddrExtensionBannedMaps, (s, v) => s with { AddrExtensionBannedMaps = v }, "extension put to a local recipient's address of banned mail", null, null, "$addr_extension_banned");
        add.Maps("@addr_extension_spam_maps", LegacyDynamic, TextMaps, s => s.AddrExtensionSpamMaps, (s, v) => s with { AddrExtensionSpamMaps = v }, "extension put to a local recipient's address of spam, from the tag2 level on", null, null, "$addr_extension_spam");
        add.Maps("@addr_extension_bad_header_maps", LegacyDynamic, TextMaps, s => s.AddrExtensionBadHeaderMaps, (s, v) => s with { AddrExtensionBadHeaderMaps = v }, "extension put to a local recipient's address of mail with a faulty header", null, null, "$addr_extension_bad_header");
        add.Add("%addr_extension_maps_by_ccat", ByCategory, Dynamic, ByCategories.Reader(Reading.Maps.Reader(TextMaps)), s => null, (Settings s, ByCategory<LookupMaps?> v) => s with { AddrExtensionMapsByCcatOver = s.AddrExtensionMapsByCcatOver.Merge(v) }, "extension put to a local recipient's address, by category", "addr_extension_*_maps");
        add.Add("%addr_rewrite_maps_by_ccat", ByCategory, Dynamic, ByCategories.Reader(Reading.Maps.Reader(TextMaps)), s => null, (Settings s, ByCategory<LookupMaps?> v) => s with { AddrRewriteMapsByCcatOver = s.AddrRewriteMapsByCcatOver.Merge(v) }, "new address in the place of a local recipient's, by category; a part left out is the recipient's", "{}");
        add.Add("%defang_maps_by_ccat", ByCategory, Dynamic, ByCategories.Reader(Reading.Maps.Reader(ManglingMaps)), s => null, (Settings s, ByCategory<LookupMaps?> v) => s with { DefangMapsByCcatOver = s.DefangMapsByCcatOver.Merge(v) }, "how passed mail is changed, by category and recipient", "defang_*");
        Defang(add, "$defang_virus", s => s.DefangVirus, (s, v) => s with { DefangVirus = v }, "infected mail that passes is changed: true, attach, altermime, disclaimer, null, nulldisclaimer");
        Defang(add, "$defang_banned", s => s.DefangBanned, (s, v) => s with { DefangBanned = v }, "banned mail that passes is changed");
        Defang(add, "$defang_spam", s => s.DefangSpam, (s, v) => s with { DefangSpam = v }, "spam that passes is changed, from the tag2 level on");
        Defang(add, "$defang_bad_header", s => s.DefangBadHeader, (s, v) => s with { DefangBadHeader = v }, "mail with a faulty header is changed");
        Defang(add, "$defang_undecipherable", s => s.DefangUndecipherable, (s, v) => s with { DefangUndecipherable = v }, "unchecked mail that passes is changed");
        Defang(add, "$defang_all", s => s.DefangAll, (s, v) => s with { DefangAll = v }, "all mail that passes is changed; for tests");
    }

    private static void Defang(CatalogBuilder add, string name, Func<Settings, string?> get, Func<Settings, string?, Settings> set, string meaning) =>
        add.Add<string?>(name, Text, LegacyDynamic, SpecialScalars.Mangling, get, set, meaning);

    private static void Quarantine(CatalogBuilder add)
    {
        add.Method("$virus_quarantine_method", LegacyDynamic, s => s.VirusQuarantineMethod, (s, v) => s with { VirusQuarantineMethod = v }, "quarantine of infected mail");
        add.Method("$banned_files_quarantine_method", LegacyDynamic, s => s.BannedFilesQuarantineMethod, (s, v) => s with { BannedFilesQuarantineMethod = v }, "quarantine of banned mail");
        add.Method("$spam_quarantine_method", LegacyDynamic, s => s.SpamQuarantineMethod, (s, v) => s with { SpamQuarantineMethod = v }, "quarantine of spam");
        add.Method("$bad_header_quarantine_method", LegacyDynamic, s => s.BadHeaderQuarantineMethod, (s, v) => s with { BadHeaderQuarantineMethod = v }, "quarantine of mail with a faulty header");
        add.Method("$unchecked_quarantine_method", LegacyDynamic, s => s.UncheckedQuarantineMethod, (s, v) => s with { UncheckedQuarantineMethod = v }, "quarantine of unchecked mail");
        add.Method("$clean_quarantine_method", LegacyDynamic, s => s.CleanQuarantineMethod, (s, v) => s with { CleanQuarantineMethod = v }, "quarantine of clean mail");
        add.Method("$archive_quarantine_method", LegacyDynamic, s => s.ArchiveQuarantineMethod, (s, v) => s with { ArchiveQuarantineMethod = v }, "archive of every message");
        add.Add("%quarantine_method_by_ccat", ByCategory, Dynamic, ByCategories.Reader<DeliveryMethod>(QuarantineMethod), s => null, (s, v) => s with { QuarantineMethodByCcatOver = s.QuarantineMethodByCcatOver.Merge(v) }, "quarantine by category", "*_quarantine_method");
        add.Maps("@virus_quarantine_to_maps", LegacyDynamic, TextMaps, s => s.VirusQuarantineToMaps, (s, v) => s with { VirusQuarantineToMaps = v }, "quarantine of infected mail, by recipient: a name, %a or an address", null, null, "$virus_quarantine_to");
        add.Maps("@banned_quarantine_to_maps", LegacyDynamic, TextMaps, s => s.BannedQuarantineToMaps, (s, v) => s with { BannedQuarantineToMaps = v }, "quarantine of banned mail, by recipient", null, null, "$banned_quarantine_to");
        add.Maps("@unchecked_quarantine_to_maps", LegacyDynamic, TextMaps, s => s.UncheckedQuarantineToMaps, (s, v) => s with { UncheckedQuarantineToMaps = v }, "quarantine of unchecked mail, by recipient", null, null, "$unchecked_quarantine_to");
        add.Maps("@spam_quarantine_to_maps", LegacyDynamic, TextMaps, s => s.SpamQuarantineToMaps, (s, v) => s with { SpamQuarantineToMaps = v }, "quarantine of spam, by recipient", null, null, "$spam_quarantine_to");
        add.Maps("@bad_header_quarantine_to_maps", LegacyDynamic, TextMaps, s => s.BadHeaderQuarantineToMaps, (s, v) => s with { BadHeaderQuarantineToMaps = v }, "quarantine of mail with a faulty header, by recipient", null, null, "$bad_header_quarantine_to");
        add.Maps("@clean_quarantine_to_maps", LegacyDynamic, TextMaps, s => s.CleanQuarantineToMaps, (s, v) => s with { CleanQuarantineToMaps = v }, "quarantine of clean mail, by recipient", null, null, "$clean_quarantine_to");
        add.Maps("@archive_quarantine_to_maps", LegacyDynamic, TextMaps, s => s.ArchiveQuarantineToMaps, (s, v) => s with { ArchiveQuarantineToMaps = v }, "archive, by recipient", null, null, "$archive_quarantine_to");
        add.Add("%quarantine_to_maps_by_ccat", ByCategory, Dynamic, ByCategories.Reader(Reading.Maps.Reader(TextMaps)), s => null, (Settings s, ByCategory<LookupMaps?> v) => s with { QuarantineToMapsByCcatOver = s.QuarantineToMapsByCcatOver.Merge(v) }, "quarantine by category and recipient", "*_quarantine_to_maps");
        add.Maps("@spam_quarantine_cutoff_level_maps", Dynamic, NumberMaps, s => s.SpamQuarantineCutoffLevelMaps, (s, v) => s with { SpamQuarantineCutoffLevelMaps = v }, "score above which spam is not quarantined", null, null, "$sa_quarantine_cutoff_level");
        add.Line("$mailfrom_to_quarantine", Dynamic, s => s.MailfromToQuarantine, (s, v) => s with { MailfromToQuarantine = v }, "envelope sender of mail sent to a quarantine; null: the original one");
        add.Maps("@spam_quarantine_bysender_to_maps", Dynamic, TextMaps, s => s.SpamQuarantineBysenderToMaps, (s, v) => s with { SpamQuarantineBysenderToMaps = v }, "one more quarantine of spam, by sender", null, null, "$spam_quarantine_bysender_to");
        add.Add<string>("$mail_digest_algorithm", Text, Dynamic, SpecialScalars.Digest, s => s.MailDigestAlgorithm, (s, v) => s with { MailDigestAlgorithm = v }, "digest of message bodies: MD5, SHA1, SHA256, SHA384 or SHA512");
        add.Meaningless("$mail_part_digest_algorithm", Text, Dynamic, "\"SHA1\"", "digests of parts were handed to SpamAssassin inside of the process; spamd and rspamd take none and make their own");
    }

    private static bool QuarantineMethod(Yaml.Node node, BindContext context, out DeliveryMethod value)
    {
        var good = Methods.Method(node, context, out var method);
        value = method!; // The empty text gives null, which is what an entry without a quarantine holds.
        return good;
    }
}
