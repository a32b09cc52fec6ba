using System.Net.Sockets;
using Amavis.Core.Messages;
using Amavis.Protocols.AmPdp;

namespace Amavis.Cli.Commands;

/// <summary>Requests about kept messages, over the daemon's socket for releases.</summary>
internal static class ReleaseExchange
{
    /// <summary>The next hop may take its time with a large message.</summary>
    private static readonly TimeSpan Timeout = TimeSpan.FromMinutes(2);

    /// <summary>Sends the requests one after the other while each is answered well.</summary>
    /// <returns>The replies to each request that was sent; null: it failed, which was told.</returns>
    public static async Task<IReadOnlyList<IReadOnlyList<SmtpReply>>?> SendAsync(CommandContext context, IReadOnlyList<ReleaseRequest> requests, CancellationToken cancellationToken)
    {
        if (context.LoadSettings() is not { } settings)
            return null;
        if (ReleaseEndpoint.Find(settings) is not { } endpoint)
        {
            context.Fail("the daemon has no socket for releases: give a listen socket a policy bank with protocol AM.PDP, or set web.release_socket");
            return null;
        }
        var answers = new List<IReadOnlyList<SmtpReply>>();
        try
        {
            await using var client = await AmPdpClient.ConnectAsync(endpoint, Timeout, TimeProvider.System, cancellationToken);
            foreach (var request in requests)
            {
                answers.Add((await client.ReleaseAsync(request, cancellationToken)).Replies);
                if (!IsGood(answers[^1]))
                    break;
            }
        }
        catch (Exception e) when (e is IOException or SocketException or TimeoutException)
        {
            // The first was answered: what came of it is not to be hidden by what came after it.
            if (answers.Count > 0)
            {
                answers.Add([new SmtpReply(450, "4.5.0 " + e.Message)]);
                return answers;
            }
            context.Fail($"{endpoint}: {e.Message}");
            return null;
        }
        return answers;
    }

    public static bool IsGood(IReadOnlyList<SmtpReply> replies) => replies.Count > 0 && replies.All(r => r.IsSuccess);
}
