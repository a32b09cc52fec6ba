using System.CommandLine;
using Amavis.Cli.Monitoring;
using Amavis.Core.Status;

namespace Amavis.Cli.Commands;

/// <summary><c>amavis agent</c>: the counters of the daemon with their rates and shares.</summary>
internal sealed class AgentCommand : Command
{
    private const double DefaultSeconds = 10;

    private readonly Rounds _rounds;

    public AgentCommand() : base("agent", "Show the daemon's counters, what they make in an hour, and their shares")
    {
        _rounds = new Rounds(this, DefaultSeconds);
        SetAction((parsed, stop) => RunAsync(new CommandContext(parsed), parsed, stop));
    }

    private async Task<int> RunAsync(CommandContext context, ParseResult parsed, CancellationToken cancellationToken)
    {
        if (context.LoadSettings() is not { } settings)
            return ExitCodes.Failed;
        using var client = DaemonStatusClient.For(settings, out var fault);
        if (client is null)
            return context.Fail(fault);
        var window = new RateWindow();
        return await _rounds.RunAsync(context, parsed, async stop =>
        {
            var (document, why) = await client.GetAsync<CountersDocument>(StatusJson.CountersPath, stop);
            if (document is null)
                return why;
            window.Add(document);
            var report = new CounterReport(window);
            if (context.Json)
                context.WriteJson(report.Json());
            else
                context.Out.Write("\n\n" + report.Text());
            return null;
        }, cancellationToken);
    }
}
