using Amavis.Core.Messages;
using Amavis.Core.Policy;
using Amavis.Core.Storage;
using Amavis.Engine.Quarantine;
using Amavis.Protocols.Smtp.Client;

namespace Amavis.Engine.Delivery.Methods;

/// <summary>Hands mail out by its delivery method, whichever it is.</summary>
internal sealed class Dispatcher(EngineServices services)
{
    /// <summary>More Received fields than this mean a loop (RFC 5321 §6.3); files may have been through a few more hands.</summary>
    private const int MaxHops = 100;
    private const int MaxHopsOfFiles = 110;

    /// <exception cref="OperationCanceledException">The caller gave up.</exception>
    /// <exception cref="IOException">The message itself could not be read.</exception>
    public async Task<SmtpDeliveryResult> SendAsync(Shipment shipment, CancellationToken cancellationToken)
    {
        var delivery = shipment.Delivery;
        var protocol = delivery.Method.Protocol;
        if (services.Rehearsal is null && protocol is (DeliveryProtocol.Smtp or DeliveryProtocol.Lmtp))
            return await services.NextHops.SendAsync(delivery, cancellationToken);
        if (delivery.ReceivedCount > (protocol == DeliveryProtocol.Local ? MaxHopsOfFiles : MaxHops))
            return ForAll(delivery, new SmtpReply(554, "5.4.6 Reject: Too many hops"));
        if (services.Rehearsal is { } rehearsal)
            return rehearsal.Take(shipment, services.Clock);
        return protocol switch
        {
            DeliveryProtocol.Pipe => await PipeAsync(shipment, cancellationToken),
            DeliveryProtocol.Local => await LocalAsync(shipment, cancellationToken),
            DeliveryProtocol.Bsmtp => await BsmtpAsync(shipment, cancellationToken),
            _ => await SqlAsync(shipment, cancellationToken),
        };
    }

    private static async Task<SmtpDeliveryResult> PipeAsync(Shipment shipment, CancellationToken cancellationToken)
    {
        var (reply, remark) = await PipeMethod.DeliverAsync(shipment, cancellationToken);
        return ForAll(shipment.Delivery, reply, remark);
    }

    private async Task<SmtpDeliveryResult> LocalAsync(Shipment shipment, CancellationToken cancellationToken)
    {
        var delivery = shipment.Delivery;
        var mail = new LocalMail(delivery.Method.Targets[0].Path, delivery.Sender, delivery.Message, shipment.Names);
        try
        {
            var locations = await new LocalStore(shipment.Settings, services.Clock)
                .StoreAsync(mail, [.. delivery.Recipients.Select(r => r.Address.Unquoted)], shipment.Limit, cancellationToken);
            return new SmtpDeliveryResult([.. locations.Select(l => new SmtpRecipientResult(Stored(l, delivery.LogId), null, null, false) { Location = l })], "", []);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return NotStored(delivery, "Local delivery failed", e);
        }
    }

    private static SmtpReply Stored(string? location, string logId) =>
        new(250, location is null ? $"2.6.0 Ok, skip local delivery, id={logId}" : $"2.6.0 Ok, delivered to {location}, id={logId}");

    private static async Task<SmtpDeliveryResult> BsmtpAsync(Shipment shipment, CancellationToken cancellationToken)
    {
        try
        {
            var path = await BsmtpFile.WriteAsync(shipment, cancellationToken);
            var result = ForAll(shipment.Delivery, new SmtpReply(250, $"2.6.0 Ok, queued as BSMTP {path}, id={shipment.Delivery.LogId}"));
            return result with { Recipients = [.. result.Recipients.Select(r => r with { Location = path })] };
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return NotStored(shipment.Delivery, "BSMTP file failed", e);
        }
    }

    private async Task<SmtpDeliveryResult> SqlAsync(Shipment shipment, CancellationToken cancellationToken)
    {
        var delivery = shipment.Delivery;
        if (services.SqlQuarantine is not { } sql || shipment.Arrival is not { } arrival)
            return ForAll(delivery, new SmtpReply(451, $"4.5.0 Storing to sql db as mail_id failed: {(shipment.Arrival is null ? "only received mail is stored there" : "storage_sql_dsn is not set")}, id={delivery.LogId}"));
        try
        {
            await using var text = new LineFeedStream(delivery.Message);
            await sql.StoreAsync(arrival, text, shipment.Settings.SqlQuarantineChunksizeMax, cancellationToken);
            return ForAll(delivery, new SmtpReply(250, $"2.6.0 Ok, Stored to sql db as mail_id {arrival.MailId}, id={delivery.LogId}"));
        }
        catch (StorageUnavailableException e)
        {
            return NotStored(delivery, "Storing to sql db failed", e);
        }
    }

    private static SmtpDeliveryResult NotStored(SmtpDelivery delivery, string what, Exception fault) =>
        ForAll(delivery, new SmtpReply(451, $"4.5.0 {what}: {fault.Message.Split('\n')[0]}, id={delivery.LogId}"));

    private static SmtpDeliveryResult ForAll(SmtpDelivery delivery, SmtpReply reply, string remark = "") =>
        new([.. delivery.Recipients.Select(_ => new SmtpRecipientResult(reply, null, null, false))], "", remark.Length == 0 ? [] : [remark]);
}
