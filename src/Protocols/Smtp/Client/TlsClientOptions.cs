using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Amavis.Core.Policy;
using Amavis.Protocols.Transport;

namespace Amavis.Protocols.Smtp.Client;

/// <summary>TLS towards a next hop, from the settings.</summary>
internal static class TlsClientOptions
{
    /// <param name="name">The name the certificate has to bear where it is verified.</param>
    /// <returns>Null: a file can't be read; see the fault.</returns>
    public static SslClientAuthenticationOptions? Make(TlsClientSettings settings, string name, out string fault)
    {
        fault = "";
        var options = new SslClientAuthenticationOptions { TargetHost = name, EnabledSslProtocols = TlsVersionsOf.Protocols(settings.Versions) };
        if (!settings.Verify)
        {
            // Without verification TLS is encryption and no proof of identity (RFC 7435), which is what next hops offer as a rule.
#pragma warning disable CA5359
            options.RemoteCertificateValidationCallback = (_, _, _, _) => true;
#pragma warning restore CA5359
        }
        try
        {
            if (settings is { Verify: true, CaFile: { } authorities })
            {
                options.CertificateChainPolicy = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
                options.CertificateChainPolicy.CustomTrustStore.ImportFromPemFile(authorities);
            }
            if (settings.CertFile is { } own)
                options.ClientCertificates = [X509Certificate2.CreateFromPemFile(own, settings.KeyFile)];
            return options;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or CryptographicException)
        {
            fault = "smtp_tls_client_options: " + e.Message;
            return null;
        }
    }
}
