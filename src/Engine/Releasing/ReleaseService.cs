using System.Globalization;
using System.Text;
using Amavis.Core.Addresses;
using Amavis.Core.Messages;
using Amavis.Core.Policy;
using Amavis.Core.Storage;
using Amavis.Engine.Authentication;
using Amavis.Engine.Delivery;
using Amavis.Engine.Delivery.Methods;
using Amavis.Engine.Lookups;
using Amavis.Engine.Notices;
using Amavis.Engine.Quarantine;
using Amavis.Engine.Verdicts;
using Amavis.Protocols.AmPdp;
using Amavis.Protocols.Smtp.Client;

namespace Amavis.Engine.Releasing;

/// <summary>Sends a message on from the quarantine. What the next hop answers is what the requester is told.</summary>
public sealed class ReleaseService(EngineServices services)
{
    private const string Resend = "resend";

    /// <summary>A fault before anything was sent; its text is for the requester.</summary>
    public sealed class RefusedException(string message) : Exception(message);

    /// <returns>One reply for each recipient, in order; of what is learned one for each scanner.</returns>
    /// <exception cref="RefusedException">Wrong id or secret, nothing stored, not releasable.</exception>
    public async Task<IReadOnlyList<SmtpReply>> ReleaseAsync(ReleaseRequest request, PolicyState policy, ConnectionFacts connection, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        ArgumentNullException.ThrowIfNull(policy);
        var settings = policy.Settings;
        Authenticate(request, settings);
        await using var text = await OpenAsync(request, settings, cancellationToken)
            ?? throw new RefusedException($"no quarantined message {request.MailId} was found");
        using var stored = await StoredMessage.ReadAsync(text, services.Spools, cancellationToken);
        if (stored.QuarantineId != request.MailId)
            throw new RefusedException($"the stored message is not {request.MailId}");
        if (request.LearnAs is { } taught)
            return await TeachAsync(stored, request, policy, taught, cancellationToken);
        var sender = request.Sender ?? stored.Sender
            ?? throw new RefusedException($"the stored message {request.MailId} does not tell its sender");
        var recipients = request.Recipients.Count > 0 ? request.Recipients : stored.Recipients;
        if (recipients.Count == 0)
        {
            Report("rel-" + MailIds.Create(settings.MailIdSizeBits).MailId, request, stored, sender, []);
            return [new SmtpReply(250, "2.5.0 No recipients, nothing to do")];
        }
        if (FormatOf(request.Kind, settings) is var format && format != Resend)
            return await SendWrappedAsync(format, request, policy, connection, stored, sender, recipients, cancellationToken);
        return await SendAsync(request, settings, connection, stored, sender, recipients, cancellationToken);
    }

    private async Task<IReadOnlyList<SmtpReply>> TeachAsync(StoredMessage stored, ReleaseRequest request, PolicyState policy, SpamClass taught, CancellationToken cancellationToken)
    {
        var recipients = request.Recipients.Count > 0 ? request.Recipients : stored.Recipients;
        var policies = await PoliciesAsync(policy, recipients, cancellationToken);
        return await new Teacher(services).TeachAsync(stored, request, policies, policy.Settings, taught, cancellationToken);
    }

    private static string FormatOf(ReleaseKind kind, Settings settings) => kind == ReleaseKind.Report ? settings.ReportFormat : settings.ReleaseFormat;

    /// <summary>A mail of ours that holds the stored one.</summary>
    private async Task<IReadOnlyList<SmtpReply>> SendWrappedAsync(
        string format, ReleaseRequest request, PolicyState policy, ConnectionFacts connection, StoredMessage stored, MailAddress originalSender,
        IReadOnlyList<MailAddress> recipients, CancellationToken cancellationToken)
    {
        var settings = policy.Settings;
        if (settings.NotifyMethod is not { } method)
            throw new RefusedException("no notify_method for released mail is set");
        var (newId, _) = MailIds.Create(settings.MailIdSizeBits);
        var identity = new ReleaseIdentity(request.MailId, newId, services.Clock.GetLocalNow());
        var isReport = request.Kind == ReleaseKind.Report;
        var facts = StoredFacts.Of(stored, identity, policy, originalSender, await PoliciesAsync(policy, recipients, cancellationToken)) with { FeedbackType = FeedbackType(request.Kind) };
        var plan = NoticePlanner.Release(facts.Outcomes[0], isReport, settings) ?? throw new RefusedException("there is no template for released mail in this format");
        using var mail = await ReleaseMail.MakeAsync(format, plan.Template, facts, plan.From, recipients, services.Spools, cancellationToken);
        var envelopeSender = request.Sender ?? WarningNotice.Sender(plan.From, null);
        var all = recipients.Concat(plan.Recipients).Select(r => new SmtpDeliveryRecipient(r, DsnNotify.Unspecified, RecipientAddress.OriginalOf(r))).ToList();
        var sent = isReport ? await SignerOf(settings, identity.LogId, envelopeSender, recipients, identity.Now).SignAsync(mail.Mail, anyLocal: false, cancellationToken) : mail.Mail;
        var delivery = Deliveries.Submit(facts.Message with { Connection = connection }, method, sent, envelopeSender, all, $"AM.{newId}@{settings.MyHostname}", mail.SmtpUtf8, null);
        var result = await DispatchAsync(delivery, settings, newId, cancellationToken);
        var counters = new Core.Counters.CounterBatch();
        Deliveries.Count(counters, result, method, sent.Length, "Submit", format == "arf" ? "Arf" : "Notif");
        services.Counters.Apply(counters);
        Deliveries.Log(services.Log, identity.LogId, "SEND", $"{newId}({request.MailId})", delivery, result);
        Report(identity.LogId, request, stored, originalSender, recipients);
        return [.. result.Recipients.Take(recipients.Count).Select(r => r.Reply)];
    }

