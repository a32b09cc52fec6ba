using System.CommandLine;
using System.Net.Sockets;
using System.Text.Json.Nodes;
using Amavis.Protocols.AmPdp;

namespace Amavis.Cli.Commands;

/// <summary><c>amavis release</c>: has the daemon send a quarantined message on, and says what the next hop answered.</summary>
internal sealed class ReleaseCommand : Command
{
    private static readonly TimeSpan Timeout = TimeSpan.FromMinutes(2);
    private static readonly Argument<string> Mail = new("MAIL_ID") { Description = "mail_id, or the location the log shows after \"quarantine:\"" };
    private static readonly Argument<string[]> Rest = new("SECRET_ID_AND_RECIPIENTS")
    {
        Description = "the secret_id where the daemon asks for one, then other recipients than the original ones",
        Arity = ArgumentArity.ZeroOrMore,
    };

    private static readonly Option<bool> Requeue = new("--requeue") { Description = "through the MTA and the checks once more" };
    private static readonly Option<bool> Report = new("--report") { Description = "as an abuse report" };

    public ReleaseCommand() : base("release", "Send a message on from the quarantine")
    {
        Arguments.Add(Mail);
        Arguments.Add(Rest);
        Options.Add(Requeue);
        Options.Add(Report);
        SetAction((parsed, stop) => RunAsync(new CommandContext(parsed), parsed, stop));
    }

    private static async Task<int> RunAsync(CommandContext context, ParseResult parsed, CancellationToken cancellationToken)
    {
        var kind = parsed.GetValue(Report) ? ReleaseKind.Report : parsed.GetValue(Requeue) ? ReleaseKind.Requeue : ReleaseKind.Release;
        if (!ReleaseArguments.TryParse(kind, [parsed.GetValue(Mail)!, .. parsed.GetValue(Rest) ?? []], out var request, out var fault))
        {
            context.Fail(fault);
            return ExitCodes.WrongUsage;
        }
        if (context.LoadSettings() is not { } settings)
            return ExitCodes.Failed;
        if (ReleaseEndpoint.Find(settings) is not { } endpoint)
            return context.Fail("the daemon has no socket for releases: give a listen socket a policy bank with protocol AM.PDP, or set web.release_socket");
        try
        {
            await using var client = await AmPdpClient.ConnectAsync(endpoint, Timeout, TimeProvider.System, cancellationToken);
            var answer = await client.ReleaseAsync(request!, cancellationToken);
            var ok = answer.Replies.Count > 0 && answer.Replies.All(r => r.IsSuccess);
            var replies = new JsonArray([.. answer.Replies.Select(r => (JsonNode)r.ToString())]);
            context.Done(string.Join(Environment.NewLine, answer.Replies), new JsonObject { ["ok"] = ok, ["replies"] = replies });
            return ok ? ExitCodes.Done : ExitCodes.Failed;
        }
        catch (Exception e) when (e is IOException or SocketException or TimeoutException)
        {
            return context.Fail($"{endpoint}: {e.Message}");
        }
    }
}
