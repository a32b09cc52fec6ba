namespace Amavis.Core.Policy;

/// <summary>Values of <c>tls_security_level_in</c> and <c>_out</c>.</summary>
public enum TlsLevel
{
    None,
    /// <summary>STARTTLS where both sides want it.</summary>
    May,
    /// <summary>Nothing goes without TLS.</summary>
    Encrypt,
}

/// <summary>TLS towards clients: <c>smtpd_tls_cert_file</c>, <c>smtpd_tls_key_file</c>, <c>smtpd_tls_server_options</c>.</summary>
/// <param name="CertFile">PEM, the certificate and those above it; null: no TLS.</param>
/// <param name="KeyFile">PEM; null: the key is in the certificate's file.</param>
/// <param name="Versions">Such as TLSv1_2; empty: as the system has it.</param>
public sealed record TlsServerSettings(string? CertFile, string? KeyFile, TlsVersions Versions)
{
    public static readonly TlsServerSettings None = new(null, null, TlsVersions.SystemDefault);
}

/// <summary>TLS towards next hops: <c>smtp_tls_client_options</c>.</summary>
/// <param name="Verify">The next hop has to prove its name; without it TLS is only encryption.</param>
/// <param name="CaFile">PEM with the authorities that are believed; null: those of the system.</param>
/// <param name="CertFile">PEM with a certificate of ours; null: none is shown.</param>
public sealed record TlsClientSettings(bool Verify, string? CaFile, string? CertFile, string? KeyFile, TlsVersions Versions)
{
    public static readonly TlsClientSettings Default = new(false, null, null, null, TlsVersions.SystemDefault);
}

/// <summary>Versions of TLS that are spoken.</summary>
[Flags]
public enum TlsVersions
{
    SystemDefault = 0,
    Tls10 = 1,
    Tls11 = 2,
    Tls12 = 4,
    Tls13 = 8,
}
