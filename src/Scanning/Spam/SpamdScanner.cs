using System.Buffers;
using System.Globalization;
using System.Net.Sockets;
using System.Text;
using Amavis.Scanning.Sockets;

namespace Amavis.Scanning.Spam;

/// <summary>
/// SpamAssassin's spamd (SPAMC protocol 1.5). REPORT is the one command whose answer has both the score and the tests with their
/// points; spamd closes after each answer.
/// </summary>
internal sealed class SpamdScanner(string name, double scoreFactor, long? bodySizeLimit, ScannerEndpoints endpoints, ScannerLimits limits, TimeSpan? timeout = null) : ISpamScanner
{
    public const int DefaultPort = 783;

    private const int MaxUserChars = 255;

    public string Name => name;

    public double ScoreFactor => scoreFactor;

    public long? BodySizeLimit => bodySizeLimit;

    public async Task<SpamOutcome> CheckAsync(SpamRequest request, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        var (verdict, failure) = await endpoints.UseAsync(timeout ?? limits.SpamAnswer, (socket, _, token) => AskAsync(socket, request, token), cancellationToken);
        return verdict is null ? new SpamOutcome.Failed(failure!) : new SpamOutcome.Scored(verdict);
    }

    /// <summary>Whether a spamd answers at the other end.</summary>
    public static async Task<bool> ProbeAsync(Socket socket, CancellationToken cancellationToken)
    {
        var answer = await socket.AskAsync("PING SPAMC/1.5\r\n\r\n"u8.ToArray(), (byte)'\n', 64, cancellationToken);
        return answer is not null && answer.AsSpan().StartsWith("SPAMD/"u8) && answer.AsSpan().TrimEnd("\r"u8).EndsWith(" 0 PONG"u8);
    }

    private async Task<SpamVerdict> AskAsync(Socket socket, SpamRequest request, CancellationToken cancellationToken)
    {
        var refusal = await SendAsync(socket, Head(request), request, cancellationToken);
        var buffer = ArrayPool<byte>.Shared.Rent(limits.SpamReplyOctets);
        try
        {
            var length = 0;
            while (await socket.ReceiveAsync(buffer.AsMemory(length, limits.SpamReplyOctets - length), SocketFlags.None, cancellationToken) is var read and > 0)
            {
                length += read;
                if (length == limits.SpamReplyOctets)
                    throw new ScannerFaultException("the answer is too long");
            }
            if (!SpamdReply.TryParse(buffer.AsSpan(0, length), out var verdict, out var fault))
                throw new ScannerFaultException(fault);
            // An answer to a message that was not sent whole is none.
            return refusal is null ? verdict! : throw new ScannerFaultException(refusal);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    /// <returns>Why not all was taken, or null; what spamd says of it may still be read.</returns>
    internal static async Task<string?> SendAsync(Socket socket, byte[] head, SpamRequest request, CancellationToken cancellationToken)
    {
        try
        {
            await socket.SendAllAsync(head, cancellationToken);
            var sent = 0L;
            foreach (var chunk in request.Spool.Chunks(0, request.Octets))
            {
                sent += chunk.Length;
                // A message that is cut ends with a line end all the same; the length that was announced stays true.
                if (sent == request.Octets && request.Octets < request.Spool.Length)
                    await SendCutAsync(socket, chunk, cancellationToken);
                else
                    await socket.SendAllAsync(chunk, cancellationToken);
            }
            socket.Shutdown(SocketShutdown.Send);
            return null;
        }
        catch (SocketException e)
        {
            return e.Message;
        }
    }

    private static async Task SendCutAsync(Socket socket, ReadOnlyMemory<byte> last, CancellationToken cancellationToken)
    {
        await socket.SendAllAsync(last[..^1], cancellationToken);
        await socket.SendAllAsync("\n"u8.ToArray(), cancellationToken);
    }

    private static byte[] Head(SpamRequest request)
    {
        var length = (request.PseudoHeader.Length + request.Octets).ToString(CultureInfo.InvariantCulture);
        var head = Encoding.UTF8.GetBytes($"REPORT SPAMC/1.5\r\n{UserField(request.User)}Content-length: {length}\r\n\r\n");
        return [.. head, .. request.PseudoHeader.Span];
    }

    /// <summary>The line that names a user; empty for none.</summary>
    internal static string UserField(string? user) => user is { Length: > 0 } && IsProtocolText(user) ? $"User: {user}\r\n" : "";

    private static bool IsProtocolText(string text) => text.Length <= MaxUserChars && !text.Any(char.IsControl);
}
