using System.Net.Sockets;

namespace Amavis.Scanning.Sockets;

/// <summary>Short answers of scanners.</summary>
internal static class SocketReading
{
    /// <summary>Sends everything.</summary>
    public static async ValueTask SendAllAsync(this Socket socket, ReadOnlyMemory<byte> octets, CancellationToken cancellationToken)
    {
        while (octets.Length > 0)
            octets = octets[await socket.SendAsync(octets, SocketFlags.None, cancellationToken)..];
    }

    /// <summary>Sends a question and reads an answer to its terminator; null when it is longer than it may be or cut off.</summary>
    public static async Task<byte[]?> AskAsync(this Socket socket, ReadOnlyMemory<byte> question, byte terminator, int maxOctets, CancellationToken cancellationToken)
    {
        await socket.SendAllAsync(question, cancellationToken);
        var answer = new byte[maxOctets];
        var length = 0;
        while (length < maxOctets)
        {
            var read = await socket.ReceiveAsync(answer.AsMemory(length), SocketFlags.None, cancellationToken);
            if (read == 0)
                return null;
            length += read;
            var end = answer.AsSpan(0, length).IndexOf(terminator);
            if (end >= 0)
                return answer[..end];
        }
        return null;
    }
}
