using System.Net;
using Amavis.Core.Counters;
using Amavis.Core.Logging;
using Amavis.Core.Messages;
using Amavis.Core.Policy;
using Amavis.Core.Storage;
using Amavis.Engine.Delivery.Methods;
using Amavis.Engine.Quarantine;
using Amavis.Protocols.Smtp.Client;

namespace Amavis.Engine.Delivery;

/// <summary>Orders for the SMTP client, and what is counted and logged of them.</summary>
internal static class Deliveries
{
    /// <summary>The original message, with the client's facts and wishes passed on.</summary>
    public static SmtpDelivery Relay(
        ReceivedMessage message, Letter letter, DeliveryMethod method, OutgoingMessage copy, IReadOnlyList<SmtpDeliveryRecipient> recipients, MessageDeadline deadline)
    {
        var envelope = message.Envelope;
        var settings = message.Policy.Settings;
        return new SmtpDelivery
        {
            Method = method,
            Sender = envelope.Sender,
            Recipients = recipients,
            Message = copy,
            LogId = message.LogId,
            PeerAddress = message.Connection.Peer?.Address,
            ReceivingPort = message.Connection.Local?.Port,
            HeloName = settings.LocalhostName,
            BindAddress = BindAddress(settings),
            Security = settings.TlsSecurityLevelOut,
            Tls = settings.SmtpTlsClient,
            TlsNames = settings.SmtpTlsClientVerifycnNames,
            Credentials = !settings.AuthRequiredOut ? null : settings.AuthReauthenticateForwarded ? OwnLogin(settings) : message.Login,
            Body = message.Spool.Facts.EightBit ? envelope.Body : BodyType.SevenBit,
            SmtpUtf8 = envelope.SmtpUtf8,
            HeaderIsUtf8 = envelope.SmtpUtf8 && letter.HeaderIsEightBit,
            DsnReturn = envelope.DsnReturn,
            DsnEnvelopeId = envelope.DsnEnvelopeId,
            PropagateDsn = settings.PropagateDsnIfPossible,
            Submitter = envelope.Submitter,
            Client = message.Client with { Address = letter.ClientAddress },
            ReceivedCount = letter.ReceivedCount,
            PerRecipientReplies = message.Connection.RepliesPerRecipient,
            Deadline = deadline.Timestamp,
        };
    }

    /// <summary>Mail made here.</summary>
    public static SmtpDelivery Submit(
        ReceivedMessage message, DeliveryMethod method, OutgoingMessage mail, Core.Addresses.MailAddress sender,
        IReadOnlyList<SmtpDeliveryRecipient> recipients, string envelopeId, bool smtpUtf8, long? deadline) => new()
        {
            Method = method,
            Sender = sender,
            Recipients = recipients,
            Message = mail,
            LogId = message.LogId,
            PeerAddress = message.Connection.Peer?.Address,
            ReceivingPort = message.Connection.Local?.Port,
            HeloName = message.Policy.Settings.LocalhostName,
            BindAddress = BindAddress(message.Policy.Settings),
            Security = message.Policy.Settings.TlsSecurityLevelOut,
            Tls = message.Policy.Settings.SmtpTlsClient,
            TlsNames = message.Policy.Settings.SmtpTlsClientVerifycnNames,
            Credentials = OwnLogin(message.Policy.Settings),
            Body = mail.EightBit ? BodyType.EightBitMime : BodyType.SevenBit,
            SmtpUtf8 = smtpUtf8,
            HeaderIsUtf8 = smtpUtf8,
            DsnEnvelopeId = envelopeId,
            PerRecipientReplies = true,
            Deadline = deadline,
        };

