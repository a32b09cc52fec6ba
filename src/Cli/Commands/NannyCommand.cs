using System.CommandLine;
using System.Text.Json;
using Amavis.Cli.Monitoring;
using Amavis.Core.Status;

namespace Amavis.Cli.Commands;

/// <summary><c>amavis nanny</c>: what is in hand, what is being done with it, and since when.</summary>
internal sealed class NannyCommand : Command
{
    private const double DefaultSeconds = 2;

    private static readonly Option<bool> Sessions = new("--sessions", "-s") { Description = "List the open sessions, too" };

    private readonly Rounds _rounds;

    public NannyCommand() : base("nanny", "Show the messages in hand, their state and age. " + Legend())
    {
        _rounds = new Rounds(this, DefaultSeconds);
        Options.Add(Sessions);
        SetAction((parsed, stop) => RunAsync(new CommandContext(parsed), parsed, stop));
    }

    private async Task<int> RunAsync(CommandContext context, ParseResult parsed, CancellationToken cancellationToken)
    {
        if (context.LoadSettings() is not { } settings)
            return ExitCodes.Failed;
        using var client = DaemonStatusClient.For(settings, out var fault);
        if (client is null)
            return context.Fail(fault);
        var isFirst = true;
        return await _rounds.RunAsync(context, parsed, async stop =>
        {
            var (document, why) = await client.GetAsync<ProcessesDocument>(StatusJson.ProcessesPath, stop);
            if (document is null)
                return why;
            if (context.Json)
            {
                context.WriteJson(JsonSerializer.SerializeToNode(document, StatusJson.Options)!);
                return null;
            }
            if (isFirst)
                context.Out.WriteLine(ProcessReport.Heading);
            isFirst = false;
            context.Out.Write(ProcessReport.Text(document, parsed.GetValue(Sessions)));
            return null;
        }, cancellationToken);
    }

    private static string Legend() => "States: " + string.Join(", ", WorkState.Legend.Select(s => $"{s.Letter} {s.Meaning}")) + ".";
}
