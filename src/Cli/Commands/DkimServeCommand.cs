using System.CommandLine;
using System.Net.Sockets;
using Amavis.Cli.Dkim;
using Amavis.Core.Policy;
using Amavis.Engine.Authentication;

namespace Amavis.Cli.Commands;

/// <summary>
/// <c>amavis dkim serve</c>: signs for filters that have <c>dkim_signing_service</c> point here, so that the keys are with this
/// process and its user alone. Runs until it is ended.
/// </summary>
internal sealed class DkimServeCommand : Command
{
    private const string DefaultSocket = "127.0.0.1:20203";

    private static readonly Option<string> Listen = new("--listen")
    {
        Description = $"host:port or the path of a Unix socket (default {DefaultSocket})",
        DefaultValueFactory = _ => DefaultSocket,
        HelpName = "SOCKET",
    };

    public DkimServeCommand() : base("serve", "Sign for filters elsewhere, with the keys of dkim_keys")
    {
        Options.Add(Listen);
        SetAction((parsed, stop) => RunAsync(new CommandContext(parsed), parsed.GetValue(Listen)!, stop));
    }

    private static async Task<int> RunAsync(CommandContext context, string listen, CancellationToken cancellationToken)
    {
        if (!ListenSocket.TryParse(listen, [], out var sockets, out var fault) || sockets is not [var socket])
        {
            context.Fail("--listen: " + (fault.Length > 0 ? fault : "one socket"));
            return ExitCodes.WrongUsage;
        }
        if (context.LoadSettings(SigningEnvironment.Value) is not { } settings)
            return ExitCodes.Failed;
        if (settings.DkimKeys.Count == 0)
            return context.Fail("dkim_keys declares no key to sign with");
        var log = new ConsoleLog(context.Error, settings.LogLevel);
        using var listener = new SigningListener(new SigningRequestHandler(settings, log), settings, log);
        try
        {
            listener.Open(socket);
        }
        catch (Exception e) when (e is SocketException or IOException or UnauthorizedAccessException)
        {
            return context.Fail($"{socket}: {e.Message}");
        }
        log.Line(0, null, $"signing service ready at {socket}, {settings.DkimKeys.Count} keys");
        await listener.RunAsync(cancellationToken);
        return ExitCodes.Done;
    }
}
