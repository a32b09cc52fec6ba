using System.Text.Json.Nodes;
using Amavis.Configuration.Yaml;
using Amavis.Core.Lookups.Databases;
using Amavis.Core.Policy;

namespace Amavis.Configuration.Reading;

/// <summary>Reads <c>default_ldap</c>.</summary>
internal static class LdapSection
{
    private static readonly string[] Keys =
    [
        "hostname", "base", "bind_dn", "bind_password", "query_filter", "port", "scheme", "version", "timeout", "scope", "deref", "tls", "verify",
        "sasl", "sasl_mech", "sasl_auth_id", "clientcert", "clientkey", "cafile", "capath", "localaddr", "inet6", "sslversion",
    ];

    public static bool Read(Node node, BindContext context, out Func<LdapSettings, LdapSettings> value)
    {
        value = settings => settings;
        if (node is ScalarNode { IsNull: true })
            return true;
        var section = new SectionReader(node, context, Keys);
        var none = new LdapSettings();
        var given = none with
        {
            Hostname = section.Get("hostname", Scalars.Lines, none.Hostname),
            Port = (int?)section.Get("port", Scalars.OptionalInteger(1, 65535), null),
            Scheme = section.Get("scheme", Scalars.OneOf("ldap", "ldaps", "ldapi"), null),
            Version = (int)section.Get("version", Scalars.Integer(2, 3), none.Version),
            Timeout = section.Get("timeout", Scalars.Seconds(1), none.Timeout),
            Base = section.Get("base", Scalars.LineOrEmpty, ""),
            Scope = section.Get("scope", Scalars.OneOf("base", "one", "sub"), null) ?? none.Scope,
            QueryFilter = section.Get("query_filter", Filter, none.QueryFilter),
            Deref = section.Get("deref", Scalars.OneOf("never", "search", "find", "always"), null) ?? none.Deref,
            BindDn = section.Get<string?>("bind_dn", Scalars.Line, null),
            BindPassword = section.Get<string?>("bind_password", Scalars.Line, null),
            Sasl = section.Get("sasl", Scalars.Truth, false),
            SaslMech = section.Get("sasl_mech", Scalars.OneOf("PLAIN", "DIGEST-MD5", "CRAM-MD5", "GSSAPI", "EXTERNAL"), null),
            SaslAuthId = section.Get<string?>("sasl_auth_id", Scalars.Line, null),
            Tls = section.Get("tls", Scalars.Truth, false) ? LdapTls.StartTls : LdapTls.None,
            Verify = section.Get("verify", Scalars.OneOf("none", "optional", "require"), null) switch
            {
                "require" => LdapVerify.Require,
                "optional" => LdapVerify.Optional,
                _ => LdapVerify.None,
            },
            ClientCert = section.Get<string?>("clientcert", Scalars.Line, null),
            ClientKey = section.Get<string?>("clientkey", Scalars.Line, null),
            CaFile = section.Get<string?>("cafile", Scalars.Line, null),
            CaPath = section.Get<string?>("capath", Scalars.Line, null),
        };
        if (given.Hostname.Count == 0)
            section.Fault("hostname is missing");
        if (given.Sasl && given.SaslMech is "DIGEST-MD5" or "CRAM-MD5" or "GSSAPI")
            section.Fault($"sasl_mech {given.SaslMech} can't be used; use EXTERNAL, PLAIN, or bind_dn and bind_password without sasl, over TLS");
        foreach (var key in (string[])["localaddr", "inet6", "sslversion"])
            if (section.Node(key) is ScalarNode { IsNull: false })
                context.Session.WithoutEffect.Add($"{context.Key}.{key}");
        value = _ => given;
        return section.IsGood;
    }

    /// <summary>For people; no password.</summary>
    public static JsonObject Json(LdapSettings ldap) => new()
    {
        ["hostname"] = new JsonArray([.. ldap.Hostname.Select(h => JsonValue.Create(h))]),
        ["base"] = ldap.Base,
        ["query_filter"] = ldap.QueryFilter,
        ["scope"] = ldap.Scope,
        ["timeout"] = ldap.Timeout.TotalSeconds,
    };

    private static bool Filter(Node node, BindContext context, out string value) =>
        Scalars.RequiredLine(node, context, out value)
        && (LdapFilter.TryParse(value, out var filter, out var fault) || context.Fault(node, fault))
        && (filter!.KeyAttributes().Any() || context.Fault(node, "holds no (attribute=%m), which stands for the address searched"));
}
