using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Amavis.Core.Logging;
using Amavis.Core.Policy;
using Amavis.Protocols.Transport;

namespace Amavis.Daemon.Hosting;

/// <summary>Certificate and key for STARTTLS, read anew when a file has changed: certificates are renewed while we run.</summary>
internal sealed class ServerCertificates(IMailLog log)
{
    private readonly Lock _lock = new();
    private (TlsServerSettings Settings, DateTime CertTime, DateTime KeyTime)? _key;
    private SslServerAuthenticationOptions? _options;

    /// <summary>What is wrong with the files where some socket or bank wants TLS; null: nothing.</summary>
    public static string? FaultOf(Settings settings)
    {
        var state = PolicyState.Base(settings);
        var wanted = settings.TlsSecurityLevelIn != TlsLevel.None || settings.PolicyBanks.Keys.Any(bank => state.Load(bank).Settings.TlsSecurityLevelIn != TlsLevel.None);
        if (!wanted)
            return null;
        try
        {
            Load(settings.SmtpdTls);
            return null;
        }
        catch (Exception e) when (IsFault(e))
        {
            return "tls_security_level_in asks for TLS: " + e.Message;
        }
    }

    /// <summary>Null: the files can't be read now, which is logged; TLS is not available then.</summary>
    public SslServerAuthenticationOptions? Get(TlsServerSettings settings)
    {
        lock (_lock)
        {
            try
            {
                var key = (settings, File.GetLastWriteTimeUtc(settings.CertFile ?? ""), File.GetLastWriteTimeUtc(settings.KeyFile ?? settings.CertFile ?? ""));
                if (_key != key)
                    (_options, _key) = (Load(settings), key);
                return _options;
            }
            catch (Exception e) when (IsFault(e))
            {
                log.Line(-2, null, "TROUBLE with TLS for clients: " + e.Message);
                return null;
            }
        }
    }

    private static SslServerAuthenticationOptions Load(TlsServerSettings settings)
    {
        if (settings.CertFile is not { Length: > 0 } file)
            throw new InvalidOperationException("smtpd_tls_cert_file is not given");
        try
        {
            var certificate = X509Certificate2.CreateFromPemFile(file, settings.KeyFile);
            var chain = new X509Certificate2Collection();
            chain.ImportFromPemFile(file);
            return new SslServerAuthenticationOptions
            {
                ServerCertificateContext = SslStreamCertificateContext.Create(certificate, chain, offline: true),
                EnabledSslProtocols = TlsVersionsOf.Protocols(settings.Versions),
            };
        }
        catch (CryptographicException e)
        {
            throw new InvalidOperationException($"{file}{(settings.KeyFile is { } key ? " with " + key : "")}: {e.Message}", e);
        }
    }

    private static bool IsFault(Exception e) => e is IOException or UnauthorizedAccessException or InvalidOperationException or CryptographicException or ArgumentException;
}
