using System.Collections.Frozen;
using Amavis.Configuration.Yaml;
using Amavis.Core.Policy;

namespace Amavis.Configuration.Reading;

/// <summary>Reads what concerns TLS and AUTH.</summary>
internal static class Tls
{
    private static readonly string[] WithoutEffect =
    [
        "SSL_cipher_list", "SSL_ciphersuites", "SSL_dh_file", "SSL_ecdh_curve", "SSL_honor_cipher_order", "SSL_session_cache", "SSL_session_cache_size",
        "SSL_session_id_context", "SSL_verifycn_scheme", "SSL_ca_path", "SSL_hostname", "SSL_passwd_cb",
    ];

    private static readonly (string Word, TlsVersions Version)[] Versions =
        [("TLSV1", TlsVersions.Tls10), ("TLSV1_1", TlsVersions.Tls11), ("TLSV1_2", TlsVersions.Tls12), ("TLSV1_3", TlsVersions.Tls13)];

    public static bool Level(Node node, BindContext context, out TlsLevel value)
    {
        value = TlsLevel.None;
        if (!Scalars.OneOf("none", "may", "encrypt")(node, context, out var word))
            return false;
        value = word switch { "may" => TlsLevel.May, "encrypt" => TlsLevel.Encrypt, _ => TlsLevel.None };
        return true;
    }

    /// <summary>As <see cref="Level"/> reads it; null for none.</summary>
    public static string? Text(TlsLevel level) => level == TlsLevel.None ? null : level.ToString().ToLowerInvariant();

    public static bool Mechanisms(Node node, BindContext context, out IReadOnlyList<string> value)
    {
        var good = Scalars.Lines(node, context, out var words);
        var mechanisms = words.Select(w => w.ToUpperInvariant()).Distinct().ToList();
        value = mechanisms;
        foreach (var unknown in mechanisms.Except(["PLAIN", "LOGIN", "ANONYMOUS"]))
            good = context.Fault(node, $"mechanism \"{unknown}\" is not available; there are PLAIN, LOGIN and ANONYMOUS");
        return good;
    }

    public static bool Server(Node node, BindContext context, out Func<TlsServerSettings, TlsServerSettings> value)
    {
        value = settings => settings;
        if (node is ScalarNode { IsNull: true })
            return true;
        var section = new SectionReader(node, context, ["SSL_cert_file", "SSL_key_file", "SSL_version", .. WithoutEffect]);
        var cert = section.Get<string?>("SSL_cert_file", Scalars.Line, null);
        var key = section.Get<string?>("SSL_key_file", Scalars.Line, null);
        var versions = section.Get("SSL_version", Version, TlsVersions.SystemDefault);
        NameWithoutEffect(section, context);
        value = settings => new TlsServerSettings(cert ?? settings.CertFile, key ?? settings.KeyFile, versions);
        return section.IsGood;
    }

    public static bool Client(Node node, BindContext context, out Func<TlsClientSettings, TlsClientSettings> value)
    {
        value = settings => settings;
        if (node is ScalarNode { IsNull: true })
            return true;
        var section = new SectionReader(node, context, ["SSL_verify_mode", "SSL_ca_file", "SSL_cert_file", "SSL_key_file", "SSL_version", .. WithoutEffect]);
        var verify = section.Get("SSL_verify_mode", Verify, false);
        var authorities = section.Get<string?>("SSL_ca_file", Scalars.Line, null);
        var cert = section.Get<string?>("SSL_cert_file", Scalars.Line, null);
        var key = section.Get<string?>("SSL_key_file", Scalars.Line, null);
        var versions = section.Get("SSL_version", Version, TlsVersions.SystemDefault);
        NameWithoutEffect(section, context);
        value = _ => new TlsClientSettings(verify, authorities, cert, key, versions);
        return section.IsGood;
    }

    /// <summary>Next hops to names, brackets around addresses left out.</summary>
    public static bool Names(Node node, BindContext context, out FrozenDictionary<string, string> value)
    {
        value = FrozenDictionary<string, string>.Empty;
        if (node is ScalarNode { IsNull: true })
            return true;
        if (node is not MapNode map)
            return context.Expects(node, "a map of next hops to names");
        var names = new Dictionary<string, string>();
        var good = true;
        foreach (var (key, entry) in map.Entries)
        {
            good &= Scalars.RequiredLine(entry, context.For(key.Text), out var name);
            names[key.Text.Replace("[", "", StringComparison.Ordinal).Replace("]", "", StringComparison.Ordinal)] = name;
        }
        value = names.ToFrozenDictionary();
        return good;
    }

    private static void NameWithoutEffect(SectionReader section, BindContext context)
    {
        foreach (var name in WithoutEffect.Where(section.Has))
            context.Session.WithoutEffect.Add($"{context.Key}.{name}");
    }

    /// <summary>1 (SSL_VERIFY_PEER) asks for proof, 0 (SSL_VERIFY_NONE) does not.</summary>
    private static bool Verify(Node node, BindContext context, out bool value)
    {
        var text = (node as ScalarNode)?.Text ?? "";
        value = text is "1" or "3" or "SSL_VERIFY_PEER" or "true";
        return value || text is "0" or "SSL_VERIFY_NONE" or "false" or "" || context.Expects(node, "0 (SSL_VERIFY_NONE) or 1 (SSL_VERIFY_PEER)");
    }

    /// <summary><c>TLSv1_2</c>, or all but some: <c>SSLv23:!SSLv2:!SSLv3:!TLSv1</c>.</summary>
    private static bool Version(Node node, BindContext context, out TlsVersions value)
    {
        value = TlsVersions.SystemDefault;
        if (!Scalars.RequiredLine(node, context, out var text))
            return false;
        TlsVersions only = 0, without = 0;
        foreach (var word in text.ToUpperInvariant().Split(':', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            var excluded = word[0] == '!';
            var name = (excluded ? word[1..] : word).Replace("TLSV11", "TLSV1_1", StringComparison.Ordinal)
                .Replace("TLSV12", "TLSV1_2", StringComparison.Ordinal).Replace("TLSV13", "TLSV1_3", StringComparison.Ordinal);
            var version = Array.Find(Versions, v => v.Word == name).Version;
            if (version == 0 && name is not ("SSLV2" or "SSLV3" or "SSLV23" or "SSLV2/3"))
                return context.Expects(node, "versions such as TLSv1_2 or SSLv23:!SSLv2:!SSLv3:!TLSv1");
            only |= excluded ? 0 : version;
            without |= excluded ? version : 0;
        }
        // Without a word on it the system decides about the old versions.
        value = only != 0 ? only & ~without : without == 0 ? 0 : (TlsVersions.Tls12 | TlsVersions.Tls13) & ~without;
        return true;
    }
}
