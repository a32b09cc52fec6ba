using System.Net;
using System.Net.Sockets;

namespace Amavis.Testing;

/// <summary>TCP ports of the loopback interface on which nobody listens.</summary>
public static class FreePorts
{
    /// <summary>A free port at this moment; another process could take it before it is used.</summary>
    public static int Next()
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        return ((IPEndPoint)socket.LocalEndPoint!).Port;
    }
}
