using System.Security.Authentication;
using Amavis.Core.Policy;

namespace Amavis.Protocols.Transport;

/// <summary>Versions of TLS as .NET knows them.</summary>
public static class TlsVersionsOf
{
    public static SslProtocols Protocols(TlsVersions versions)
    {
        var protocols = SslProtocols.None;
        if (versions.HasFlag(TlsVersions.Tls12))
            protocols |= SslProtocols.Tls12;
        if (versions.HasFlag(TlsVersions.Tls13))
            protocols |= SslProtocols.Tls13;
        // For peers that have nothing better, where an administrator asks for it.
#pragma warning disable SYSLIB0039, CA5397
        if (versions.HasFlag(TlsVersions.Tls10))
            protocols |= SslProtocols.Tls;
        if (versions.HasFlag(TlsVersions.Tls11))
            protocols |= SslProtocols.Tls11;
#pragma warning restore SYSLIB0039, CA5397
        return protocols;
    }
}
