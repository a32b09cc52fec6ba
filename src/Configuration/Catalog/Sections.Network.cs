using System.Collections.Frozen;
using System.Text.Json.Nodes;
using Amavis.Configuration.Reading;
using Amavis.Core.Categories;
using Amavis.Core.Lookups;
using Amavis.Core.Policy;
using static Amavis.Configuration.Catalog.ValueKind;
using static Amavis.Configuration.Catalog.VariableScope;

namespace Amavis.Configuration.Catalog;

internal static partial class Sections
{
    /// <summary>Mail in, mail out, where mail comes from.</summary>
    public static void Network(CatalogBuilder add)
    {
        NetworkIn(add);
        NetworkOut(add);
        Origin(add);
    }

    private static void NetworkIn(CatalogBuilder add)
    {
        // The two older names come first: their sockets are appended to listen_sockets in this order.
        add.Add("$unix_socketname", TextOrList, Global, Reading.Sockets.Listen, s => null, (Settings s, IReadOnlyList<string> v) => s with { ListenSockets = [.. s.ListenSockets, .. v] }, "Unix sockets to listen on, added to listen_sockets");
        add.Add("$inet_socket_port", TextOrList, Global, Reading.Sockets.Listen, s => null, (Settings s, IReadOnlyList<string> v) => s with { ListenSockets = [.. s.ListenSockets, .. v] }, "ports to listen on, added to listen_sockets");
        add.Add("@listen_sockets", TextOrList, Global, Reading.Sockets.Listen, s => s.ListenSockets, (Settings s, IReadOnlyList<string> v) => s with { ListenSockets = [.. v, .. s.ListenSockets] }, "ports, address:port and Unix sockets to listen on");
        add.Add("$inet_socket_bind", TextOrList, Global, Reading.Sockets.BindAddresses, s => s.InetSocketBind, (Settings s, IReadOnlyList<string> v) => s with { InetSocketBind = v }, "addresses of ports given without one; null: every address");
        add.Add("$unix_socket_mode", Text, Global, Scalars.Mode, s => s.UnixSocketMode is { } mode ? "0" + Convert.ToString(mode, 8) : null, (Settings s, int? v) => s with { UnixSocketMode = v }, "permissions of Unix sockets, in octal");
        add.Add("$listen_queue_size", ValueKind.Integer, Global, Scalars.OptionalInteger(1, 1_000_000), s => s.ListenQueueSize, (s, v) => s with { ListenQueueSize = (int?)v }, "connections waiting to be accepted");
        add.Add("%interface_policy", Map, Global, PolicyBanks.Interfaces, s => s.InterfacePolicy, (Settings s, FrozenDictionary<string, string> v) => s with { InterfacePolicy = v }, "policy bank by port, address:port, SOCK or socket path");
        add.Add("%policy_bank", Section, Global, PolicyBanks.Banks, s => BankNames(s), (Settings s, Func<FrozenDictionary<string, PolicyBank>, FrozenDictionary<string, PolicyBank>> v) => s with { PolicyBanks = v(s.PolicyBanks) }, "named sets of settings laid over the others");
        add.Add("@inet_acl", ValueKind.Networks, Dynamic, Reading.Networks.List, s => s.InetAcl, (Settings s, IpNetworks v) => s with { InetAcl = v }, "clients that may connect");
        add.Add("$protocol", Text, Dynamic, PolicyBanks.Protocol, s => s.Protocol, (Settings s, string? v) => s with { Protocol = v }, "SMTP, LMTP, AM.PDP or MILTER; null: SMTP or LMTP by the client's greeting");
        add.Required("$smtpd_greeting_banner", Dynamic, s => s.SmtpdGreetingBanner, (s, v) => s with { SmtpdGreetingBanner = v }, "text of the greeting");
        add.Required("$smtpd_quit_banner", Dynamic, s => s.SmtpdQuitBanner, (s, v) => s with { SmtpdQuitBanner = v }, "text of the reply to QUIT");
        add.Integer("$smtpd_recipient_limit", Global, Scalars.Integer(1, 1_000_000), s => s.SmtpdRecipientLimit, (s, v) => s with { SmtpdRecipientLimit = (int)v }, "recipients of a message");
        add.Add("$smtpd_message_size_limit", ValueKind.Integer, Dynamic, Scalars.OptionalInteger(), s => s.SmtpdMessageSizeLimit, (s, v) => s with { SmtpdMessageSizeLimit = v }, "octets of a message, announced as SIZE; null: no limit");
        add.Maps("@message_size_limit_maps", Dynamic, NumberMaps, s => s.MessageSizeLimitMaps, (s, v) => s with { MessageSizeLimitMaps = v }, "octets of a message, by recipient");
        add.Truth("$enforce_smtpd_message_size_limit_64kb_min", Global, s => s.EnforceSmtpdMessageSizeLimit64kbMin, (s, v) => s with { EnforceSmtpdMessageSizeLimit64kbMin = v }, "raise size limits below 65536 to it");
        add.Add("@smtpd_discard_ehlo_keywords", List, Dynamic, Scalars.Lines, s => s.SmtpdDiscardEhloKeywords, (Settings s, IReadOnlyList<string> v) => s with { SmtpdDiscardEhloKeywords = v.Select(k => k.ToUpperInvariant()).ToFrozenSet() }, "EHLO keywords not offered");
        add.Truth("$auth_required_release", Dynamic, s => s.AuthRequiredRelease, (s, v) => s with { AuthRequiredRelease = v }, "a release needs the secret id");

        add.Truth("$haproxy_target_enabled", Dynamic, s => s.HaproxyTargetEnabled, (s, v) => s with { HaproxyTargetEnabled = v }, "every connection begins with a header of the PROXY protocol, version 1 or 2");
        add.Add("@auth_mech_avail", List, Dynamic, Tls.Mechanisms, s => s.AuthMechAvail, (Settings s, IReadOnlyList<string> v) => s with { AuthMechAvail = v }, "SASL mechanisms offered: PLAIN, LOGIN, ANONYMOUS; what clients give is not verified, but kept for the next hop");
        add.Truth("$auth_required_inp", Dynamic, s => s.AuthRequiredInp, (s, v) => s with { AuthRequiredInp = v }, "clients have to authenticate");
        add.Add("$tls_security_level_in", Text, Dynamic, Tls.Level, s => Tls.Text(s.TlsSecurityLevelIn), (Settings s, TlsLevel v) => s with { TlsSecurityLevelIn = v }, "TLS for clients: none, may, encrypt");
        add.Line("$smtpd_tls_cert_file", Global, s => s.SmtpdTls.CertFile, (s, v) => s with { SmtpdTls = s.SmtpdTls with { CertFile = v } }, "certificate for clients with those above it, PEM");
        add.Line("$smtpd_tls_key_file", Global, s => s.SmtpdTls.KeyFile, (s, v) => s with { SmtpdTls = s.SmtpdTls with { KeyFile = v } }, "its key, PEM; null: in smtpd_tls_cert_file");
        add.Add("%smtpd_tls_server_options", Map, Global, Tls.Server, s => null, (Settings s, Func<TlsServerSettings, TlsServerSettings> v) => s with { SmtpdTls = v(s.SmtpdTls) }, "details of TLS for clients: SSL_cert_file, SSL_key_file, SSL_version", "{}");
    }

