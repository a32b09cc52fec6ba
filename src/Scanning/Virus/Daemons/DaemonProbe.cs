using System.Net.Sockets;
using Amavis.Scanning.Sockets;

namespace Amavis.Scanning.Virus.Daemons;

/// <summary>Asks whether a daemon is there, before messages are shown to it again.</summary>
internal static class DaemonProbe
{
    private const int MaxOctets = 8192;

    /// <summary>A daemon that speaks first must have said its words: one that hangs takes connections as well.</summary>
    public static Func<Socket, CancellationToken, Task<bool>> Greeting(string words) => async (socket, cancellationToken) =>
    {
        using var lines = new SocketLines(socket, MaxOctets);
        try
        {
            return await lines.NextAsync(cancellationToken) is { } line && line.StartsWith(words, StringComparison.Ordinal);
        }
        catch (ScannerFaultException)
        {
            return false;
        }
    };

    /// <summary>A daemon that waits to be asked can only be connected to; a message has to find out the rest.</summary>
    public static Task<bool> Connection(Socket socket, CancellationToken cancellationToken) => Task.FromResult(true);
}
