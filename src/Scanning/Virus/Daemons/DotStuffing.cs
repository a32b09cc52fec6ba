using System.Net.Sockets;
using Amavis.Core.Messages;
using Amavis.Scanning.Sockets;

namespace Amavis.Scanning.Virus.Daemons;

/// <summary>Sends a message as the data of SMTP (RFC 5321 §4.5.2): lines that begin with a dot get a second one, and a lone dot ends it.</summary>
internal static class DotStuffing
{
    public static async Task SendAsync(Socket socket, Spool message, CancellationToken cancellationToken)
    {
        // The end of a line may lie at the end of a chunk; the beginning of the message is the beginning of a line.
        var matched = 2;
        foreach (var chunk in message.Chunks(0, message.Length))
        {
            var sent = 0;
            for (var at = 0; at < chunk.Length; at++)
            {
                var octet = chunk.Span[at];
                if (matched == 2 && octet == (byte)'.')
                {
                    await socket.SendAllAsync(chunk[sent..at], cancellationToken);
                    await socket.SendAllAsync("."u8.ToArray(), cancellationToken);
                    sent = at;
                }
                matched = octet == (byte)'\r' ? 1 : octet == (byte)'\n' && matched == 1 ? 2 : 0;
            }
            await socket.SendAllAsync(chunk[sent..], cancellationToken);
        }
        await socket.SendAllAsync(matched == 2 ? ".\r\n"u8.ToArray() : "\r\n.\r\n"u8.ToArray(), cancellationToken);
    }
}