    private static void NetworkOut(CatalogBuilder add)
    {
        add.Method("$forward_method", Dynamic, s => s.ForwardMethod, (s, v) => s with { ForwardMethod = v }, "next hop of passed mail; null: only give the verdict");
        add.Method("$notify_method", Dynamic, s => s.NotifyMethod, (s, v) => s with { NotifyMethod = v }, "way of notifications");
        add.Method("$resend_method", Dynamic, s => s.ResendMethod, (s, v) => s with { ResendMethod = v }, "next hop of changed mail; null: forward_method");
        add.Method("$release_method", Dynamic, s => s.ReleaseMethod, (s, v) => s with { ReleaseMethod = v }, "way of mail released from quarantine; null: notify_method");
        add.Method("$requeue_method", Dynamic, s => s.RequeueMethod, (s, v) => s with { RequeueMethod = v }, "way of released mail that is to be checked again");
        add.Add("$release_format", Text, Dynamic, Scalars.OneOf("resend", "attach", "plain", "arf", "dsn"), s => s.ReleaseFormat, (Settings s, string? v) => s with { ReleaseFormat = v ?? "resend" }, "form of released mail: resend, attach, plain, arf; dsn is sent as attach");
        add.Add("$report_format", Text, Dynamic, Scalars.OneOf("resend", "attach", "plain", "arf", "dsn"), s => s.ReportFormat, (Settings s, string? v) => s with { ReportFormat = v ?? "arf" }, "form of reported mail");
        add.Add<string?>("$attachment_password", Text, Dynamic, Scalars.Line, s => s.AttachmentPassword, (s, v) => s with { AttachmentPassword = v }, "password of the archive released mail is attached in; empty: attached as it is, null: a number made up each time").IsSecret = true;
        add.Required("$attachment_email_name", Dynamic, s => s.AttachmentEmailName, (s, v) => s with { AttachmentEmailName = v }, "name of the mail in a released archive");
        add.Required("$attachment_outer_name", Dynamic, s => s.AttachmentOuterName, (s, v) => s with { AttachmentOuterName = v }, "name of a released archive");
        add.Line("$local_client_bind_address", Dynamic, s => s.LocalClientBindAddress, (s, v) => s with { LocalClientBindAddress = v }, "source address of our connections");
        add.Truth("$propagate_dsn_if_possible", Dynamic, s => s.PropagateDsnIfPossible, (s, v) => s with { PropagateDsnIfPossible = v }, "pass DSN parameters on to the next hop");
        add.Truth("$terminate_dsn_on_notify_success", Dynamic, s => s.TerminateDsnOnNotifySuccess, (s, v) => s with { TerminateDsnOnNotifySuccess = v }, "answer NOTIFY=SUCCESS here");
        add.Truth("$smtp_connection_cache_enable", Global, s => s.SmtpConnectionCacheEnable, (s, v) => s with { SmtpConnectionCacheEnable = v }, "keep connections to the next hop between messages");

        add.Add("$tls_security_level_out", Text, Dynamic, Tls.Level, s => Tls.Text(s.TlsSecurityLevelOut), (Settings s, TlsLevel v) => s with { TlsSecurityLevelOut = v }, "TLS to the next hop: none, may, encrypt");
        add.Add("%smtp_tls_client_options", Map, Global, Tls.Client, s => null, (Settings s, Func<TlsClientSettings, TlsClientSettings> v) => s with { SmtpTlsClient = v(s.SmtpTlsClient) }, "details of TLS to the next hop: SSL_verify_mode, SSL_ca_file, SSL_cert_file, SSL_key_file, SSL_version", "{}");
        add.Add("%smtp_tls_client_verifycn_name_maps", Map, Global, Tls.Names, s => s.SmtpTlsClientVerifycnNames, (Settings s, FrozenDictionary<string, string> v) => s with { SmtpTlsClientVerifycnNames = v }, "names that certificates of next hops have to bear, by host:port or host");
        add.Line("$amavis_auth_user", Dynamic, s => s.AmavisAuthUser, (s, v) => s with { AmavisAuthUser = v }, "name for authentication at the next hop");
        add.Secret("$amavis_auth_pass", Dynamic, s => s.AmavisAuthPass, (s, v) => s with { AmavisAuthPass = v }, "password for authentication at the next hop");
        add.Truth("$auth_required_out", Dynamic, s => s.AuthRequiredOut, (s, v) => s with { AuthRequiredOut = v }, "authenticate at the next hop: as ourselves for mail made here, as the client did for its mail");
        add.Truth("$auth_reauthenticate_forwarded", Dynamic, s => s.AuthReauthenticateForwarded, (s, v) => s with { AuthReauthenticateForwarded = v }, "authenticate as ourselves also for forwarded mail");
        add.Truth("$smtp_connection_cache_on_demand", Global, s => s.SmtpConnectionCacheOnDemand, (s, v) => s with { SmtpConnectionCacheOnDemand = v }, "keep connections to the next hop only while messages follow each other within seconds");
        add.Maps("@forward_method_maps", Dynamic, MethodMaps, s => s.ForwardMethodMaps, (s, v) => s with { ForwardMethodMaps = v }, "next hop by recipient; an empty text: none", "forward_method");
        add.Add("%forward_method_maps_by_ccat", ByCategory, Dynamic, ByCategories.Reader(Reading.Maps.Reader(MethodMaps)), s => null, (Settings s, Core.Categories.ByCategory<LookupMaps?> v) => s with { ForwardMethodMapsByCcatOver = s.ForwardMethodMapsByCcatOver.Merge(v) }, "next hop by category and recipient", "{\"catchall\":forward_method_maps}");
        add.Add<string?>("$always_bcc", Text, LegacyDynamic, SpecialScalars.Address, s => s.AlwaysBcc, (s, v) => s with { AlwaysBcc = v }, "additional recipient of every message, also of blocked ones, by notify_method");
        add.Add("%always_bcc_by_ccat", ByCategory, Dynamic, ByCategories.Reader<string>(AddressText), s => s.AlwaysBccByCcatOver, (s, v) => s with { AlwaysBccByCcatOver = s.AlwaysBccByCcatOver.Merge(v) }, "additional recipient by category", "{\"catchall\":always_bcc}");
        add.Add("%local_delivery_aliases", Map, Dynamic, LocalAliases.Read, s => s.LocalDeliveryAliases.Keys.Order(StringComparer.Ordinal), (Settings s, Func<FrozenDictionary<string, LocalMailbox>, FrozenDictionary<string, LocalMailbox>> v) => s with { LocalDeliveryAliases = v(s.LocalDeliveryAliases) }, "places of the local: method, by name: a path, or [path, file name]; null: not stored", "*-quarantine, archive-files, archive-mbox, recip-quarantine, sender-quarantine");
    }

