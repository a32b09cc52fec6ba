using Amavis.Core.Addresses;
using Amavis.Core.Categories;
using Amavis.Core.Counters;
using Amavis.Core.Messages;
using Amavis.Core.Policy;
using Amavis.Core.Storage;
using Amavis.Engine.Delivery;
using Amavis.Engine.Delivery.Methods;
using Amavis.Engine.Lookups;
using Amavis.Engine.Verdicts;
using Amavis.Protocols.Smtp.Client;

namespace Amavis.Engine.Quarantine;

/// <summary>Stores the copies a message leaves behind, before anything is passed on. A copy that can't be stored tempfails the message.</summary>
internal sealed class QuarantineStage(EngineServices services, ReceivedMessage message, Letter letter, AddressBook book, MessageDeadline deadline, CounterBatch counters)
{
    private const string Section = "quarantine";

    private readonly Settings _settings = message.Policy.Settings;
    private readonly Dispatcher _dispatcher = new(services);

    public async Task<IReadOnlyList<StoredCopy>> StoreAsync(IReadOnlyList<RecipientVerdict> verdicts, Findings findings, MessageArrival arrival, CancellationToken cancellationToken)
    {
        var entries = QuarantinePlanner.Plan(verdicts, await book.FindForAsync(_settings.SpamQuarantineBysenderToMaps, message.Envelope.Sender, cancellationToken), _settings);
        if (entries.Count == 0)
            return [];
        var single = verdicts.Count == 1 ? verdicts[0].Recipient.Address.Bracketed : null;
        var received = ReceivedField.Make(message, arrival.MailId, single);
        var category = verdicts.Select(v => v.Effective).Max();
        var copies = new List<StoredCopy>();
        foreach (var entry in entries)
        {
            counters.Add("QuarMsgs");
            counters.Add("QuarMsgsSize", message.Spool.Length);
            var withRecipients = entry.Method.Protocol != DeliveryProtocol.Bsmtp;
            var fields = QuarantineHeader.Make(message.Envelope.Sender, verdicts, findings, arrival.MailId, _settings, withRecipients).Append(received).ToList();
            copies.AddRange(await StoreOneAsync(entry, fields, arrival, cancellationToken));
            var name = entry.Archive ? "Arch" : CategoryName(category);
            counters.Add("QuarMsgs" + name);
            if (name != "Other")
                counters.Add("QuarMsgsSize" + name, message.Spool.Length);
        }
        return [.. copies.OrderBy(c => c.Archive)];
    }

    private static string CategoryName(CategoryKey category) =>
        category.Major == ContentCategory.CatchAll ? "Other" : new CategoryKey(category.Major).DisplayName;

    private async Task<IReadOnlyList<StoredCopy>> StoreOneAsync(QuarantineEntry entry, List<AddedField> fields, MessageArrival arrival, CancellationToken cancellationToken)
    {
        var shipment = Shipment(entry, fields, arrival);
        var result = await _dispatcher.SendAsync(shipment, cancellationToken);
        if (result.Recipients.FirstOrDefault(r => !r.Reply.IsSuccess) is { } failed)
        {
            services.Counters.Add(failed.Reply.IsTempFail ? "QuarAttemptTempFails" : "QuarAttemptFails");
            throw new MessageFaultException(Section, failed.Reply.ToString());
        }
        var copies = Copies(entry, arrival, result).ToList();
        if (copies.Count > 0)
            Deliveries.Count(counters, result, entry.Method, shipment.Delivery.Message.Length, "Submit", "Quar");
        if (IsSent(entry.Method))
            Deliveries.Log(services.Log, message.LogId, "SEND", arrival.MailId, shipment.Delivery, result);
        return copies;
    }

    private static bool IsSent(DeliveryMethod method) => method.Protocol is DeliveryProtocol.Smtp or DeliveryProtocol.Lmtp or DeliveryProtocol.Pipe;

