using Amavis.Configuration.Reading;
using Amavis.Core.Lookups;
using Amavis.Core.Policy;
using static Amavis.Configuration.Catalog.ValueKind;
using static Amavis.Configuration.Catalog.VariableScope;

namespace Amavis.Configuration.Catalog;

internal static partial class Sections
{
    private static readonly MapsType ScoresByName = new(ResultType.Number, AddressKeys: false);
    private static readonly MapsType SenderScoreMaps = new(ResultType.SenderScores);
    private static readonly MapsType TextByName = new(ResultType.Text, AddressKeys: false);
    private static readonly ValueReader<LookupMaps> SenderTables = Reading.Maps.Reader(new MapsType(ResultType.SenderTable));

    /// <summary>Virus and spam scanners, levels, other sources of scores.</summary>
    public static void Scanners(CatalogBuilder add)
    {
        add.Add("@av_scanners", List, Dynamic, VirusScanners.Read, s => s.AvScanners, (Settings s, IReadOnlyList<VirusScannerSettings> v) => s with { AvScanners = v }, "virus scanners");
        add.Add("@av_scanners_backup", List, Dynamic, VirusScanners.Read, s => s.AvScannersBackup, (Settings s, IReadOnlyList<VirusScannerSettings> v) => s with { AvScannersBackup = v }, "virus scanners asked when none of the others answers");
        add.Truth("$first_infected_stops_scan", Dynamic, s => s.FirstInfectedStopsScan, (s, v) => s with { FirstInfectedStopsScan = v }, "the first scanner that finds something ends the check");
        add.Truth("$virus_scanners_failure_is_fatal", Dynamic, s => s.VirusScannersFailureIsFatal, (s, v) => s with { VirusScannersFailureIsFatal = v }, "mail that no scanner could check is answered 451; false: it passes as unchecked");
        add.Maps("@virus_name_to_spam_score_maps", Dynamic, ScoresByName, s => s.VirusNameToSpamScoreMaps, (s, v) => s with { VirusNameToSpamScoreMaps = v }, "virus names that only count as points", "built in");
        add.Add("@spam_scanners", List, Dynamic, SpamScanners.Read, s => s.SpamScanners, (Settings s, IReadOnlyList<SpamScannerSettings> v) => s with { SpamScanners = v }, "spam scanners; their scores are added");
        add.Maps("@spam_tag_level_maps", Dynamic, NumberMaps, s => s.SpamTagLevelMaps, (s, v) => s with { SpamTagLevelMaps = v }, "score from which mail gets spam fields; undefined: always", null, null, "$sa_tag_level_deflt");
        add.Maps("@spam_tag2_level_maps", Dynamic, NumberMaps, s => s.SpamTag2LevelMaps, (s, v) => s with { SpamTag2LevelMaps = v }, "score from which mail is marked as spam; undefined: never", null, null, "$sa_tag2_level_deflt");
        add.Maps("@spam_tag3_level_maps", Dynamic, NumberMaps, s => s.SpamTag3LevelMaps, (s, v) => s with { SpamTag3LevelMaps = v }, "score of a stronger mark; undefined: never", null, null, "$sa_tag3_level_deflt");
        add.Maps("@spam_kill_level_maps", Dynamic, NumberMaps, s => s.SpamKillLevelMaps, (s, v) => s with { SpamKillLevelMaps = v }, "score from which mail is spam and final_spam_destiny applies; undefined: never", null, null, "$sa_kill_level_deflt");
        add.Add("$sa_mail_body_size_limit", ValueKind.Integer, Dynamic, Scalars.OptionalInteger(), s => s.SaMailBodySizeLimit, (s, v) => s with { SaMailBodySizeLimit = v }, "octets of a message given to spam scanners; null: all");
        add.Maps("@sa_username_maps", Dynamic, TextMaps, s => s.SaUsernameMaps, (s, v) => s with { SaUsernameMaps = v }, "user name given to spam scanners, by recipient");
        add.Maps("@whitelist_sender_maps", Dynamic, TruthMaps, s => s.WhitelistSenderMaps, (s, v) => s with { WhitelistSenderMaps = v }, "senders whose mail is never spam", null, null, Trio("whitelist_sender"));
        add.Maps("@blacklist_sender_maps", Dynamic, TruthMaps, s => s.BlacklistSenderMaps, (s, v) => s with { BlacklistSenderMaps = v }, "senders whose mail is always spam", null, null, Trio("blacklist_sender"));
        add.Maps("@score_sender_maps", Dynamic, SenderScoreMaps, s => s.ScoreSenderMaps, (s, v) => s with { ScoreSenderMaps = v }, "points by recipient and sender");
        OneTable(add, "$per_recip_whitelist_sender_lookup_tables", s => s.PerRecipWhitelistSenderLookupTables, (s, v) => s with { PerRecipWhitelistSenderLookupTables = v }, "by recipient: the recipient's own table of senders whose mail is never spam");
        OneTable(add, "$per_recip_blacklist_sender_lookup_tables", s => s.PerRecipBlacklistSenderLookupTables, (s, v) => s with { PerRecipBlacklistSenderLookupTables = v }, "by recipient: the recipient's own table of senders whose mail is always spam");
        add.Maps("@virus_name_to_policy_bank_maps", Dynamic, TextByName, s => s.VirusNameToPolicyBankMaps, (s, v) => s with { VirusNameToPolicyBankMaps = v }, "policy banks by virus name, loaded after the virus check; 1: the bank VIRUS");

        add.Meaningless("@sa_userconf_maps", Tables, Dynamic, "[]", "spamd reads preferences itself, for the user whom sa_username_maps names");
        add.Add("$penpals_bonus_score", ValueKind.Number, Dynamic, Scalars.OptionalNumber(), s => s.PenpalsBonusScore, (s, v) => s with { PenpalsBonusScore = v }, "points taken off for answers to mail of our users; null: off");
        add.Add("$penpals_halflife", ValueKind.Integer, Dynamic, Scalars.Seconds(0), s => s.PenpalsHalflife, (s, v) => s with { PenpalsHalflife = v }, "seconds after which the bonus is halved");
        add.Add("$penpals_threshold_low", ValueKind.Number, Global, Scalars.OptionalNumber(), s => s.PenpalsThresholdLow, (s, v) => s with { PenpalsThresholdLow = v }, "highest score of the recipients below which the bonus is not looked up; null: none");
        add.Add("$penpals_threshold_high", ValueKind.Number, Global, Scalars.OptionalNumber(), s => s.PenpalsThresholdHigh, (s, v) => s with { PenpalsThresholdHigh = v }, "score above which the bonus would not help and is not looked up; null: none");
        add.Add("$bounce_killer_score", ValueKind.Number, Dynamic, Scalars.Number(whenNull: 0), s => s.BounceKillerScore, (s, v) => s with { BounceKillerScore = v }, "points for bounces of mail that is not ours; 0: off; needs pen pals");
        add.Later("$enable_ip_repu", Truth, Dynamic, "true", "keep reputations of addresses");
        add.Later("$ip_repu_score_limit", ValueKind.Number, Dynamic, "null", "limit of the points for a reputation");
        add.Meaningless("$sa_local_tests_only", Truth, Global, "false", "set it in the spam checker's own configuration");
        add.Meaningless("$sa_num_instances", ValueKind.Integer, Global, "1", "spam checkers inside the process");
        add.Meaningless("$sa_spawned", Truth, Global, "false", "spam checker in a process of its own");
        add.Meaningless("$sa_configpath", Text, Global, "null", "files of the spam checker inside the process");
        add.Meaningless("$sa_siteconfigpath", Text, Global, "null", "files of the spam checker inside the process");
        add.Meaningless("$sa_userprefs_file", Text, Global, "null", "files of the spam checker inside the process");
        add.Meaningless("$dspam", Text, Global, "null", "program of another spam checker");

    }

    /// <summary>A map of recipients to tables of senders; null: none.</summary>
    private static void OneTable(CatalogBuilder add, string name, Func<Settings, LookupMaps> get, Func<Settings, LookupMaps, Settings> set, string meaning) =>
        add.Add(name, Map, Dynamic, SenderTables, get, set, meaning, "null");
}
