namespace Amavis.Core.Policy;

/// <summary>TLS to a directory server.</summary>
public enum LdapTls
{
    None,
    /// <summary>StartTLS on the plain port (RFC 4511 §4.14).</summary>
    StartTls,
}

/// <summary>Whether the certificate of a directory server is checked.</summary>
public enum LdapVerify
{
    None,
    /// <summary>A certificate that is given has to be good.</summary>
    Optional,
    Require,
}

/// <summary>Access to an LDAP directory (<c>default_ldap</c>).</summary>
public sealed record LdapSettings
{
    /// <summary>Host, <c>host:port</c> or URI; tried in order.</summary>
    public IReadOnlyList<string> Hostname { get; init; } = ["localhost"];
    /// <summary>Null: 389, with ldaps 636.</summary>
    public int? Port { get; init; }
    /// <summary>ldap, ldaps or ldapi; null: by the host name.</summary>
    public string? Scheme { get; init; }
    public int Version { get; init; } = 3;
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(120);
    public string Base { get; init; } = "";
    /// <summary>base, one or sub.</summary>
    public string Scope { get; init; } = "sub";
    public string QueryFilter { get; init; } = "(&(objectClass=amavisAccount)(mail=%m))";
    /// <summary>never, search, find or always.</summary>
    public string Deref { get; init; } = "find";
    /// <summary>Null: no bind.</summary>
    public string? BindDn { get; init; }
    public string? BindPassword { get; init; }
    public bool Sasl { get; init; }
    public string? SaslMech { get; init; }
    public string? SaslAuthId { get; init; }
    public LdapTls Tls { get; init; }
    public LdapVerify Verify { get; init; }
    public string? ClientCert { get; init; }
    public string? ClientKey { get; init; }
    public string? CaFile { get; init; }
    public string? CaPath { get; init; }
}
