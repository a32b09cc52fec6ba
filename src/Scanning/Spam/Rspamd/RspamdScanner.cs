using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Text;
using Amavis.Core.Policy;
using Amavis.Scanning.Sockets;

namespace Amavis.Scanning.Spam.Rspamd;

/// <summary>
/// rspamd over HTTP (checkv2). Its score counts; the action it proposes does not decide what happens to the message.
/// </summary>
internal sealed class RspamdScanner(SpamScannerSettings settings, Uri uri, ScannerEndpoints endpoints, ScannerLimits limits) : ISpamScanner
{
    public const int DefaultPort = 11333;

    private const string UserAgent = "amavis";
    private const string DefaultPath = "/checkv2";

    /// <summary>Octets of an answer to a ping.</summary>
    private const int MaxPongOctets = 1024;

    public string Name => settings.Name;

    public double ScoreFactor => settings.ScoreFactor ?? 1;

    public long? BodySizeLimit => settings.BodySizeLimit;

    /// <summary>The address as a URI: <c>http://127.0.0.1:11333</c> is asked at /checkv2, and so are sockets without a scheme.</summary>
    public static Uri UriOf(string address)
    {
        if (!address.Contains("://", StringComparison.Ordinal))
            return new Uri("http://localhost" + DefaultPath);
        var uri = new Uri(address);
        return uri.AbsolutePath == "/" ? new Uri(uri, DefaultPath) : uri;
    }

    /// <summary>Where it listens, for a socket.</summary>
    public static string SocketOf(string address) =>
        address.Contains("://", StringComparison.Ordinal) && Uri.TryCreate(address, UriKind.Absolute, out var uri) ? $"{uri.Host}:{uri.Port}" : address;

    public async Task<SpamOutcome> CheckAsync(SpamRequest request, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        var (verdict, failure) = await endpoints.UseAsync(settings.Timeout ?? limits.SpamAnswer, (socket, _, token) => AskAsync(socket, request, token), cancellationToken);
        return verdict is null ? new SpamOutcome.Failed(failure!) : new SpamOutcome.Scored(verdict);
    }

    /// <summary>Whether an rspamd answers at the other end.</summary>
    public static async Task<bool> ProbeAsync(Socket socket, CancellationToken cancellationToken)
    {
        await socket.SendAllAsync("GET /ping HTTP/1.0\r\n\r\n"u8.ToArray(), cancellationToken);
        var answer = new byte[MaxPongOctets];
        var length = 0;
        while (length < answer.Length && await socket.ReceiveAsync(answer.AsMemory(length), SocketFlags.None, cancellationToken) is var read and > 0)
            length += read;
        return answer.AsSpan(0, length).StartsWith("HTTP/1."u8) && answer.AsSpan(0, length).IndexOf("pong"u8) > 0;
    }

    private async Task<SpamVerdict> AskAsync(Socket socket, SpamRequest request, CancellationToken cancellationToken)
    {
        using var message = new HttpRequestMessage(HttpMethod.Post, uri) { Content = new SpoolHttpContent(request.Spool, request.Octets) };
        AddHeaders(message.Headers, request);
        var answer = await RspamdExchange.SendAsync(socket, message, limits.SpamReplyOctets, cancellationToken);
        if (!answer.IsSuccess)
            throw new ScannerFaultException($"refused: {answer.Status}");
        return RspamdReply.TryParse(answer.Octets, out var verdict, out var fault) ? verdict! : throw new ScannerFaultException(fault);
    }

    private void AddHeaders(HttpRequestHeaders headers, SpamRequest request)
    {
        var facts = request.Facts;
        Add("User-Agent", UserAgent);
        Add("From", facts.Sender.Bracketed);
        foreach (var recipient in facts.Recipients)
            Add("Rcpt", recipient.Bracketed);
        Add("IP", facts.ClientAddress?.ToString());
        Add("Helo", facts.Helo);
        Add("Hostname", facts.ClientName);
        Add("Queue-Id", facts.QueueId);
        Add("MTA-Name", settings.MtaName);
        // To rspamd a user is somebody who signed in to send; whose preferences count is told by the mailbox.
        Add("User", facts.Submitter);
        Add("Deliver-To", request.User);
        if (settings.Username is { } user)
            headers.Authorization = new AuthenticationHeaderValue("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes($"{user}:{settings.Password}")));

        // What can't stand in a header field is left out: the message is scored without it.
        void Add(string name, string? value)
        {
            if (!string.IsNullOrEmpty(value) && !value.AsSpan().ContainsAnyExceptInRange(' ', '~'))
                headers.TryAddWithoutValidation(name, value);
        }
    }
}
