using Amavis.Core.Lookups;
using Amavis.Core.Lookups.Databases;
using Amavis.Core.Policy;

namespace Amavis.Core.Explaining.Policies;

/// <summary>One setting that is looked up by address, in the words of people.</summary>
/// <param name="Variable">Name of the <c>*_maps</c> variable.</param>
/// <param name="Label">What it is, in a few words.</param>
/// <param name="Absent">What holds while no table has a value.</param>
/// <param name="Maps">The tables; null: these settings have no such tables.</param>
public sealed record PolicySubject(string Variable, PolicyGroup Group, string Label, FieldKind Kind, string Absent, Func<Settings, LookupMaps>? Maps)
{
    private const string No = "no";
    private const string Never = "never";
    private const string Nobody = "nobody";
    private const string None = "none";

    /// <summary>Looked up by the address of the sender instead of the recipient's.</summary>
    public bool BySender { get; init; }

    /// <summary>The values of every table and key hold together, instead of the first.</summary>
    public bool Collects { get; init; }

    /// <summary>The plain variable whose value holds for everybody while the tables are not given; null: none.</summary>
    public string? FedBy { get; init; }

    /// <summary>One more sentence; empty: the label says it all.</summary>
    public string Hint { get; init; } = "";

    /// <summary>The column and attribute of the databases; null: the configuration alone has it.</summary>
    public PolicyField? Field => PolicyField.Of(Variable);