    /// <exception cref="RefusedException">A database can't be asked.</exception>
    private async Task<IReadOnlyList<RecipientPolicy>> PoliciesAsync(PolicyState policy, IReadOnlyList<MailAddress> recipients, CancellationToken cancellationToken)
    {
        try
        {
            var envelope = recipients.Select((r, i) => new EnvelopeRecipient(r, i + 1)).ToList();
            return await RecipientPolicies.FindAsync(new AddressBook(services.Directory, policy.Settings), policy, envelope, [], cancellationToken);
        }
        catch (MessageFaultException e)
        {
            throw new RefusedException(e.Message);
        }
    }

    private static string FeedbackType(ReleaseKind kind) => kind == ReleaseKind.Report ? "abuse" : "miscategorized";

    /// <summary>Those who got the message at once are left out when nobody is named.</summary>
    private void Report(string logId, ReleaseRequest request, StoredMessage stored, MailAddress sender, IReadOnlyList<MailAddress> recipients)
    {
        var served = stored.AllRecipients.Where(r => !recipients.Contains(r)).ToList();
        var excluded = request.Recipients.Count == 0 && served.Count > 0 ? $", (excluded: {string.Join(',', served.Select(r => r.Bracketed))} )" : "";
        services.Log.Line(0, logId, $"Quarantined message {request.Kind.ToString().ToLowerInvariant()} ({FeedbackType(request.Kind)}): {request.MailId} {sender.Bracketed} -> "
            + string.Join(',', recipients.Select(r => r.Bracketed)) + excluded + (request.RequestedBy is { } by ? ", requested by " + by.Bracketed : ""));
    }

    /// <summary>There is no message under way: the time is that of one.</summary>
    private Task<SmtpDeliveryResult> DispatchAsync(SmtpDelivery delivery, Settings settings, string newId, CancellationToken cancellationToken) =>
        new Dispatcher(services).SendAsync(
            new Shipment
            {
                Purpose = MailPurpose.Release,
                Delivery = delivery,
                Settings = settings,
                Limit = settings.ChildTimeout,
                Names = new FileNameValues(
                    newId, delivery.LogId, settings.PartitionTag.At(services.Clock.GetLocalNow()), services.Clock.GetLocalNow(), () => BodyDigest.Hex(delivery.Message, settings), delivery.Sender.Unquoted),
            },
            cancellationToken);

    private MailSigner SignerOf(Settings settings, string logId, MailAddress sender, IReadOnlyList<MailAddress> recipients, DateTimeOffset now) =>
        new(services, new SigningFacts { Settings = settings, LogId = logId, EnvelopeSender = sender, Recipients = recipients, ReceivedAt = now });

    private static void Authenticate(ReleaseRequest request, Settings settings)
    {
        if (string.IsNullOrEmpty(request.SecretId))
        {
            if (settings.AuthRequiredRelease)
                throw new RefusedException("a secret_id is required, but missing");
            return;
        }
        if (!MailIds.Verify(request.MailId, request.SecretId))
            throw new RefusedException($"Secret_id does not match mail_id {request.MailId}");
    }

    private async Task<Stream?> OpenAsync(ReleaseRequest request, Settings settings, CancellationToken cancellationToken)
    {
        var type = request.QuarantineType ?? (settings.SpamQuarantineMethod?.Protocol == DeliveryProtocol.Sql ? 'Q' : 'F');
        switch (type)
        {
            case 'Q':
                if (services.SqlQuarantine is not { } sql)
                    throw new RefusedException("there is no SQL storage");
                try
                {
                    return await sql.OpenAsync(request.MailId, request.PartitionTag, cancellationToken);
                }
                catch (StorageUnavailableException e)
                {
                    throw new RefusedException("the database is not available: " + e.Message);
                }
            case 'F' or 'Z':
                if (settings.QuarantineDir is not { Length: > 0 } directory)
                    throw new RefusedException("there is no quarantine directory");
                var location = request.MailFile
                    ?? (settings.QuarantineSubdirLevels > 0 ? request.MailId[..1] + "/" : "") + request.MailId + (type == 'Z' ? ".gz" : "");
                return new FileQuarantine(directory, settings.QuarantineSubdirLevels).Open(location);
            default:
                throw new RefusedException($"messages of quarantine type {type} can't be released");
        }
    }

