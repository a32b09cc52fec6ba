using Amavis.Core.Policy;
using Amavis.Protocols.AmPdp;

namespace Amavis.Web.Releasing;

/// <summary>The daemon's door for releases.</summary>
internal interface IReleaseSocket
{
    /// <exception cref="IOException">No answer; whether the message went out is not known once the request was sent.</exception>
    Task<ReleaseAnswer> SendAsync(ReleaseRequest request, CancellationToken cancellationToken);
}

/// <summary>Asks the daemon over AM.PDP: at <c>web.release_socket</c>, or where its own configuration has it listen for that.</summary>
internal sealed class DaemonReleaseSocket(Settings settings, TimeProvider clock) : IReleaseSocket
{
    /// <summary>The next hop may take its time with a large message.</summary>
    private static readonly TimeSpan Timeout = TimeSpan.FromMinutes(2);

    public async Task<ReleaseAnswer> SendAsync(ReleaseRequest request, CancellationToken cancellationToken)
    {
        var endpoint = ReleaseEndpoint.Find(settings) ?? throw new IOException(
            "no socket for releases is configured: give one listen socket a policy bank with protocol AM.PDP, or set web.release_socket");
        await using var client = await AmPdpClient.ConnectAsync(endpoint, Timeout, clock, cancellationToken);
        return await client.ReleaseAsync(request, cancellationToken);
    }
}
