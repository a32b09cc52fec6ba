using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Amavis.Testing;

/// <summary>
/// A slapd of its own on free ports, with the schema of amavisd-new, filled from LDIF; StartTLS with a certificate for localhost that
/// <see cref="CertificateFile"/> vouches for.
/// </summary>
public sealed class SlapdProcess : IDisposable
{
    public const string Program = "/usr/sbin/slapd";

    public const string Suffix = "dc=example,dc=com";

    public const string Manager = "cn=manager," + Suffix;

    public const string Password = "s3cret, with (strange) \\signs*";

    private static readonly TimeSpan StartDeadline = TimeSpan.FromSeconds(30);

    private readonly TestDirectory _directory = new();
    private ServerProcess? _server;

    private SlapdProcess()
    {
    }

    public int Port { get; } = FreePorts.Take(1)[0];

    public string CertificateFile => _directory.FilePath("ca.pem");

    public ServerProcess Server => _server ?? throw new InvalidOperationException("slapd is stopped");

    /// <param name="ldif">Entries below <see cref="Suffix"/>, which is there.</param>
    /// <param name="anonymous">Whether it answers without a bind.</param>
    public static async Task<SlapdProcess> StartAsync(string ldif, bool anonymous, CancellationToken cancellationToken)
    {
        var slapd = new SlapdProcess();
        slapd.WriteFiles(ldif, anonymous);
        await slapd.StartAgainAsync(cancellationToken);
        return slapd;
    }

    public async Task StartAgainAsync(CancellationToken cancellationToken) => _server = await ServerProcess.StartAsync(
        Program, ["-d", "0", "-f", _directory.FilePath("slapd.conf"), "-h", $"ldap://127.0.0.1:{Port}"], AnswersAsync, StartDeadline, cancellationToken);

    public void Stop()
    {
        _server?.Dispose();
        _server = null;
    }

    public void Dispose()
    {
        Stop();
        _directory.Dispose();
    }

    private void WriteFiles(string ldif, bool anonymous)
    {
        WriteCertificate();
        Directory.CreateDirectory(_directory.FilePath("data"));
        File.WriteAllText(_directory.FilePath("slapd.conf"), $"""
            include /etc/ldap/schema/core.schema
            include /etc/ldap/schema/cosine.schema
            include /etc/ldap/schema/inetorgperson.schema
            include /etc/ldap/schema/amavis.schema
            modulepath /usr/lib/ldap
            moduleload back_mdb
            TLSCertificateFile {_directory.FilePath("cert.pem")}
            TLSCertificateKeyFile {_directory.FilePath("key.pem")}
            {(anonymous ? "" : "require bind")}
            database mdb
            maxsize 1048576
            suffix "{Suffix}"
            rootdn "{Manager}"
            rootpw "{Password.Replace("\\", "\\\\", StringComparison.Ordinal)}"
            directory {_directory.FilePath("data")}

            """);
        File.WriteAllText(_directory.FilePath("data.ldif"), $"""
            dn: {Suffix}
            objectClass: dcObject
            objectClass: organization
            dc: example
            o: Example

            {ldif}

            """);
        using var add = Process.Start(new ProcessStartInfo("/usr/sbin/slapadd", ["-f", _directory.FilePath("slapd.conf"), "-l", _directory.FilePath("data.ldif")]) { RedirectStandardError = true })!;
        var said = add.StandardError.ReadToEnd();
        add.WaitForExit();
        if (add.ExitCode != 0)
            throw new InvalidOperationException("slapadd: " + said);
    }

    private void WriteCertificate()
    {
        using var key = RSA.Create(2048);
        var request = new CertificateRequest("CN=localhost", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName("localhost");
        names.AddIpAddress(IPAddress.Loopback);
        request.CertificateExtensions.Add(names.Build());
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        using var certificate = request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(2));
        var pem = certificate.ExportCertificatePem();
        File.WriteAllText(CertificateFile, pem);
        File.WriteAllText(_directory.FilePath("cert.pem"), pem);
        File.WriteAllText(_directory.FilePath("key.pem"), key.ExportPkcs8PrivateKeyPem());
    }

    private async Task<bool> AnswersAsync(CancellationToken cancellationToken)
    {
        try
        {
            using var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
            await socket.ConnectAsync(IPAddress.Loopback, Port, cancellationToken);
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
