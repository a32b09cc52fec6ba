using System.CommandLine;
using System.Text.Json.Nodes;
using Amavis.Core.Messages;
using Amavis.Protocols.AmPdp;

namespace Amavis.Cli.Commands;

/// <summary><c>amavis release</c>: has the daemon send a quarantined message on, and says what the next hop answered.</summary>
internal sealed class ReleaseCommand : Command
{
    private static readonly Argument<string> Mail = new("MAIL_ID") { Description = "mail_id, or the location the log shows after \"quarantine:\"" };
    private static readonly Argument<string[]> Rest = new("SECRET_ID_AND_RECIPIENTS")
    {
        Description = "the secret_id where the daemon asks for one, then other recipients than the original ones",
        Arity = ArgumentArity.ZeroOrMore,
    };

    private static readonly Option<bool> Requeue = new("--requeue") { Description = "through the MTA and the checks once more" };
    private static readonly Option<bool> Report = new("--report") { Description = "as an abuse report" };

    private static readonly Option<bool> Learn = new("--learn") { Description = "afterwards have the spam scanners learn that it is not spam" };

    public ReleaseCommand() : base("release", "Send a message on from the quarantine")
    {
        Arguments.Add(Mail);
        Arguments.Add(Rest);
        Options.Add(Requeue);
        Options.Add(Report);
        Options.Add(Learn);
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
        ReleaseRequest[] learning = parsed.GetValue(Learn) ? [request! with { Kind = ReleaseKind.Learn, LearnAs = SpamClass.Ham }] : [];
        if (await ReleaseExchange.SendAsync(context, [request!, .. learning], cancellationToken) is not { } answers)
            return ExitCodes.Failed;
        var ok = ReleaseExchange.IsGood(answers[0]);
        var result = new JsonObject { ["ok"] = ok, ["replies"] = Texts(answers[0]) };
        if (answers.Count > 1)
            result["learned"] = Texts(answers[1]);
        // What the scanners say does not change that the message went out.
        context.Done(string.Join(Environment.NewLine, answers.SelectMany(a => a)), result);
        return ok ? ExitCodes.Done : ExitCodes.Failed;
    }

    private static JsonArray Texts(IEnumerable<SmtpReply> replies) => new([.. replies.Select(r => (JsonNode)r.ToString())]);
}