    /// <summary>A delivery with what methods other than SMTP need.</summary>
    /// <param name="arrival">Null: mail made here.</param>
    public static Shipment Shipment(MailPurpose purpose, ReceivedMessage message, SmtpDelivery delivery, MessageArrival? arrival, MessageDeadline deadline, string? mailId = null)
    {
        var settings = message.Policy.Settings;
        return new Shipment
        {
            Delivery = delivery,
            Purpose = purpose,
            Settings = settings,
            Arrival = arrival,
            Limit = deadline.Share(),
            Names = new FileNameValues(
                arrival?.MailId ?? mailId ?? "", message.LogId, settings.PartitionTag.At(message.ReceivedAt), message.ReceivedAt.ToLocalTime(), () => BodyDigest.Hex(delivery.Message, settings), delivery.Sender.Unquoted),
        };
    }

    /// <summary>Success that is told of here is nobody else's business any more.</summary>
    public static bool AnswersSuccess(EnvelopeRecipient recipient, Settings settings) =>
        settings.TerminateDsnOnNotifySuccess && recipient.Notify.HasFlag(DsnNotify.Success);

    /// <summary>NOTIFY as passed on.</summary>
    public static DsnNotify NotifyOf(EnvelopeRecipient recipient, Settings settings)
    {
        if (!AnswersSuccess(recipient, settings))
            return recipient.Notify;
        var rest = recipient.Notify & ~DsnNotify.Success;
        return rest == DsnNotify.Unspecified ? DsnNotify.Never : rest;
    }

    /// <param name="direction">Relay or Submit.</param>
    /// <param name="kind">Dsn, Notif, Quar, Arf for mail made here; else null.</param>
    public static void Count(CounterBatch counters, SmtpDeliveryResult result, DeliveryMethod method, long octets, string direction, string? kind)
    {
        var protocol = method.Protocol switch
        {
            DeliveryProtocol.Smtp => "ProtoSMTP",
            DeliveryProtocol.Lmtp => "ProtoLMTP",
            DeliveryProtocol.Pipe => "ProtoPipe",
            DeliveryProtocol.Bsmtp => "ProtoBSMTP",
            DeliveryProtocol.Local => "ProtoLocal",
            _ => "ProtoSQL",
        };
        string[] names = ["", direction, protocol, protocol + direction, .. kind is null ? Array.Empty<string>() : ["Submit" + kind]];
        var attempted = method.Protocol is not (DeliveryProtocol.Smtp or DeliveryProtocol.Lmtp) || result.Recipients.Any(r => r.RemoteMta is not null);
        if (attempted)
            foreach (var name in names)
                counters.Add("OutMsgs" + name);
        if (result.Recipients.Any(r => r.Reply.IsSuccess))
        {
            counters.Add("OutMsgsDelivers");
            foreach (var name in names)
                counters.Add("OutMsgsSize" + name, octets);
        }
        if (result.Recipients.Any(r => r.Reply.IsTempFail))
            counters.Add("OutMsgsAttemptFails");
        if (result.Recipients.Any(r => r.Reply.IsReject))
            counters.Add("OutMsgsRejects");
    }

    public static void Log(IMailLog log, string logId, string word, string mailId, SmtpDelivery delivery, SmtpDeliveryResult result)
    {
        foreach (var remark in result.Remarks)
            log.Line(1, logId, remark);
        foreach (var group in delivery.Recipients.Zip(result.Recipients).GroupBy(p => p.Second.Reply))
        {
            var level = group.Key.IsSuccess ? 1 : -1;
            if (log.IsEnabled(level))
                log.Line(level, logId, $"{mailId} {word} from {delivery.Sender.Bracketed} -> {string.Join(',', group.Select(p => p.First.Address.Bracketed))}, {result.Options} {group.Key}");
        }
    }

    /// <summary>What we log in with for mail made here; null: not at all.</summary>
    public static LoginCredentials? OwnLogin(Settings settings) =>
        settings is { AuthRequiredOut: true, AmavisAuthUser: { } user } ? new LoginCredentials(user, settings.AmavisAuthPass ?? "") : null;

    /// <summary>Null: the system's choice.</summary>
    public static IPAddress? BindAddress(Settings settings) =>
        settings.LocalClientBindAddress is { } text && IPAddress.TryParse(text.Trim('[', ']'), out var address) ? address : null;
}
