using System.Collections.Frozen;

namespace Amavis.Core.Templates;

/// <summary>The names of all macros there are, for finding mistyped ones.</summary>
public static class MacroNames
{
    public static readonly FrozenSet<string> All = FrozenSet.ToFrozenSet(
    [
        // Functions
        "b64enc", "b64encode", "b64urlenc", "decr", "dquote", "hexenc", "incr", "index", "join", "lc", "len", "limit", "mail_addr_decode",
        "mail_addr_decode_octets", "max", "mime2utf8", "mime_decode", "min", "rot13", "sprintf", "substr", "uc", "uquote", "wrap",
        // One character
        ".", "0", "1", "2", "3", "4", "5", "A", "B", "C", "D", "F", "H", "N", "O", "P", "Q", "R", "S", "T", "U", "V", "W", "X",
        "a", "b", "c", "d", "e", "f", "g", "h", "i", "j", "k", "l", "m", "n", "o", "p", "q", "r", "s", "t", "u", "v", "y", "z",
        // Message and session
        "DATE", "HOSTNAME", "LOGID", "MAILID", "REMOTEHOSTADDR", "REMOTEHOSTNAME", "attachment_password", "body_digest", "client_addr",
        "client_addr_port", "client_helo", "client_port", "client_protocol", "date_iso8601_local", "date_iso8601_utc", "date_rfc2822_local",
        "date_unix_utc", "dkim", "feedback_type", "ip_proto_trace_all", "ip_proto_trace_public", "ip_trace_all", "ip_trace_public", "log_id",
        "mail_id", "parent_mail_id", "partition_tag", "protocol", "report_format", "report_json", "rusage", "secret_id", "tls_in", "week_iso8601", "weekday",
        // Header
        "HEADER", "header_field", "header_field_octets", "rfc2822_from", "rfc2822_resent_from", "rfc2822_resent_sender", "rfc2822_sender", "useragent",
        // Findings and scores
        "ADDEDHEADERHAM", "ADDEDHEADERSPAM", "AUTOLEARN", "REPORT", "REQD", "SCORE", "STARS", "SUBJPREFIX", "SUMMARY", "TESTS", "TESTSSCORES", "YESNO",
        "YESNOCAPS", "banned_parts", "banned_parts_as_attr", "banning_rule_comment", "banning_rule_key", "banning_rule_rhs", "ccat", "ccat_maj",
        "ccat_min", "ccat_name", "kill_level", "score_boost", "supplementary_info", "tag2_level", "tag_level",
        // Recipients
        "actions_performed", "dsn_notify", "log_domains", "queued_as", "remote_mta", "remote_mta_smtp_response", "smtp_response",
    ]);
}
