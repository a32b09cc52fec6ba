using System.CommandLine;
using System.Text.Json.Nodes;
using Amavis.Core.Messages;
using Amavis.Protocols.AmPdp;

namespace Amavis.Cli.Commands;

/// <summary><c>amavis learn</c>: has the spam scanners learn what a quarantined message is; nothing is sent on.</summary>
internal sealed class LearnCommand : Command
{
    private static readonly Argument<string> As = new("CLASS") { Description = "ham (not spam) or spam" };
    private static readonly Argument<string> Mail = new("MAIL_ID") { Description = "mail_id, or the location the log shows after \"quarantine:\"" };
    private static readonly Argument<string[]> Rest = new("SECRET_ID_AND_RECIPIENTS")
    {
        Description = "the secret_id where the daemon asks for one, then the recipients whose user names (sa_username_maps) it is learned for",
        Arity = ArgumentArity.ZeroOrMore,
    };

    public LearnCommand() : base("learn", "Teach the spam scanners a message from the quarantine")
    {
        As.AcceptOnlyFromAmong("ham", "spam");
        Arguments.Add(As);
        Arguments.Add(Mail);
        Arguments.Add(Rest);
        SetAction((parsed, stop) => RunAsync(new CommandContext(parsed), parsed, stop));
    }

    private static async Task<int> RunAsync(CommandContext context, ParseResult parsed, CancellationToken cancellationToken)
    {
        if (!ReleaseArguments.TryParse(ReleaseKind.Learn, [parsed.GetValue(Mail)!, .. parsed.GetValue(Rest) ?? []], out var request, out var fault))
        {
            context.Fail(fault);
            return ExitCodes.WrongUsage;
        }
        var taught = parsed.GetValue(As) == "spam" ? SpamClass.Spam : SpamClass.Ham;
        if (await ReleaseExchange.SendAsync(context, [request! with { LearnAs = taught }], cancellationToken) is not [var replies])
            return ExitCodes.Failed;
        var ok = ReleaseExchange.IsGood(replies);
        context.Done(string.Join(Environment.NewLine, replies), new JsonObject { ["ok"] = ok, ["replies"] = new JsonArray([.. replies.Select(r => (JsonNode)r.ToString())]) });
        return ok ? ExitCodes.Done : ExitCodes.Failed;
    }
}
