using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Amavis.Demo;

/// <summary>Finds clamd and spamd on their usual sockets by asking them.</summary>
internal static class Scanners
{
    private static readonly string[] ClamdPaths = ["/run/clamav/clamd.ctl", "/var/run/clamav/clamd.ctl", "/run/clamav/clamd.sock", "/tmp/clamd.socket"];

    /// <returns>Address for the configuration, or null.</returns>
    public static async Task<string?> FindClamdAsync()
    {
        foreach (var path in ClamdPaths.Where(File.Exists))
            if (await AnswersAsync(new UnixDomainSocketEndPoint(path), "zPING\0", "PONG"))
                return "unix:" + path;
        return await AnswersAsync(new IPEndPoint(IPAddress.Loopback, 3310), "zPING\0", "PONG") ? "127.0.0.1:3310" : null;
    }

    /// <returns>Address for the configuration, or null.</returns>
    public static async Task<string?> FindSpamdAsync() =>
        await AnswersAsync(new IPEndPoint(IPAddress.Loopback, 783), "PING SPAMC/1.2\r\n\r\n", "PONG") ? "127.0.0.1:783" : null;

    private static async Task<bool> AnswersAsync(EndPoint endPoint, string question, string answer)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(3));
        try
        {
            using var socket = new Socket(endPoint.AddressFamily, SocketType.Stream, ProtocolType.Unspecified);
            await socket.ConnectAsync(endPoint, limit.Token);
            await socket.SendAsync(Encoding.ASCII.GetBytes(question), limit.Token);
            var buffer = new byte[256];
            var read = await socket.ReceiveAsync(buffer, limit.Token);
            return Encoding.ASCII.GetString(buffer, 0, read).Contains(answer, StringComparison.Ordinal);
        }
        catch (Exception e) when (e is SocketException or OperationCanceledException)
        {
            return false;
        }
    }
}
