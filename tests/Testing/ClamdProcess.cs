using System.Net.Sockets;

namespace Amavis.Testing;

/// <summary>
/// A clamd of its own on a Unix socket and a free port, knowing only the octets of <see cref="TestVirus"/>. It can be stopped and
/// started again at the same addresses.
/// </summary>
public sealed class ClamdProcess : IDisposable
{
    public const string Program = "/usr/sbin/clamd";

    private static readonly TimeSpan StartDeadline = TimeSpan.FromSeconds(60);

    private readonly TestDirectory _directory = new();
    private ServerProcess? _server;

    private ClamdProcess()
    {
    }

    public string SocketPath => _directory.FilePath("clamd.sock");

    public int Port { get; } = FreePorts.Take(1)[0];

    /// <summary>In the form of the configuration.</summary>
    public string UnixAddress => "unix:" + SocketPath;

    public string TcpAddress => $"127.0.0.1:{Port}";

    /// <summary>A directory clamd may read when it runs as the same user.</summary>
    public string WorkDirectory => _directory.Path;

    public ServerProcess Server => _server ?? throw new InvalidOperationException("clamd is stopped");

    public static Task<ClamdProcess> StartAsync(CancellationToken cancellationToken) => StartAsync([], [], cancellationToken);

    /// <param name="hashes">Further signatures: MD5, length and name of whole files, with colons between them.</param>
    /// <param name="options">Further lines of its configuration.</param>
    /// <param name="cancellationToken">Ends the waiting for its start.</param>
    public static async Task<ClamdProcess> StartAsync(IReadOnlyCollection<string> hashes, IReadOnlyCollection<string> options, CancellationToken cancellationToken)
    {
        var clamd = new ClamdProcess();
        clamd.WriteFiles(hashes, options);
        await clamd.StartAgainAsync(cancellationToken);
        return clamd;
    }

    public async Task StartAgainAsync(CancellationToken cancellationToken) =>
        _server = await ServerProcess.StartAsync(Program, ["-c", _directory.FilePath("clamd.conf")], AnswersAsync, StartDeadline, cancellationToken);

    /// <summary>Ends the process; its socket file stays, as after a crash.</summary>
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

    /// <summary>Signatures of the octets of <see cref="TestVirus"/> in a new directory.</summary>
    public static void WriteDatabase(string directory)
    {
        Directory.CreateDirectory(directory);
        var signatures = new[] { ("Eicar-Test-Signature", TestVirus.Eicar), ("Test.Marker", TestVirus.Marker) };
        File.WriteAllLines(Path.Combine(directory, "test.ndb"), signatures.Select(s => $"{s.Item1}:0:*:{Convert.ToHexStringLower(s.Item2)}"));
    }

    private void WriteFiles(IReadOnlyCollection<string> hashes, IReadOnlyCollection<string> options)
    {
        var database = _directory.FilePath("db");
        WriteDatabase(database);
        if (hashes.Count > 0)
            File.WriteAllLines(Path.Combine(database, "test.hdb"), hashes);
        string[] configuration =
        [
            $"DatabaseDirectory {database}",
            $"LocalSocket {SocketPath}",
            "LocalSocketMode 666",
            $"TCPSocket {Port}",
            "TCPAddr 127.0.0.1",
            "Foreground yes",
            $"TemporaryDirectory {_directory.Path}",
            "MaxThreads 4",
            "StreamMaxLength 8M",
            "SelfCheck 36000",
            "DisableCache yes",
            .. options,
        ];
        // Started by root it would change to a user that may not read our files.
        if (Environment.IsPrivilegedProcess)
            configuration = [.. configuration, "User root"];
        File.WriteAllLines(_directory.FilePath("clamd.conf"), configuration);
    }

    private async Task<bool> AnswersAsync(CancellationToken cancellationToken)
    {
        try
        {
            using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
            await socket.ConnectAsync(new UnixDomainSocketEndPoint(SocketPath), cancellationToken);
            await socket.SendAsync("zPING\0"u8.ToArray(), SocketFlags.None, cancellationToken);
            var answer = new byte[16];
            return await socket.ReceiveAsync(answer, SocketFlags.None, cancellationToken) > 0;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
