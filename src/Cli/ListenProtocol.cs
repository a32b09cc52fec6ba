using Amavis.Core.Policy;

namespace Amavis.Cli;

/// <summary>What is spoken on a listen socket.</summary>
internal static class ListenProtocol
{
    /// <summary>SMTP, LMTP, AM.PDP or MILTER, in upper case; null: a Unix socket whose banks name none.</summary>
    public static string? Of(Settings settings, ListenSocket socket)
    {
        var policy = socket.PolicyKeys.Aggregate(PolicyState.Base(settings), (p, key) => p.Load(settings.InterfacePolicy.GetValueOrDefault(key)));
        return policy.Settings.Protocol?.ToUpperInvariant() ?? (socket.Path is null ? "SMTP" : null);
    }
}
