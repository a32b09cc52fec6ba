using Amavis.Configuration.Reading;
using Amavis.Core.Policy;
using static Amavis.Configuration.Catalog.ValueKind;
using static Amavis.Configuration.Catalog.VariableScope;

namespace Amavis.Configuration.Catalog;

internal static partial class Sections
{
    /// <summary>Keys the original does not have.</summary>
    public static void Own(CatalogBuilder add)
    {
        add.Integer("max_sessions", Global, Scalars.Integer(1, 1_000_000), s => s.MaxSessions, (s, v) => s with { MaxSessions = (int)v }, "connections held at once; more are answered 421");
        add.Add("smtpd_bare_line_ends", Text, Dynamic, BareLineEndsWord, s => s.SmtpdBareLineEnds, (Settings s, BareLineEnds v) => s with { SmtpdBareLineEnds = v }, "lone CR and LF in message data: normalize or reject");
        add.Truth("mark_undecodable", Dynamic, s => s.MarkUndecodable, (s, v) => s with { MarkUndecodable = v }, "mail with archives that can't be unpacked in full is unchecked");
        add.Truth("spam_scanners_failure_is_fatal", Dynamic, s => s.SpamScannersFailureIsFatal, (s, v) => s with { SpamScannersFailureIsFatal = v }, "mail that no spam scanner could score is answered 451; false: it goes on without a score");
        add.Truth("sql_log_required", Global, s => s.SqlLogRequired, (s, v) => s with { SqlLogRequired = v }, "no mail is accepted while it can't be logged in the database");
        add.Add("hooks", List, Global, HookList.Read, s => s.Hooks.Select(h => h.Path), (Settings s, IReadOnlyList<HookSettings> v) => s with { Hooks = v }, "assemblies with code of your own: path, type, options");
        add.Truth("hooks_failure_is_fatal", Dynamic, s => s.HooksFailureIsFatal, (s, v) => s with { HooksFailureIsFatal = v }, "a hook that fails leaves the message with the client (451); false: it is logged and the message goes on");
        add.Truth("auto_migrate", Global, s => s.AutoMigrate, (s, v) => s with { AutoMigrate = v }, "create or upgrade the database at start");
        add.Add("lookup_cache_ttl", ValueKind.Integer, Global, Scalars.Seconds(0), s => s.LookupCacheTtl, (Settings s, TimeSpan v) => s with { LookupCacheTtl = v }, "seconds that results of SQL lookups are kept where the database tells of changes; 0: not at all");
        add.Integer("lookup_cache_entries", Global, Scalars.Integer(0, 10_000_000), s => s.LookupCacheEntries, (s, v) => s with { LookupCacheEntries = (int)v }, "results of SQL lookups kept at most");
        add.Integer("explain_header_octets", Global, Scalars.Integer(0, 1 << 24, whenNull: 0), s => s.ExplainHeaderOctets, (s, v) => s with { ExplainHeaderOctets = (int)v }, "octets of the original header kept for the console; 0: none");
        add.Add("metrics_listen", Text, Global, Reading.Sockets.HostAndPort, s => s.MetricsListen, (Settings s, string? v) => s with { MetricsListen = v }, "address:port of /metrics, /healthz and /status; null: none");
        add.Add("web", Section, Global, WebSection.Read, s => WebSection.Json(s.Web), (Settings s, Func<WebSettings, WebSettings> v) => s with { Web = v(s.Web) }, "the console: listen, base_url, release_socket, state_dir");
        add.Add("agentx_socket", Text, Global, Reading.Sockets.AgentX, s => s.AgentxSocket?.ToString(), (Settings s, AgentXAddress? v) => s with { AgentxSocket = v }, "AgentX master, a path or tcp:host:port; null: no SNMP");
    }

    private static bool BareLineEndsWord(Yaml.Node node, BindContext context, out BareLineEnds value)
    {
        value = BareLineEnds.Normalize;
        if (!Scalars.OneOf("normalize", "reject")(node, context, out var word))
            return false;
        value = word == "reject" ? BareLineEnds.Reject : BareLineEnds.Normalize;
        return true;
    }
}