    private async Task<IReadOnlyList<SmtpReply>> SendAsync(
        ReleaseRequest request, Settings settings, ConnectionFacts connection, StoredMessage stored, MailAddress sender,
        IReadOnlyList<MailAddress> recipients, CancellationToken cancellationToken)
    {
        var method = request.Kind == ReleaseKind.Requeue ? settings.RequeueMethod : settings.ReleaseMethod ?? settings.NotifyMethod;
        if (method is null)
            throw new RefusedException("no delivery method for released mail is set");
        var (newId, _) = MailIds.Create(settings.MailIdSizeBits);
        var logId = "rel-" + newId;
        var now = services.Clock.GetLocalNow();
        var copy = new JoinedMessage().Add(Header(request, settings, connection, recipients, newId, now)).Add(stored.Spool, stored.OriginalOffset);
        var signer = SignerOf(settings, logId, sender, recipients, now);
        var mail = await signer.SignAsync(copy, anyLocal: false, cancellationToken);
        var overridden = request.Recipients.Count > 0;
        var delivery = new SmtpDelivery
        {
            Method = method,
            Sender = sender,
            Recipients =
            [
                .. recipients.Select(r => new SmtpDeliveryRecipient(r, DsnNotify.Unspecified, overridden ? RecipientAddress.OriginalOf(r) : null)),
                .. BlindCopy(request.Kind, settings),
            ],
            Message = mail,
            LogId = logId,
            PeerAddress = connection.Peer?.Address,
            ReceivingPort = connection.Local?.Port,
            HeloName = settings.LocalhostName,
            BindAddress = Deliveries.BindAddress(settings),
            Security = settings.TlsSecurityLevelOut,
            Tls = settings.SmtpTlsClient,
            TlsNames = settings.SmtpTlsClientVerifycnNames,
            Credentials = Deliveries.OwnLogin(settings),
            Body = mail.EightBit ? BodyType.EightBitMime : BodyType.Unspecified,
            PerRecipientReplies = true,
        };
        var result = await DispatchAsync(delivery, settings, newId, cancellationToken);
        Deliveries.Log(services.Log, logId, "SEND", $"{newId}({request.MailId})", delivery, result);
        Report(logId, request, stored, sender, recipients);
        return [.. result.Recipients.Take(recipients.Count).Select(r => r.Reply)];
    }

    /// <summary><c>always_bcc</c> sees what is released, but no reports.</summary>
    private static IEnumerable<SmtpDeliveryRecipient> BlindCopy(ReleaseKind kind, Settings settings) =>
        kind != ReleaseKind.Report && settings.DeliveryByCcat.AlwaysBcc.Find(Core.Categories.CategorySet.Clean, null) is { Length: > 0 } address
            ? [new SmtpDeliveryRecipient(MailAddress.FromUnquoted(address), DsnNotify.Never)] : [];

    private static byte[] Header(
        ReleaseRequest request, Settings settings, ConnectionFacts connection, IReadOnlyList<MailAddress> recipients, string newId, DateTimeOffset now)
    {
        var filter = settings.HdrfromNotifyRecip;
        var fields = new List<AddedField>();
        if (request.RequestedBy is { } by)
        {
            fields.Add(new AddedField("Resent-From", by.Bracketed));
            fields.Add(new AddedField("Resent-Sender", filter));
        }
        else
        {
            fields.Add(new AddedField("Resent-From", filter));
        }
        fields.Add(new AddedField("Resent-To", recipients.Count == 1 ? recipients[0].Bracketed : "undisclosed-recipients:;"));
        fields.Add(new AddedField("Resent-Date", ReceivedField.Date(now)));
        fields.Add(new AddedField("Resent-Message-ID", $"<{request.MailId}-{newId}@{settings.MyHostname}>"));
        var single = recipients.Count == 1 ? "\n for " + recipients[0].Bracketed : "";
        var peer = connection.Peer is { } p ? p.Address.ToString() : "localhost";
        var socket = connection.Local is { } local
            ? string.Create(CultureInfo.InvariantCulture, $"[{local.Address}]) ({settings.MyProductName}, port {local.Port})")
            : $"[localhost]) ({settings.MyProductName}, unix socket)";
        fields.Add(new AddedField("Received",
            $"from unknown ([{peer}])\n by {settings.LocalhostName} ({settings.MyHostname} {socket}\n id {newId}{single};\n {ReceivedField.Date(now)}"));
        return Encoding.UTF8.GetBytes(string.Concat(fields.Select(FieldText.Fold)));
    }
}