    /// <summary>Every one, group by group.</summary>
    public static readonly IReadOnlyList<PolicySubject> All =
    [
        Truth("local_domains_maps", PolicyGroup.Recipient, "Is a recipient of ours", s => s.LocalDomainsMaps)
            with { Hint = "Only mail for recipients of ours is marked, and only its senders' mail counts as going out." },
        Number("message_size_limit_maps", PolicyGroup.Recipient, "Largest message, in octets", None, s => s.MessageSizeLimitMaps) with { Hint = "0 means no limit." },
        Text("sa_username_maps", PolicyGroup.ContentRules, "User name given to the spam scanner", None, s => s.SaUsernameMaps),
        Text("sa_userconf_maps", PolicyGroup.ContentRules, "Preferences of the spam scanner", None, null) with { Hint = "Kept for other programs; spamd reads preferences itself, for the user whom sa_username_maps names." },

        Truth("bypass_virus_checks_maps", PolicyGroup.Checks, "Leave out the virus check", s => s.BypassVirusChecksMaps),
        Truth("bypass_spam_checks_maps", PolicyGroup.Checks, "Leave out the spam check", s => s.BypassSpamChecksMaps),
        Truth("bypass_banned_checks_maps", PolicyGroup.Checks, "Leave out the check of names and types", s => s.BypassBannedChecksMaps),
        Truth("bypass_header_checks_maps", PolicyGroup.Checks, "Leave out the header check", s => s.BypassHeaderChecksMaps),

        Number("spam_tag_level_maps", PolicyGroup.SpamLevels, "Score from which spam fields are added", "always", s => s.SpamTagLevelMaps),
        Number("spam_tag2_level_maps", PolicyGroup.SpamLevels, "Score from which mail is marked as spam", Never, s => s.SpamTag2LevelMaps),
        Number("spam_tag3_level_maps", PolicyGroup.SpamLevels, "Score of the stronger mark", Never, s => s.SpamTag3LevelMaps),
        Number("spam_kill_level_maps", PolicyGroup.SpamLevels, "Score from which spam is blocked", Never, s => s.SpamKillLevelMaps),
        Number("spam_dsn_cutoff_level_maps", PolicyGroup.SpamLevels, "Score from which senders are not told", Never, s => s.SpamDsnCutoffLevelMaps),
        Number("spam_dsn_cutoff_level_bysender_maps", PolicyGroup.SpamLevels, "The same, by sender", Never, s => s.SpamDsnCutoffLevelBysenderMaps) with { BySender = true },
        Number("spam_crediblefrom_dsn_cutoff_level_maps", PolicyGroup.SpamLevels, "Score from which credible senders are not told", Never, s => s.SpamCrediblefromDsnCutoffLevelMaps),
        Number("spam_crediblefrom_dsn_cutoff_level_bysender_maps", PolicyGroup.SpamLevels, "The same, by credible sender", Never, s => s.SpamCrediblefromDsnCutoffLevelBysenderMaps) with { BySender = true },
        Number("spam_quarantine_cutoff_level_maps", PolicyGroup.SpamLevels, "Score from which spam is not quarantined", Never, s => s.SpamQuarantineCutoffLevelMaps),
        Number("spam_notifyadmin_cutoff_level_maps", PolicyGroup.SpamLevels, "Score from which administrators are not told", Never, s => s.SpamNotifyadminCutoffLevelMaps),

        Truth("virus_lovers_maps", PolicyGroup.Actions, "Wants infected mail", s => s.VirusLoversMaps),
        Truth("banned_files_lovers_maps", PolicyGroup.Actions, "Wants mail with banned names and types", s => s.BannedFilesLoversMaps),
        Truth("unchecked_lovers_maps", PolicyGroup.Actions, "Wants mail that could not be checked", s => s.UncheckedLoversMaps),
        Truth("spam_lovers_maps", PolicyGroup.Actions, "Wants spam", s => s.SpamLoversMaps),
        Truth("bad_header_lovers_maps", PolicyGroup.Actions, "Wants mail with a faulty header", s => s.BadHeaderLoversMaps),

        Quarantine("virus", "infected mail", s => s.VirusQuarantineToMaps),
        Quarantine("banned", "banned mail", s => s.BannedQuarantineToMaps),
        Quarantine("unchecked", "unchecked mail", s => s.UncheckedQuarantineToMaps),
        Quarantine("spam", "spam", s => s.SpamQuarantineToMaps),
        Text("spam_quarantine_bysender_to_maps", PolicyGroup.Quarantine, "One more quarantine of spam, by sender", None, s => s.SpamQuarantineBysenderToMaps) with { BySender = true },
        Quarantine("bad_header", "mail with a faulty header", s => s.BadHeaderQuarantineToMaps),
        Quarantine("clean", "clean mail", s => s.CleanQuarantineToMaps),
        Quarantine("archive", "all mail (archive)", s => s.ArchiveQuarantineToMaps),

        Text("forward_method_maps", PolicyGroup.Delivery, "Next hop", None, s => s.ForwardMethodMaps) with { FedBy = "forward_method", Hint = "As smtp:[192.0.2.1]:25; the empty text delivers nowhere." },

        Text("spam_subject_tag_maps", PolicyGroup.SubjectAndHeader, "Put before the subject from the first level on", None, s => s.SpamSubjectTagMaps),
        Text("spam_subject_tag2_maps", PolicyGroup.SubjectAndHeader, "Put before the subject of mail marked as spam", None, s => s.SpamSubjectTag2Maps),
        Text("spam_subject_tag3_maps", PolicyGroup.SubjectAndHeader, "Put before the subject from the stronger mark on", None, s => s.SpamSubjectTag3Maps),
        Truth("remove_existing_spam_headers_maps", PolicyGroup.SubjectAndHeader, "Spam fields of others are removed", s => s.RemoveExistingSpamHeadersMaps),
        Extension("virus", "infected mail", s => s.AddrExtensionVirusMaps),
        Extension("spam", "spam", s => s.AddrExtensionSpamMaps),
        Extension("banned", "banned mail", s => s.AddrExtensionBannedMaps),
        Extension("bad_header", "mail with a faulty header", s => s.AddrExtensionBadHeaderMaps),

        Truth("warnvirusrecip_maps", PolicyGroup.Notices, "Is told of infected mail", s => s.WarnVirusRecipMaps),
        Truth("warnbannedrecip_maps", PolicyGroup.Notices, "Is told of banned mail", s => s.WarnBannedRecipMaps),
        Truth("warnbadhrecip_maps", PolicyGroup.Notices, "Is told of mail with a faulty header", s => s.WarnBadhRecipMaps),
        Text("newvirus_admin_maps", PolicyGroup.Notices, "Told of each virus once", Nobody, s => s.NewvirusAdminMaps),
        Text("virus_admin_maps", PolicyGroup.Notices, "Told of infected mail", Nobody, s => s.VirusAdminMaps),
        Text("spam_admin_maps", PolicyGroup.Notices, "Told of spam", Nobody, s => s.SpamAdminMaps),
        Text("banned_admin_maps", PolicyGroup.Notices, "Told of banned mail", Nobody, s => s.BannedAdminMaps),
        Text("bad_header_admin_maps", PolicyGroup.Notices, "Told of mail with a faulty header", Nobody, s => s.BadHeaderAdminMaps),

        Text("banned_filename_maps", PolicyGroup.ContentRules, "Rules of names and types", None, s => s.BannedFilenameMaps) with { Collects = true, Hint = "Names of banned_rules, separated by commas; those of every matching row and of the configuration hold together." },
        Text("disclaimer_options_bysender_maps", PolicyGroup.ContentRules, "Option of the disclaimer", None, s => s.DisclaimerOptionsBysenderMaps) with { BySender = true, Hint = "Of mail this address sends." },
    ];

    private static PolicySubject Truth(string variable, PolicyGroup group, string label, Func<Settings, LookupMaps> maps) =>
        new(variable, group, label, PolicyField.Of(variable)?.Kind ?? FieldKind.Truth, No, maps);

    private static PolicySubject Number(string variable, PolicyGroup group, string label, string absent, Func<Settings, LookupMaps> maps) =>
        new(variable, group, label, FieldKind.Number, absent, maps);

    private static PolicySubject Text(string variable, PolicyGroup group, string label, string absent, Func<Settings, LookupMaps>? maps) =>
        new(variable, group, label, FieldKind.Text, absent, maps);

    private static PolicySubject Quarantine(string name, string of, Func<Settings, LookupMaps> maps) =>
        Text(name + "_quarantine_to_maps", PolicyGroup.Quarantine, "Quarantine of " + of, "nowhere", maps);

    private static PolicySubject Extension(string name, string of, Func<Settings, LookupMaps> maps) =>
        Text($"addr_extension_{name}_maps", PolicyGroup.SubjectAndHeader, "Address extension of " + of, None, maps);
}
