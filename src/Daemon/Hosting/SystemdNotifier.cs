using System.Net.Sockets;
using System.Text;

namespace Amavis.Daemon.Hosting;

/// <summary>Tells systemd about our state when <c>NOTIFY_SOCKET</c> is set (sd_notify(3)).</summary>
internal static class SystemdNotifier
{
    public static void Send(string state)
    {
        var path = Environment.GetEnvironmentVariable("NOTIFY_SOCKET");
        if (string.IsNullOrEmpty(path))
            return;
        try
        {
            using var socket = new Socket(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified);
            // An at sign stands for the NUL of an abstract socket.
            socket.Connect(new UnixDomainSocketEndPoint(path[0] == '@' ? '\0' + path[1..] : path));
            socket.Send(Encoding.UTF8.GetBytes(state));
        }
        catch (SocketException)
        {
            // Without a manager listening there is nobody to tell.
        }
    }
}
