using System.Net;
using System.Net.Sockets;

namespace Amavis.Testing;

/// <summary>
/// Free loopback ports, below those the system gives to outgoing connections: a port of these could be taken before it is used.
/// </summary>
public static class FreePorts
{
    private const int First = 10_240;
    private const int Last = 32_767;

    /// <summary>A free port at this moment.</summary>
    public static int Next() => Take(1)[0];

    /// <summary>Distinct ports nobody listens on now.</summary>
    public static int[] Take(int count)
    {
        var listeners = new List<TcpListener>();
        while (listeners.Count < count)
        {
            var listener = new TcpListener(IPAddress.Loopback, Random.Shared.Next(First, Last + 1));
            try
            {
                listener.Start();
                listeners.Add(listener);
            }
            catch (SocketException)
            {
                // Taken; the next one.
                listener.Dispose();
            }
        }
        var ports = listeners.Select(l => ((IPEndPoint)l.LocalEndpoint).Port).ToArray();
        foreach (var listener in listeners)
            listener.Stop();
        return ports;
    }
}