    private static IEnumerable<StoredCopy> Copies(QuarantineEntry entry, MessageArrival arrival, SmtpDeliveryResult result)
    {
        switch (entry.Method.Protocol)
        {
            case DeliveryProtocol.Sql:
                return [new StoredCopy('Q', arrival.PartitionTag == 0 ? arrival.MailId : $"{arrival.MailId}[{arrival.PartitionTag}]", entry.Archive)];
            case DeliveryProtocol.Local or DeliveryProtocol.Bsmtp:
                var isBatch = entry.Method.Protocol == DeliveryProtocol.Bsmtp;
                return result.Recipients.Select(r => r.Location).OfType<string>().Distinct()
                    .Select(l => new StoredCopy(isBatch ? 'B' : l.EndsWith(".gz", StringComparison.OrdinalIgnoreCase) ? 'Z' : 'F', l, entry.Archive));
            default:
                var type = entry.Method.Protocol switch
                {
                    DeliveryProtocol.Smtp => 'M',
                    DeliveryProtocol.Lmtp => 'L',
                    _ => '?',
                };
                return entry.Targets.Select(t => new StoredCopy(type, t, entry.Archive));
        }
    }

    /// <summary>
    /// SQL and batch SMTP keep the envelope as it came; elsewhere the places are the recipients. Nobody is told when the sender of a
    /// copy is the message's own.
    /// </summary>
    private Shipment Shipment(QuarantineEntry entry, List<AddedField> fields, MessageArrival arrival)
    {
        var envelope = message.Envelope;
        var keepsSender = entry.Method.Protocol is DeliveryProtocol.Sql or DeliveryProtocol.Bsmtp || _settings.MailfromToQuarantine is null;
        var sender = keepsSender ? envelope.Sender : MailAddress.FromUnquoted(_settings.MailfromToQuarantine!);
        var notify = keepsSender ? DsnNotify.Never : DsnNotify.Unspecified;
        var copy = letter.WithFields(fields, removeReturnPath: entry.Method.Protocol == DeliveryProtocol.Local);
        return new Shipment
        {
            Purpose = entry.Archive ? MailPurpose.Archive : MailPurpose.Quarantine,
            Settings = _settings,
            Arrival = arrival,
            Limit = deadline.Share(),
            Names = new FileNameValues(arrival.MailId, message.LogId, arrival.PartitionTag, message.ReceivedAt.ToLocalTime(), () => Convert.ToHexStringLower(letter.BodyDigest()), envelope.Sender.Unquoted),
            Delivery = new SmtpDelivery
            {
                Method = entry.Method,
                Sender = sender,
                Recipients = [.. entry.Targets.Select(t => Recipient(t, notify))],
                Message = copy,
                LogId = message.LogId,
                PeerAddress = message.Connection.Peer?.Address,
                ReceivingPort = message.Connection.Local?.Port,
                HeloName = _settings.LocalhostName,
                BindAddress = Deliveries.BindAddress(_settings),
                Body = message.Spool.Facts.EightBit ? envelope.Body : BodyType.SevenBit,
                SmtpUtf8 = envelope.SmtpUtf8,
                HeaderIsUtf8 = envelope.SmtpUtf8 && letter.HeaderIsEightBit,
                DsnReturn = envelope.DsnReturn,
                DsnEnvelopeId = envelope.DsnEnvelopeId,
                PropagateDsn = true,
                ReceivedCount = letter.ReceivedCount,
                PerRecipientReplies = true,
                Deadline = deadline.Timestamp,
            },
        };
    }

    private SmtpDeliveryRecipient Recipient(string target, DsnNotify notify)
    {
        var own = message.Envelope.Recipients.FirstOrDefault(r => r.Address.Unquoted == target);
        return own is null ? new SmtpDeliveryRecipient(MailAddress.FromUnquoted(target), notify) : new SmtpDeliveryRecipient(own.Address, notify, own.OriginalRecipient);
    }
}
