using Amavis.Core.Messages;
using Amavis.Programs;
using Amavis.Engine.Quarantine;

namespace Amavis.Engine.Delivery.Methods;

/// <summary>Delivery to a program (<c>pipe:</c>): the message on its standard input with LF line ends, its exit code the answer.</summary>
internal static class PipeMethod
{
    // Exit codes of sysexits.h.
    private const int NoSuchUser = 67;
    private const int Unavailable = 69;
    private const int TemporaryFailure = 75;

    private const int MaxShownOutput = 200;

    /// <summary>One reply for all recipients.</summary>
    /// <param name="remark">For the log: why the program was not content; empty otherwise.</param>
    public static async Task<(SmtpReply Reply, string Remark)> DeliverAsync(Shipment shipment, CancellationToken cancellationToken)
    {
        var delivery = shipment.Delivery;
        var id = "id=" + delivery.LogId;
        if (!PipeCommand.TryParse(delivery.Method.Targets[0].Path, out var command, out var fault))
            return (new SmtpReply(451, $"4.5.0 {fault}, {id}"), fault);
        if (command!.Arguments(delivery, out fault) is not { } arguments)
            return (new SmtpReply(554, $"5.1.3 Bad address for a program, {id}"), fault);
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(shipment.Limit);
        try
        {
            await using var text = new LineFeedStream(delivery.Message);
            var result = await ProgramRunner.RunAsync(
                new ProgramCall
                {
                    Program = arguments[0],
                    Arguments = [.. arguments.Skip(1)],
                    User = command.User,
                    Input = text,
                    SearchPath = shipment.Settings.ProgramPath,
                    Home = command.User is null ? shipment.Settings.HelpersHome : null,
                },
                limit.Token);
            return (ReplyOf(result.ExitCode, id), result.ExitCode == 0 ? "" : Remark(arguments[0], result));
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return (new SmtpReply(450, $"4.4.2 Timed out during pipe to {arguments[0]}, {id}"), $"{arguments[0]} took longer than {shipment.Limit.TotalSeconds:0} s");
        }
        catch (ProgramFaultException e)
        {
            return (new SmtpReply(451, $"4.5.0 Failed to submit a message: {e.Message}, {id}"), e.Message);
        }
    }

    public static SmtpReply ReplyOf(int exitCode, string id) => exitCode switch
    {
        0 => new SmtpReply(250, $"2.6.0 Ok, {id}"),
        TemporaryFailure => new SmtpReply(450, $"4.5.0 Temporary failure submitting message, {id}"),
        NoSuchUser => new SmtpReply(554, $"5.1.1 Recipient unknown, {id}"),
        Unavailable => new SmtpReply(554, $"5.5.0 Mail submission service unavailable, {id}"),
        _ => new SmtpReply(451, $"4.5.0 Failed to submit a message: {exitCode}, {id}"),
    };

    private static string Remark(string program, ProgramResult result)
    {
        var said = result.Output.Trim();
        return $"{program} ended with {result.ExitCode}: {(said.Length > MaxShownOutput ? said[..MaxShownOutput] + "..." : said)}";
    }
}
