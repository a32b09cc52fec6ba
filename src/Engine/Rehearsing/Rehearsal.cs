using Amavis.Core.Explaining;
using Amavis.Core.Messages;
using Amavis.Core.Policy;
using Amavis.Dkim.Signing;
using Amavis.Engine.Delivery.Methods;
using Amavis.Mime.Headers;
using Amavis.Protocols.Smtp.Client;

namespace Amavis.Engine.Rehearsing;

/// <summary>
/// Stands where mail would leave while a message is only tried out: takes every delivery down and answers as the next hop would, if
/// nothing were wrong with it. Made anew for each message.
/// </summary>
/// <param name="original">The header section as received.</param>
public sealed class Rehearsal(HeaderSection original)
{
    private readonly List<RehearsedMail> _mails = [];

    /// <summary>In the order it would have left.</summary>
    public IReadOnlyList<RehearsedMail> Mails => _mails;

    /// <summary>Why the message was treated as it was; null: it came to no end.</summary>
    public MessageExplanation? Explanation { get; internal set; }

    internal SmtpDeliveryResult Take(Shipment shipment, TimeProvider clock)
    {
        var delivery = shipment.Delivery;
        var (result, locations) = Answer(shipment, clock);
        var header = MessageSigner.ReadHeader(delivery.Message) ?? original;
        var (added, removed) = FieldDifference.Of(original, header);
        var isNotice = shipment.Purpose is MailPurpose.SenderNotice or MailPurpose.Notice;
        _mails.Add(new RehearsedMail(
            shipment.Purpose, string.Join(", ", delivery.Method.Targets), delivery.Sender.Bracketed, [.. delivery.Recipients.Select(r => r.Address.Bracketed)],
            locations, delivery.Message.Length, result.Recipients[0].Reply.ToString(), added, isNotice ? [] : removed));
        return result;
    }

    private static (SmtpDeliveryResult Result, IReadOnlyList<string> Locations) Answer(Shipment shipment, TimeProvider clock)
    {
        var delivery = shipment.Delivery;
        var target = delivery.Method.Targets[0];
        try
        {
            switch (target.Protocol)
            {
                case DeliveryProtocol.Local:
                    var mail = new LocalMail(target.Path, delivery.Sender, delivery.Message, shipment.Names);
                    var places = new LocalStore(shipment.Settings, clock).Foresee(mail, [.. delivery.Recipients.Select(r => r.Address.Unquoted)]);
                    var kept = places.Select(p => new SmtpRecipientResult(Kept(p), null, null, false) { Location = p });
                    return (new SmtpDeliveryResult([.. kept], "", []), [.. places.OfType<string>().Distinct()]);
                case DeliveryProtocol.Bsmtp:
                    var file = BsmtpFile.NameOf(shipment);
                    return (ForAll(delivery, new SmtpReply(250, $"2.6.0 Ok, queued as BSMTP {file}"), location: file), [file]);
                case DeliveryProtocol.Sql when shipment.Settings.StorageSqlDsn.Count == 0 || shipment.Arrival is null:
                    return (ForAll(delivery, new SmtpReply(451, "4.5.0 Storing to sql db failed: storage_sql_dsn is not set")), []);
                case DeliveryProtocol.Sql:
                    return (ForAll(delivery, new SmtpReply(250, $"2.6.0 Ok, Stored to sql db as mail_id {shipment.Arrival!.MailId}")), []);
                case DeliveryProtocol.Pipe:
                    return (ForAll(delivery, new SmtpReply(250, "2.6.0 Ok, delivered by pipe (dry run: the program was not run)")), []);
                default:
                    return (ForAll(delivery, new SmtpReply(250, $"2.0.0 from MTA({target}): (dry run: as the next hop answers)"), remote: target.ToString()), []);
            }
        }
        catch (IOException e)
        {
            return (ForAll(delivery, new SmtpReply(451, $"4.5.0 Local delivery failed: {e.Message.Split('\n')[0]}")), []);
        }
    }

    private static SmtpReply Kept(string? place) => new(250, place is null ? "2.6.0 Ok, skip local delivery" : $"2.6.0 Ok, delivered to {place}");

    /// <summary>A next hop is taken to report on deliveries itself, as nearly all do.</summary>
    private static SmtpDeliveryResult ForAll(SmtpDelivery delivery, SmtpReply reply, string? remote = null, string? location = null) =>
        new([.. delivery.Recipients.Select(_ => new SmtpRecipientResult(reply, remote, null, remote is not null && delivery.PropagateDsn) { Location = location })], "", []);
}
