using System.Collections.Frozen;
using Amavis.Core.Messages;
using Amavis.Core.Policy;
using Amavis.Engine.Releasing;
using Amavis.Protocols.AmPdp;

namespace Amavis.Engine.Requests;

/// <summary>Requests of one AM.PDP connection: checks of messages in files, and releases from the quarantine.</summary>
public sealed class AmPdpHandler(CheckService checks, ReleaseService releases, EngineServices services, PolicyState policy, ConnectionFacts connection) : IAmPdpHandler
{
    private static readonly FrozenSet<string> Known = FrozenSet.ToFrozenSet(
    [
        "request", "version_client", "tempdir", "tempdir_removed_by", "mail_file", "sender", "recipient", "delivery_care_of", "queue_id",
        "protocol_name", "helo_name", "client_address", "client_port", "client_name", "client_source", "policy_bank", "protocol_state",
        "requested_by", "mail_id", "secret_id", "partition_tag", "quar_type", "learn_as",
    ]);

    public async Task<AmPdpReply> HandleAsync(AmPdpMessage request, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        LogStrangeLines(request);
        switch (request.Request)
        {
            case "am.pdp" or "am.cl":
                return await CheckAsync(request, cancellationToken);
            case "release" or "requeue" or "report" or "learn":
                return await ReleaseAsync(request, cancellationToken);
            case "smtpd_access_policy":
                return new AmPdpReply().Add("action", "DUNNO");
            default:
                return AmPdpReply.Failure($"request \"{request.Request}\" is not known; there are AM.PDP, release, requeue, report and learn");
        }
    }

    public void OnFailure(AmPdpMessage request, Exception exception) =>
        services.Log.Line(-2, null, $"TROUBLE in an AM.PDP request: {exception}");

    private async Task<AmPdpReply> CheckAsync(AmPdpMessage request, CancellationToken cancellationToken)
    {
        if (AmPdpCheckRequest.TryFrom(request, out var check, out var fault))
            return await checks.CheckAsync(check!, policy, connection, cancellationToken);
        services.Log.Line(-1, null, "AM.PDP: " + fault);
        return AmPdpReply.Failure(fault);
    }

    private async Task<AmPdpReply> ReleaseAsync(AmPdpMessage request, CancellationToken cancellationToken)
    {
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

    private void LogStrangeLines(AmPdpMessage request)
    {
        if (request.UnparsableLines > 0)
            services.Log.Line(-1, null, $"AM.PDP: {request.UnparsableLines} lines without \"=\" or \":\" are passed over");
        if (!services.Log.IsEnabled(1))
            return;
        foreach (var name in request.Attributes.Select(a => a.Name).Where(n => !Known.Contains(n)).Distinct().Take(10))
            services.Log.Line(1, null, $"AM.PDP: unknown attribute {name} is passed over");
    }
}
