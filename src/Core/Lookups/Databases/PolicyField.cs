using System.Collections.Frozen;

namespace Amavis.Core.Lookups.Databases;

/// <summary>A setting of recipients that databases may hold, and the variable of the configuration it goes before.</summary>
/// <param name="Variable">Name of the <c>*_maps</c> variable.</param>
/// <param name="Sql">Column of <c>policy</c>, or <c>local</c> of <c>users</c>.</param>
/// <param name="Ldap">Attribute of <c>amavisAccount</c>.</param>
public sealed record PolicyField(string Variable, string Sql, string Ldap, FieldKind Kind)
{
    /// <summary>Every field there is, in the order they are documented.</summary>
    public static readonly IReadOnlyList<PolicyField> All =
    [
        new("local_domains_maps", "local", "amavisLocal", FieldKind.Locality),
        Truth("virus_lovers_maps", "virus_lover", "amavisVirusLover"),
        Truth("spam_lovers_maps", "spam_lover", "amavisSpamLover"),
        Truth("unchecked_lovers_maps", "unchecked_lover", "amavisUncheckedLover"),
        Truth("banned_files_lovers_maps", "banned_files_lover", "amavisBannedFilesLover"),
        Truth("bad_header_lovers_maps", "bad_header_lover", "amavisBadHeaderLover"),
        Truth("bypass_virus_checks_maps", "bypass_virus_checks", "amavisBypassVirusChecks"),
        Truth("bypass_spam_checks_maps", "bypass_spam_checks", "amavisBypassSpamChecks"),
        Truth("bypass_banned_checks_maps", "bypass_banned_checks", "amavisBypassBannedChecks"),
        Truth("bypass_header_checks_maps", "bypass_header_checks", "amavisBypassHeaderChecks"),
        Text("virus_quarantine_to_maps", "virus_quarantine_to", "amavisVirusQuarantineTo"),
        Text("spam_quarantine_to_maps", "spam_quarantine_to", "amavisSpamQuarantineTo"),
        Text("banned_quarantine_to_maps", "banned_quarantine_to", "amavisBannedQuarantineTo"),
        Text("unchecked_quarantine_to_maps", "unchecked_quarantine_to", "amavisUncheckedQuarantineTo"),
        Text("bad_header_quarantine_to_maps", "bad_header_quarantine_to", "amavisBadHeaderQuarantineTo"),
        Text("clean_quarantine_to_maps", "clean_quarantine_to", "amavisCleanQuarantineTo"),
        Text("archive_quarantine_to_maps", "archive_quarantine_to", "amavisArchiveQuarantineTo"),
        Number("spam_tag_level_maps", "spam_tag_level", "amavisSpamTagLevel"),
        Number("spam_tag2_level_maps", "spam_tag2_level", "amavisSpamTag2Level"),
        Number("spam_tag3_level_maps", "spam_tag3_level", "amavisSpamTag3Level"),
        Number("spam_kill_level_maps", "spam_kill_level", "amavisSpamKillLevel"),
        Number("spam_dsn_cutoff_level_maps", "spam_dsn_cutoff_level", "amavisSpamDsnCutoffLevel"),
        Number("spam_quarantine_cutoff_level_maps", "spam_quarantine_cutoff_level", "amavisSpamQuarantineCutoffLevel"),
        Text("addr_extension_virus_maps", "addr_extension_virus", "amavisAddrExtensionVirus"),
        Text("addr_extension_spam_maps", "addr_extension_spam", "amavisAddrExtensionSpam"),
        Text("addr_extension_banned_maps", "addr_extension_banned", "amavisAddrExtensionBanned"),
        Text("addr_extension_bad_header_maps", "addr_extension_bad_header", "amavisAddrExtensionBadHeader"),
        Truth("warnvirusrecip_maps", "warnvirusrecip", "amavisWarnVirusRecip"),
        Truth("warnbannedrecip_maps", "warnbannedrecip", "amavisWarnBannedRecip"),
        Truth("warnbadhrecip_maps", "warnbadhrecip", "amavisWarnBadHeaderRecip"),
        Text("newvirus_admin_maps", "newvirus_admin", "amavisNewVirusAdmin"),
        Text("virus_admin_maps", "virus_admin", "amavisVirusAdmin"),
        Text("spam_admin_maps", "spam_admin", "amavisSpamAdmin"),
        Text("banned_admin_maps", "banned_admin", "amavisBannedAdmin"),
        Text("bad_header_admin_maps", "bad_header_admin", "amavisBadHeaderAdmin"),
        Text("spam_subject_tag_maps", "spam_subject_tag", "amavisSpamSubjectTag"),
        Text("spam_subject_tag2_maps", "spam_subject_tag2", "amavisSpamSubjectTag2"),
        Text("spam_subject_tag3_maps", "spam_subject_tag3", "amavisSpamSubjectTag3"),
        Number("message_size_limit_maps", "message_size_limit", "amavisMessageSizeLimit"),
        Text("banned_filename_maps", "banned_rulenames", "amavisBannedRuleNames"),
        Text("disclaimer_options_bysender_maps", "disclaimer_options", "amavisDisclaimerOptions"),
        Text("forward_method_maps", "forward_method", "amavisForwardMethod"),
        Text("sa_userconf_maps", "sa_userconf", "amavisSaUserConf"),
        Text("sa_username_maps", "sa_username", "amavisSaUserName"),
    ];

    private static readonly FrozenDictionary<string, PolicyField> ByVariable = All.ToFrozenDictionary(f => f.Variable);

    /// <summary>The field that goes before a variable; null: none.</summary>
    public static PolicyField? Of(string variable) => ByVariable.GetValueOrDefault(variable);

    /// <summary>The tables of this field, for the databases that are asked.</summary>
    public IEnumerable<LookupTable> Tables(bool sql, bool ldap)
    {
        if (sql)
            yield return new DatabaseTable(AddressDatabase.Sql, Sql, Kind);
        if (ldap)
            yield return new DatabaseTable(AddressDatabase.Ldap, Ldap, Kind);
    }

    private static PolicyField Truth(string variable, string sql, string ldap) => new(variable, sql, ldap, FieldKind.Truth);
    private static PolicyField Number(string variable, string sql, string ldap) => new(variable, sql, ldap, FieldKind.Number);
    private static PolicyField Text(string variable, string sql, string ldap) => new(variable, sql, ldap, FieldKind.Text);
}
