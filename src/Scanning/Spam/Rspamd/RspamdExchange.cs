using System.Net.Sockets;
using Amavis.Scanning.Sockets;

namespace Amavis.Scanning.Spam.Rspamd;

/// <summary>An answer of rspamd.</summary>
/// <param name="Status">HTTP status code.</param>
/// <param name="Reason">The words beside it.</param>
internal sealed record RspamdAnswer(int Status, string Reason, ReadOnlyMemory<byte> Octets)
{
    public bool IsSuccess => Status is >= 200 and < 300;
}

/// <summary>One HTTP request over a connection that is there already.</summary>
internal static class RspamdExchange
{
    /// <exception cref="ScannerFaultException">No answer, or one longer than the limit.</exception>
    public static async Task<RspamdAnswer> SendAsync(Socket socket, HttpRequestMessage message, int maxOctets, CancellationToken cancellationToken)
    {
        // The handler ends a read it waits for by closing, so it owns the socket.
        using var handler = new SocketsHttpHandler
        {
            ConnectCallback = (_, _) => ValueTask.FromResult<Stream>(new NetworkStream(socket, ownsSocket: true)),
            AllowAutoRedirect = false,
            UseProxy = false,
            UseCookies = false,
        };
        using var client = new HttpMessageInvoker(handler);
        try
        {
            using var response = await client.SendAsync(message, cancellationToken);
            var octets = await ReadAsync(response.Content, maxOctets, cancellationToken);
            return new RspamdAnswer((int)response.StatusCode, response.ReasonPhrase ?? "", octets);
        }
        catch (Exception e) when (e is HttpRequestException or IOException)
        {
            throw new ScannerFaultException(e.InnerException is { } inner ? $"{e.Message}: {inner.Message}" : e.Message);
        }
    }

    private static async Task<ReadOnlyMemory<byte>> ReadAsync(HttpContent content, int maxOctets, CancellationToken cancellationToken)
    {
        await using var stream = await content.ReadAsStreamAsync(cancellationToken);
        var octets = new byte[maxOctets];
        var length = await stream.ReadAtLeastAsync(octets, octets.Length, throwOnEndOfStream: false, cancellationToken);
        return length < octets.Length ? octets.AsMemory(0, length) : throw new ScannerFaultException("the answer is too long");
    }
}
