using Amavis.Configuration.Reading;
using Amavis.Core.Lookups;
using Amavis.Core.Policy;
using Amavis.Core.Templates;
using static Amavis.Configuration.Catalog.ValueKind;
using static Amavis.Configuration.Catalog.VariableScope;

namespace Amavis.Configuration.Catalog;

/// <summary>The declarations of all variables, by subject.</summary>
internal static partial class Sections
{
    /// <summary>Process, paths, logging.</summary>
    public static void General(CatalogBuilder add)
    {
        add.Required("$MYHOME", Global, s => s.MyHome, (s, v) => s with { MyHome = v }, "directory that other paths start from");
        add.Line("$TEMPBASE", Global, s => s.TempBase, (s, v) => s with { TempBaseOrNull = v }, "where messages being checked have their directories", "MYHOME");
        add.Line("$QUARANTINEDIR", Global, s => s.QuarantineDir, (s, v) => s with { QuarantineDir = v }, "directory, or mbox file, of the local: quarantine; null: no quarantine in files");
        add.Integer("$quarantine_subdir_levels", Global, Scalars.Integer(0, 1, whenNull: 0), s => s.QuarantineSubdirLevels, (s, v) => s with { QuarantineSubdirLevels = (int)v }, "1: spread quarantine files over sub-directories by the first character of the mail id");
        add.Line("$pid_file", Global, s => s.PidFile, (s, v) => s with { PidFileOrNull = v }, "file with the daemon's process id, read by amavis reload; empty: none", "MYHOME/amavisd.pid");
        add.Add<string>("$myhostname", Text, Dynamic, SpecialScalars.MyHostname, s => s.MyHostname, (s, v) => s with { MyHostname = v }, "our own name: fully qualified, or localhost", "name of the host");
        add.Line("$myauthservid", Dynamic, s => s.MyAuthservId, (s, v) => s with { MyAuthservId = v }, "identity in Authentication-Results; null: myhostname");
        add.TextOrEmpty("$mydomain", Global, s => s.MyDomain, (s, v) => s with { MyDomain = v }, "our domain, used in default texts");
        add.Required("$localhost_name", Dynamic, s => s.LocalhostName, (s, v) => s with { LocalhostName = v }, "name given in HELO and in Received fields");
        add.Required("$myproduct_name", Global, s => s.MyProductName, (s, v) => s with { MyProductName = v }, "name of the product in banners and header fields");
        add.Integer("$max_servers", Global, Scalars.Integer(1, 10000), s => s.MaxServers, (s, v) => s with { MaxServers = (int)v }, "messages being checked at once; sessions are not bound to it");
        add.Add("$child_timeout", Integer, Dynamic, Scalars.Seconds(1), s => s.ChildTimeout, (s, v) => s with { ChildTimeout = v }, "seconds from the end of data to the reply");
        add.Add("$smtpd_timeout", Integer, Dynamic, Scalars.Seconds(0, floor: 5), s => s.SmtpdTimeout, (s, v) => s with { SmtpdTimeout = v }, "seconds to wait for a client's command; at least 5");
        add.Truth("$localpart_is_case_sensitive", Dynamic, s => s.LocalpartIsCaseSensitive, (s, v) => s with { LocalpartIsCaseSensitive = v }, "lookups keep the letter case of local parts");
        add.TextOrEmpty("$recipient_delimiter", Dynamic, s => s.RecipientDelimiter, (s, v) => s with { RecipientDelimiter = v }, "characters that begin an address extension; empty: none");
        add.Truth("$soft_bounce", Dynamic, s => s.SoftBounce, (s, v) => s with { SoftBounce = v }, "answer 4xx where 5xx would be due");
        add.Integer("$mail_id_size_bits", Global, SpecialScalars.MailIdBits, s => s.MailIdSizeBits, (s, v) => s with { MailIdSizeBits = (int)v }, "length of mail ids, a multiple of 24");
        add.Add("$partition_tag", Text, Dynamic, SpecialScalars.Partition, s => s.PartitionTag.ToString(), (Settings s, PartitionTag v) => s with { PartitionTag = v }, "part of all SQL keys: a number, or iso8601_week, iso8601_yearweek or iso8601_weekday of arrival", "0");

        add.Integer("$log_level", Dynamic, Scalars.Integer(-5, 5, whenNull: 0), s => s.LogLevel, (s, v) => s with { LogLevel = (int)v }, "detail of the log, 0 to 5");
        add.Truth("$do_syslog", Global, s => s.DoSyslog, (s, v) => s with { DoSyslog = v }, "log to syslog");
        add.Required("$syslog_ident", Dynamic, s => s.SyslogIdent, (s, v) => s with { SyslogIdent = v }, "program name in syslog");
        add.Add("$syslog_facility", Text, Dynamic, SpecialScalars.Facility, s => s.SyslogFacility, (Settings s, string v) => s with { SyslogFacility = v }, "facility in syslog");
        add.Line("$logfile", Global, s => s.LogFile, (s, v) => s with { LogFile = v }, "log file when not logging to syslog; null: standard error");
        add.Integer("$logline_maxlen", Global, Scalars.Integer(50, 100_000), s => s.LoglineMaxlen, (s, v) => s with { LoglineMaxlen = (int)v }, "characters after which a syslog line is continued on another");

        add.Line("$daemon_user", Global, s => s.DaemonUser, (s, v) => s with { DaemonUser = string.IsNullOrEmpty(v) ? null : v }, "account the daemon changes to when it is started as root: a name or a number");
        add.Line("$daemon_group", LegacyStatic, s => s.DaemonGroup, (s, v) => s with { DaemonGroup = string.IsNullOrEmpty(v) ? null : v }, "group the daemon changes to with daemon_user, before daemon_groups");
        add.Add("@daemon_groups", List, Global, Scalars.Lines, s => s.DaemonGroups, (Settings s, IReadOnlyList<string> v) => s with { DaemonGroups = v }, "groups the daemon changes to with daemon_user", "groups of daemon_user");
        add.Later("$daemon_chroot_dir", Text, Global, "null", "directory that becomes the root of the daemon");
        add.Line("$path", Global, s => s.ProgramPath, (s, v) => s with { ProgramPath = string.IsNullOrEmpty(v) ? null : v }, "directories in which helper programs are searched; null: those of the daemon");
        add.Line("$helpers_home", Global, s => s.HelpersHome, (s, v) => s with { HelpersHomeOrNull = v }, "home directory of helper programs", "MYHOME");
        add.Later("$instance_name", Text, Global, "\"\"", "free tag of this instance");
        add.Truth("$allow_preserving_evidence", Global, s => s.AllowPreservingEvidence, (s, v) => s with { AllowPreservingEvidence = v }, "keep a message in a directory below TEMPBASE when its processing broke off");
        add.Truth("$replace_existing_extension", Dynamic, s => s.ReplaceExistingExtension, (s, v) => s with { ReplaceExistingExtension = v }, "a new address extension replaces the old one instead of being appended");
        add.TextOrEmpty("$snmp_contact", Dynamic, s => s.SnmpContact, (s, v) => s with { SnmpContact = v }, "sysContact in SNMP; banks do not change it");
        add.TextOrEmpty("$snmp_location", Dynamic, s => s.SnmpLocation, (s, v) => s with { SnmpLocation = v }, "sysLocation in SNMP; banks do not change it");
        add.LaterAll(Text, Global, "built in", "part of the version texts", "$myversion", "$myversion_id", "$myversion_id_numeric", "$myversion_date");
        add.Later("$myprogram_name", Text, Dynamic, "built in", "name of the program for process lists");
        add.Add("$policy_bank_name", Text, Dynamic, Scalars.Line, s => null, (Settings s, string? _) => s, "in a policy bank: its name in paths and log lines", "key of the bank");

        add.Templ("$log_short_templ", Global, s => s.LogShortTempl, (s, v) => s with { LogShortTempl = v ?? Core.Templates.Template.Empty }, "ready-made value for log_templ");
        add.Templ("$log_verbose_templ", Global, s => s.LogVerboseTempl, (s, v) => s with { LogVerboseTempl = v ?? Core.Templates.Template.Empty }, "ready-made value for log_templ, with the subject, the author, the tests and more");
        add.Add("$log_templ", ValueKind.Template, Dynamic, Templates.LogTemplate, s => s.LogTempl, (Settings s, Func<Settings, Template?> v) => s with { LogTempl = v(s) }, "the line logged for each message: a template, log_short_templ or log_verbose_templ", "log_short_templ");
        add.Add<Template?>("$log_recip_templ", ValueKind.Template, Dynamic, Templates.RecipientLogTemplate, s => s.LogRecipTempl, (s, v) => s with { LogRecipTempl = v }, "the line logged for each recipient: a template, or built-in; null: none");
        add.Truth("$enable_log_capture", Global, s => s.EnableLogCapture, (s, v) => s with { EnableLogCapture = v }, "keep the full log of each message until it is done");
        add.Truth("$enable_log_capture_dump", Dynamic, s => s.EnableLogCaptureDump, (s, v) => s with { EnableLogCaptureDump = v }, "write the log kept by enable_log_capture at the end of the message");
        add.Maps("@debug_sender_maps", Dynamic, TruthMaps, s => s.DebugSenderMaps, (s, v) => s with { DebugSenderMaps = v }, "senders whose mail is logged in full detail and kept as evidence", null, null, "@debug_sender_acl");
        add.Maps("@debug_recipient_maps", Dynamic, TruthMaps, s => s.DebugRecipientMaps, (s, v) => s with { DebugRecipientMaps = v }, "recipients whose mail is logged in full detail and kept as evidence");
        add.Integer("$macro_tests_sanity_limit", Global, Scalars.Integer(1, 10_000), s => s.MacroTestsSanityLimit, (s, v) => s with { MacroTestsSanityLimit = (int)v }, "rule names shown at most in templates");

        add.Meaningless("$daemonize", Truth, Global, "true", "detach from the terminal; the daemon always stays in the foreground");
        add.Meaningless("$db_home", Text, Global, "MYHOME/db", "directory of the counter database");
        add.Meaningless("$enable_db", Truth, Global, "null", "keep counters; they are always kept");
        add.Meaningless("$lock_file", Text, Global, "null", "lock that worker processes take turns with");
        add.Meaningless("$max_requests", Integer, Global, "20", "messages after which a worker process ends");
        add.Meaningless("$min_servers", Integer, Global, "null", "worker processes at least");
        add.Meaningless("$min_spare_servers", Integer, Global, "null", "idle worker processes at least");
        add.Meaningless("$max_spare_servers", Integer, Global, "null", "idle worker processes at most");
        add.Meaningless("$enable_zmq", Truth, Global, "null", "status of worker processes over a message queue");
        add.Meaningless("@zmq_sockets", TextOrList, Global, "built in", "sockets of enable_zmq");
        add.Meaningless("$nanny_details_level", Integer, Global, "1", "detail of process states");
        add.Meaningless("@additional_perl_modules", List, Global, "[]", "modules to load into the worker processes");
        add.Meaningless("%i_know_what_i_am_doing", Map, Global, "{}", "switches off checks of configuration files");
        add.Meaningless("$DEBUG", Truth, Global, "false", "debugging of the worker processes");
        add.Meaningless("$sa_debug", Text, Global, "null", "debugging of the spam checker inside the process");
    }

    /// <summary>The pattern of the older variables of a list of addresses.</summary>
    private static string[] Trio(string stem) => ["%" + stem, "@" + stem + "_acl", "$" + stem + "_re"];

    private static readonly MapsType TruthMaps = new(ResultType.Truth);
    private static readonly MapsType NumberMaps = new(ResultType.Number);
    private static readonly MapsType TextMaps = new(ResultType.Text);
    private static readonly LookupTable Always = new ConstantTable(LookupValue.True);
}
