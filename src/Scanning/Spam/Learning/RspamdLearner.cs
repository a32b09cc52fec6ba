using System.Net.Sockets;
using System.Text.Json;
using Amavis.Core.Messages;
using Amavis.Core.Policy;
using Amavis.Scanning.Sockets;
using Amavis.Scanning.Spam.Rspamd;

namespace Amavis.Scanning.Spam.Learning;

/// <summary>Teaches rspamd by its controller (<c>/learnham</c>, <c>/learnspam</c>).</summary>
internal sealed class RspamdLearner(SpamScannerSettings settings, Uri controller, ScannerEndpoints endpoints, ScannerLimits limits) : ISpamLearner
{
    public const int DefaultPort = 11334;

    private const int MaxReplyOctets = 16 << 10;
    private const int AlreadyReported = 208;

    public string Name => settings.Name;

    /// <summary>Where the controller is: as configured, else its usual port of the host that scores; null when that is a Unix socket.</summary>
    public static Uri? ControllerOf(SpamScannerSettings settings)
    {
        if (settings.Controller is { } given)
            return Uri.TryCreate(given.Contains("://", StringComparison.Ordinal) ? given : "http://" + given, UriKind.Absolute, out var uri) ? uri : null;
        var socket = RspamdScanner.SocketOf(settings.Addresses[0]);
        if (!ScannerAddress.TryParse(socket, RspamdScanner.DefaultPort, out _) || socket.StartsWith("unix:", StringComparison.Ordinal) || socket.StartsWith('/'))
            return null;
        var scanner = new Uri("http://" + socket);
        return new Uri($"http://{scanner.Host}:{DefaultPort}");
    }

    public async Task<LearnOutcome> LearnAsync(SpamRequest request, SpamClass taught, CancellationToken cancellationToken)
    {
        var (outcome, failure) = await endpoints.UseAsync(limits.SpamLearning, (socket, _, token) => PostAsync(socket, request, taught, token), cancellationToken);
        return outcome ?? new LearnOutcome.Failed(failure!);
    }

    private async Task<LearnOutcome> PostAsync(Socket socket, SpamRequest request, SpamClass taught, CancellationToken cancellationToken)
    {
        using var message = new HttpRequestMessage(HttpMethod.Post, new Uri(controller, taught == SpamClass.Ham ? "/learnham" : "/learnspam"))
        {
            Content = new SpoolHttpContent(request.Spool, request.Octets),
        };
        if (settings.ControllerPassword is { Length: > 0 } password)
            message.Headers.TryAddWithoutValidation("Password", password);
        if (request.User is { Length: > 0 } user && !user.AsSpan().ContainsAnyExceptInRange(' ', '~'))
            message.Headers.TryAddWithoutValidation("Deliver-To", user);
        var answer = await RspamdExchange.SendAsync(socket, message, MaxReplyOctets, cancellationToken);
        var words = Words(answer);
        // Version 3 says 404 or 208 with these words; what its conditions forbid is 204.
        if (answer.Status == AlreadyReported || words.Contains("already learned", StringComparison.Ordinal))
            return new LearnOutcome.KnownAlready();
        return answer switch
        {
            { Status: 200 } => new LearnOutcome.Learned(),
            { Status: 401 or 403 } => new LearnOutcome.Failed("the controller asks for another password: set controller_password"),
            { IsSuccess: true } => new LearnOutcome.Failed("it was not learned: " + words),
            _ => new LearnOutcome.Failed($"refused: {answer.Status} {words}"),
        };
    }

    /// <summary>Why, in its own words.</summary>
    private static string Words(RspamdAnswer answer)
    {
        try
        {
            using var document = JsonDocument.Parse(answer.Octets);
            if (document.RootElement.ValueKind == JsonValueKind.Object && document.RootElement.TryGetProperty("error", out var error))
                return Plain(error.ToString());
        }
        catch (JsonException)
        {
            // The reason phrase has it, then.
        }
        return Plain(answer.Reason);
    }

    private static string Plain(string text) => SpamReportText.Printable(text.Length > 200 ? text[..200] : text).ReplaceLineEndings(" ").Trim();
}
