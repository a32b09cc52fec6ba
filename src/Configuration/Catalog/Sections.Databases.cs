using System.Collections.Frozen;
using Amavis.Configuration.Reading;
using Amavis.Core.Policy;
using static Amavis.Configuration.Catalog.ValueKind;
using static Amavis.Configuration.Catalog.VariableScope;

namespace Amavis.Configuration.Catalog;

internal static partial class Sections
{
    /// <summary>SQL, LDAP, Redis, and variables that are no longer used.</summary>
    public static void Databases(CatalogBuilder add)
    {
        add.Add("@lookup_sql_dsn", TextOrList, Global, DataSources.Read, s => s.LookupSqlDsn, (Settings s, IReadOnlyList<SqlDsn> v) => s with { LookupSqlDsn = v }, "databases with users and policies, in the order they are tried");
        add.Add("@storage_sql_dsn", TextOrList, Global, DataSources.Read, s => s.StorageSqlDsn, (Settings s, IReadOnlyList<SqlDsn> v) => s with { StorageSqlDsn = v }, "databases for the log and the quarantine, in the order they are tried");
        add.Truth("$sql_store_info_for_all_msgs", Global, s => s.SqlStoreInfoForAllMsgs, (s, v) => s with { SqlStoreInfoForAllMsgs = v }, "log every message; false: only what is quarantined");
        add.Integer("$sql_quarantine_chunksize_max", Global, ChunkSize, s => s.SqlQuarantineChunksizeMax, (s, v) => s with { SqlQuarantineChunksizeMax = (int)v }, "octets in a row of the quarantine; at least 1024");
        add.Truth("$sql_allow_8bit_address", Global, s => s.SqlAllow8bitAddress, (s, v) => s with { SqlAllow8bitAddress = v }, "addresses are stored as octets");
        add.Truth("$trim_trailing_space_in_lookup_result_fields", Global, s => s.TrimTrailingSpaceInLookupResultFields, (s, v) => s with { TrimTrailingSpaceInLookupResultFields = v }, "drop blanks at the end of values from hash files and databases");
        Lookups(add);
        add.Later("@storage_redis_dsn", List, Global, "[]", "Redis servers");
        add.Later("$storage_redis_ttl", ValueKind.Integer, Global, "1382400", "seconds that entries are kept in Redis");
        add.Later("$redis_logging_key", Text, Dynamic, "null", "Redis list for events");
        add.Later("$redis_logging_queue_size_limit", ValueKind.Integer, Global, "null", "length of the list redis_logging_key");
        add.Meaningless("$sql_schema_version", ValueKind.Number, Global, "own version", "the schema is recognised by itself");
        add.Meaningless("$timestamp_fmt_mysql", Truth, Global, "null", "form of time stamps for MySQL");
        add.Meaningless("$database_sessions_persistent", Truth, Global, "true", "connections are always kept and shared");
        Retired(add);
    }

    private static void Lookups(CatalogBuilder add)
    {
        // The two older names come first: sql_clause is laid over them.
        add.Add("$sql_select_policy", Text, LegacyStatic, SqlClauses.Clause, s => s.SqlClause.GetValueOrDefault("sel_policy"), (Settings s, string v) => WithClause(s, "sel_policy", v), "statement that finds a recipient's users and policy rows; goes into sql_clause", "built in");
        add.Add("$sql_select_white_black_list", Text, LegacyStatic, SqlClauses.Clause, s => s.SqlClause.GetValueOrDefault("sel_wblist"), (Settings s, string v) => WithClause(s, "sel_wblist", v), "statement that finds an entry of a recipient's white and black list; goes into sql_clause", "built in");
        add.Add("%sql_clause", Map, Dynamic, SqlClauses.Read, s => s.SqlClause, (Settings s, Func<FrozenDictionary<string, string>, FrozenDictionary<string, string>> v) => s with { SqlClause = v(s.SqlClause) }, "statements of the lookups sent instead of ours: sel_policy and sel_wblist; the empty text leaves one out", "built in");
        add.Truth("$sql_lookups_no_at_means_domain", Global, s => s.SqlLookupsNoAtMeansDomain, (s, v) => s with { SqlLookupsNoAtMeansDomain = v }, "in SQL, keys without an at sign are domains");
        add.Truth("$ldap_lookups_no_at_means_domain", Global, s => s.LdapLookupsNoAtMeansDomain, (s, v) => s with { LdapLookupsNoAtMeansDomain = v }, "in LDAP, keys without an at sign are domains");
        add.Truth("$lookup_maps_imply_sql_and_ldap", Global, s => s.LookupMapsImplySqlAndLdap, (s, v) => s with { LookupMapsImplySqlAndLdap = v }, "databases are asked before the tables of each variable that has a field in them");
        add.Truth("$enable_ldap", Dynamic, s => s.EnableLdap, (s, v) => s with { EnableLdap = v }, "ask the LDAP directory of default_ldap");
        add.Add("$default_ldap", Map, Global, LdapSection.Read, s => LdapSection.Json(s.DefaultLdap), (Settings s, Func<LdapSettings, LdapSettings> v) => s with { DefaultLdap = v(s.DefaultLdap) }, "access to the LDAP directory: hostname, base, bind_dn, bind_password, query_filter and more");
    }

    private static Settings WithClause(Settings settings, string key, string text) =>
        text.Length == 0 ? settings : settings with { SqlClause = SqlClauses.Lay(settings.SqlClause, new Dictionary<string, string> { [key] = text }) };

    private static void Retired(CatalogBuilder add)
    {
        const string Meaning = "no longer used";
        foreach (var name in (string[])["$insert_received_line", "$relayhost_is_client", "$warnvirussender", "$warnspamsender", "$sa_spam_modifies_subj", "$sa_auto_whitelist", "$append_header_fields_to_bottom", "$gets_addr_in_quoted_form", "$can_truncate", "$enable_global_cache"])
            add.Meaningless(name, Truth, VariableScope.Retired, "null", Meaning);
        foreach (var name in (string[])["$sa_spam_report_header", "$syslog_priority", "$SYSLOG_LEVEL", "$notify_xmailer_header"])
            add.Meaningless(name, Text, VariableScope.Retired, "null", Meaning);
        foreach (var name in (string[])["$virus_check_negative_ttl", "$virus_check_positive_ttl", "$spam_check_negative_ttl", "$spam_check_positive_ttl"])
            add.Meaningless(name, ValueKind.Integer, VariableScope.Retired, "null", Meaning);
        add.Meaningless("$sa_timeout", ValueKind.Integer, Global, "30", Meaning);
        add.Meaningless("$courierfilter_shutdown", Truth, Global, "false", Meaning);
        add.Meaningless("@spam_modifies_subj_maps", Tables, LegacyDynamic, "[]", Meaning);
    }

    private static bool ChunkSize(Yaml.Node node, BindContext context, out long value)
    {
        var good = Scalars.Integer(1, 1 << 30)(node, context, out value);
        value = Math.Max(1024, value);
        return good;
    }
}
