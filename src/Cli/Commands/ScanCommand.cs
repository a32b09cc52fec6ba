using System.CommandLine;
using Amavis.Cli.Scan;
using Amavis.Core.Storage;
using Amavis.Engine;
using Amavis.Engine.Hooks;
using Amavis.Engine.Rehearsing;

namespace Amavis.Cli.Commands;

/// <summary>
/// <c>amavis scan</c>: what the daemon would make of a message, by the daemon's own code, without anything being forwarded, stored,
/// sent or counted.
/// </summary>
internal sealed class ScanCommand : Command
{
    private const string StandardInput = "-";

    private static readonly Argument<string> File = new("FILE") { Description = "the message, as in a file of its own; - for standard input" };
    private static readonly Option<string> From = new("--from") { Description = "envelope sender; '' for the null sender", Required = true, HelpName = "ADDRESS" };

    private static readonly Option<string[]> To = new("--to")
    {
        Description = "envelope recipients",
        Required = true,
        Arity = ArgumentArity.OneOrMore,
        AllowMultipleArgumentsPerToken = true,
        HelpName = "ADDRESS",
    };

    private static readonly Option<string?> ClientIp = new("--client-ip") { Description = "address of the original client, as the MTA would tell it", HelpName = "IP" };
    private static readonly Option<string?> Helo = new("--helo") { Description = "name the client gave", HelpName = "NAME" };

    private static readonly Option<string?> Listen = new("--listen")
    {
        Description = "the listen socket it came in by, for its policy banks (default: the first one for SMTP or LMTP)",
        HelpName = "SOCKET",
    };

    public ScanCommand() : base("scan", "Try out what would become of a message")
    {
        Arguments.Add(File);
        foreach (var option in (Option[])[From, To, ClientIp, Helo, Listen])
            Options.Add(option);
        SetAction((parsed, stop) => RunAsync(new CommandContext(parsed), parsed, stop));
    }

    private static async Task<int> RunAsync(CommandContext context, ParseResult parsed, CancellationToken cancellationToken)
    {
        if (context.LoadSettings(SigningEnvironment.Value) is not { } settings)
            return ExitCodes.Failed;
        var order = ScanRequest.TryMake(
            settings, parsed.GetValue(From)!, parsed.GetValue(To)!, parsed.GetValue(ClientIp), parsed.GetValue(Helo), parsed.GetValue(Listen), out var fault);
        if (order is null)
        {
            context.Fail(fault);
            return ExitCodes.WrongUsage;
        }
        var file = parsed.GetValue(File)!;
        try
        {
            await using var message = file == StandardInput ? Console.OpenStandardInput() : System.IO.File.OpenRead(file);
            await using var services = new ScanServices(settings, text => context.Error.WriteLine("amavis: " + text));
            var report = await new MessageRehearser(services.Engine).RunAsync(settings, order, message, cancellationToken);
            return report is null
                ? context.Fail($"{file} is larger than any of these recipients may get (smtpd_message_size_limit, message_size_limit_maps)")
                : Write(context, file, order, report);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or HookLoadException or MessageFaultException or StorageUnavailableException)
        {
            return context.Fail(e.Message);
        }
    }

    /// <summary>Failed only when no verdict came about; what the verdict is does not matter.</summary>
    private static int Write(CommandContext context, string file, RehearsalOrder order, RehearsalReport report)
    {
        var ok = report.Explanation is not null || report.RefusedAtRcpt.Count == order.Recipients.Count;
        if (context.Json)
            context.WriteJson(ScanDocument.Of(file, order, report, ok));
        else
            new ScanText(context.Out).Write(file, order, report);
        return ok ? ExitCodes.Done : ExitCodes.Failed;
    }
}
