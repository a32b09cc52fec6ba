using Amavis.Core.Messages;
using Amavis.Core.Policy;
using Amavis.Protocols.AmPdp;

namespace Amavis.Engine.Releasing;

/// <summary>Requests of one AM.PDP connection: releases from the quarantine.</summary>
public sealed class AmPdpHandler(ReleaseService releases, EngineServices services, PolicyState policy, ConnectionFacts connection) : IAmPdpHandler
{
    public async Task<AmPdpReply> HandleAsync(AmPdpMessage request, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        if (request.Request is not ("release" or "requeue" or "report"))
            return AmPdpReply.Failure($"request \"{request.Request}\" is not available");
        if (!ReleaseRequest.TryFrom(request, out var release, out var fault))
            return AmPdpReply.Failure(fault);
        try
        {
            return AmPdpReply.Release(await releases.ReleaseAsync(release!, policy, connection, cancellationToken));
        }
        catch (ReleaseService.RefusedException e)
        {
            services.Log.Line(-1, null, $"release of {release!.MailId} refused: {e.Message}");
            return AmPdpReply.Failure(e.Message);
        }
    }

    public void OnFailure(AmPdpMessage request, Exception exception) =>
        services.Log.Line(-2, null, $"TROUBLE in an AM.PDP request: {exception}");
}
