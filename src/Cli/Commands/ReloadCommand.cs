using System.CommandLine;
using System.Text.Json.Nodes;
using Amavis.Cli.Hosting;

namespace Amavis.Cli.Commands;

/// <summary>
/// <c>amavis reload</c>: asks the daemon to read its configuration again. A faulty file is asked for all the same, so that the
/// daemon logs its mistakes, too; it keeps the configuration it has.
/// </summary>
internal sealed class ReloadCommand : Command
{
    public ReloadCommand() : base("reload", "Ask the daemon to read its configuration again") =>
        SetAction(parsed => Run(new CommandContext(parsed)));

    private static int Run(CommandContext context)
    {
        if (context.Load() is not { } result)
            return ExitCodes.Failed;
        var fault = DaemonProcess.Find(result.PidFile, out var pid) ?? DaemonProcess.Hangup(pid);
        if (!result.IsGood)
        {
            context.ReportMistakes(result);
            if (!context.Json)
                context.Error.WriteLine("amavis: the daemon keeps the configuration it has");
            return ExitCodes.Failed;
        }
        return fault is not null
            ? context.Fail(fault)
            : context.Done($"asked the daemon, process {pid}, to read its configuration again", new JsonObject { ["ok"] = true, ["pid"] = pid });
    }
}