    private static readonly MapsType MethodMaps = new(ResultType.Method);

    private static bool AddressText(Yaml.Node node, BindContext context, out string value)
    {
        var good = SpecialScalars.Address(node, context, out var address);
        value = address ?? "";
        return good;
    }

    private static JsonObject BankNames(Settings settings) =>
        new(settings.PolicyBanks.Keys.Order(StringComparer.Ordinal).Select(name => KeyValuePair.Create(name, (JsonNode?)new JsonObject())));

    private static JsonArray DefaultClientPolicy() => new(new JsonArray("mynetworks", ConfigurationDefaults.MyNets));

    private static void Origin(CatalogBuilder add)
    {
        add.Maps("@local_domains_maps", Dynamic, TruthMaps, s => s.LocalDomainsMaps, (s, v) => s with { LocalDomainsMaps = v }, "domains and addresses of our own recipients", null, null, Trio("local_domains"));
        add.Add("@mynetworks", ValueKind.Networks, LegacyStatic, Reading.Networks.List, s => s.MyNetworks, (Settings s, IpNetworks v) => s with { MyNetworks = v }, "networks of our own hosts; they get the policy bank MYNETS");
        add.Add("@mynetworks_maps", NetworkTables, Dynamic, Reading.Networks.Tables, s => null, (Settings s, IReadOnlyList<IpNetworks?>? v) => s with { MyNetworksMapsOrNull = v is null ? null : [.. v.Select(n => n ?? s.MyNetworks)] }, "lists of our own networks, asked one after the other", "[mynetworks]");
        add.Add("@client_ipaddr_policy", List, Dynamic, Reading.Networks.Policy, s => s.ClientIpaddrPolicyOrNull is null ? DefaultClientPolicy() : null, (Settings s, IReadOnlyList<(IpNetworks? Networks, IReadOnlyList<string> Banks)>? v) => s with { ClientIpaddrPolicyOrNull = v is null ? null : [.. v.SelectMany(p => (p.Networks is { } given ? [given] : s.MyNetworksMaps).Select(n => (n, p.Banks)))] }, "policy banks by the address of the original client: a list of [networks, banks]");
        add.Truth("$originating", Dynamic, s => s.Originating, (s, v) => s with { Originating = v }, "mail comes from our own users or hosts");
        add.Later("@ip_repu_ignore_maps", NetworkTables, Dynamic, "[ip_repu_ignore_networks]", "addresses without reputation");
        add.Later("@ip_repu_ignore_networks", ValueKind.Networks, LegacyStatic, "[]", "goes into ip_repu_ignore_maps");
        add.LaterAll(Text, Dynamic, "null", "operating system of the client", "$os_fingerprint_method", "$os_fingerprint_dst_ip_and_port");
    }
}
