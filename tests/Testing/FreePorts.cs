using System.Net;
using System.Net.Sockets;

namespace Amavis.Testing;

/// <summary>Free loopback ports.</summary>
public static class FreePorts
{
    /// <summary>A free port at this moment; another process could take it before it is used.</summary>
    public static int Next() => Take(1)[0];

    /// <summary>Distinct ports nobody listens on now.</summary>
    public static int[] Take(int count)
    {
        var listeners = Enumerable.Range(0, count).Select(_ => new TcpListener(IPAddress.Loopback, 0)).ToList();
        foreach (var listener in listeners)
            listener.Start();
        var ports = listeners.Select(l => ((IPEndPoint)l.LocalEndpoint).Port).ToArray();
        foreach (var listener in listeners)
            listener.Stop();
        return ports;
    }
}
