using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Amavis.Core.Policy;

namespace Amavis.Data.Lookups.Ldap;

/// <summary>A connection to one server, bound as the settings want it. Serves one request at a time.</summary>
internal sealed class LdapConnection : IAsyncDisposable
{
    private readonly LdapSettings _settings;
    private Stream _stream;
    private byte[] _buffer = new byte[8192];
    private int _filled;
    private int _lastId;

    private LdapConnection(LdapSettings settings, Stream stream) => (_settings, _stream) = (settings, stream);

    /// <exception cref="LdapFaultException">The bind was refused.</exception>
    public static async Task<LdapConnection> ConnectAsync(LdapTarget target, LdapSettings settings, CancellationToken cancellationToken)
    {
        var socket = target.Path is null ? new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true } : new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        LdapConnection? connection = null;
        try
        {
            if (target.Path is { } path)
                await socket.ConnectAsync(new UnixDomainSocketEndPoint(path), cancellationToken);
            else
                await socket.ConnectAsync(target.Host, target.Port, cancellationToken);
            connection = new LdapConnection(settings, new NetworkStream(socket, ownsSocket: true));
            if (target.Secure)
                await connection.SecureAsync(target.Host, cancellationToken);
            else if (settings.Tls == LdapTls.StartTls)
                await connection.StartTlsAsync(target.Host, cancellationToken);
            await connection.BindAsync(cancellationToken);
            return connection;
        }
        catch
        {
            if (connection is null)
                socket.Dispose();
            else
                await connection.DisposeAsync();
            throw;
        }
    }

    /// <exception cref="LdapFaultException">The search failed; also when its base does not exist.</exception>
    public async Task<List<LdapEntry>> SearchAsync(LdapQuery query, CancellationToken cancellationToken)
    {
        var id = ++_lastId;
        await SendAsync(LdapEncoder.Search(id, query), cancellationToken);
        var entries = new List<LdapEntry>();
        while (true)
        {
            var message = await ReadAsync(id, cancellationToken);
            if (message.Entry is { } entry)
                entries.Add(entry);
            if (message.Operation != LdapMessage.SearchDone)
                continue;
            Check(message);
            return entries;
        }
    }

    private async Task BindAsync(CancellationToken cancellationToken)
    {
        var id = ++_lastId;
        if (_settings.Sasl)
        {
            var mechanism = _settings.SaslMech ?? "EXTERNAL";
            // PLAIN (RFC 4616): no other identity, the user, the password.
            var credentials = mechanism == "PLAIN" ? Encoding.UTF8.GetBytes($"\0{_settings.SaslAuthId}\0{_settings.BindPassword}")
                : Encoding.UTF8.GetBytes(_settings.SaslAuthId ?? "");
            await SendAsync(LdapEncoder.SaslBind(id, _settings.Version, mechanism, credentials), cancellationToken);
        }
        else if (_settings.BindDn is { } name)
        {
            await SendAsync(LdapEncoder.Bind(id, _settings.Version, name, _settings.BindPassword ?? ""), cancellationToken);
        }
        else
        {
            return;
        }
        Check(await ReadAsync(id, cancellationToken));
    }

    /// <summary>RFC 4511 §4.14.</summary>
    private async Task StartTlsAsync(string host, CancellationToken cancellationToken)
    {
        var id = ++_lastId;
        await SendAsync(LdapEncoder.StartTls(id), cancellationToken);
        Check(await ReadAsync(id, cancellationToken));
        // What came before the encryption began may be anybody's.
        if (_filled > 0)
            throw new IOException("the LDAP server sent more before TLS began");
        await SecureAsync(host, cancellationToken);
    }

    private async Task SecureAsync(string host, CancellationToken cancellationToken)
    {
        var options = new SslClientAuthenticationOptions
        {
            TargetHost = host.Trim('[', ']'),
            // Whether a certificate is checked is the administrator's choice; the original's default is not.
            RemoteCertificateValidationCallback = (_, _, _, errors) => errors == SslPolicyErrors.None || _settings.Verify == LdapVerify.None,
        };
        if (_settings.Verify != LdapVerify.None && Trusted() is { Count: > 0 } trusted)
        {
            options.CertificateChainPolicy = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
            options.CertificateChainPolicy.CustomTrustStore.AddRange(trusted);
        }
        if (_settings.ClientCert is { } certificate)
            options.ClientCertificates = [X509Certificate2.CreateFromPemFile(certificate, _settings.ClientKey)];
        var secured = new SslStream(_stream);
        _stream = secured;
        await secured.AuthenticateAsClientAsync(options, cancellationToken);
    }

    private X509Certificate2Collection Trusted()
    {
        var trusted = new X509Certificate2Collection();
        if (_settings.CaFile is { } file)
            trusted.ImportFromPemFile(file);
        foreach (var inDirectory in _settings.CaPath is { } directory ? Directory.EnumerateFiles(directory, "*.pem") : [])
            trusted.ImportFromPemFile(inDirectory);
        return trusted;
    }

    private static void Check(LdapMessage message)
    {
        if (message.Result is { } code and not 0)
            throw new LdapFaultException(code, message.Diagnostic);
    }

    private async Task SendAsync(byte[] message, CancellationToken cancellationToken)
    {
        await _stream.WriteAsync(message, cancellationToken);
        await _stream.FlushAsync(cancellationToken);
    }

    /// <summary>The next message about a request. Others are what is left of requests given up, or words of farewell.</summary>
    private async Task<LdapMessage> ReadAsync(int id, CancellationToken cancellationToken)
    {
        while (true)
        {
            var message = await ReadAsync(cancellationToken);
            if (message.Id == id)
                return message;
            // Notice of disconnection (RFC 4511 §4.4.1).
            if (message.Id == 0)
                throw new IOException($"the LDAP server closes the connection: {message.Diagnostic}");
        }
    }

    private async Task<LdapMessage> ReadAsync(CancellationToken cancellationToken)
    {
        var length = LdapDecoder.Length(_buffer.AsSpan(0, _filled));
        while (length == 0 || _filled < length)
        {
            if (length > _buffer.Length || _filled == _buffer.Length)
                Array.Resize(ref _buffer, Math.Max(length, _buffer.Length * 2));
            var read = await _stream.ReadAsync(_buffer.AsMemory(_filled), cancellationToken);
            if (read == 0)
                throw new IOException("the LDAP server closed the connection");
            _filled += read;
            length = LdapDecoder.Length(_buffer.AsSpan(0, _filled));
        }
        var message = LdapDecoder.Read(_buffer.AsMemory(0, length));
        _buffer.AsSpan(length, _filled - length).CopyTo(_buffer);
        _filled -= length;
        return message;
    }

    public async ValueTask DisposeAsync()
    {
        try
        {
            // A word of farewell, if it can be said at once.
            using var limit = new CancellationTokenSource(TimeSpan.FromMilliseconds(200));
            await SendAsync(LdapEncoder.Unbind(++_lastId), limit.Token);
        }
        catch (Exception gone) when (gone is IOException or OperationCanceledException or InvalidOperationException or ObjectDisposedException)
        {
            // The connection is gone.
        }
        await _stream.DisposeAsync();
    }
}
