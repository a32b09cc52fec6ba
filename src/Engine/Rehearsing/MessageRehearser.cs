using System.Net;
using Amavis.Core.Addresses;
using Amavis.Core.Counters;
using Amavis.Core.Messages;
using Amavis.Core.Policy;
using Amavis.Engine.Lookups;
using Amavis.Engine.Requests;
using Amavis.Mime.Headers;
using Amavis.Protocols.Smtp.Server;

namespace Amavis.Engine.Rehearsing;

/// <summary>
/// Tries a message out: everything is checked and decided as the daemon would, by the same code, but nothing is forwarded, stored,
/// sent or counted. Scanners and databases are really asked.
/// </summary>
/// <param name="services">Those of them that would keep something are replaced.</param>
public sealed class MessageRehearser(EngineServices services)
{
    private const string LogId = "scan";

    /// <param name="message">As in a file: with any line ends.</param>
    /// <returns>Null: longer than any recipient's mail may be.</returns>
    /// <exception cref="IOException">The message can't be read, or there is no room for it.</exception>
    /// <exception cref="MessageFaultException">A database with recipients' settings can't be asked.</exception>
    public async Task<RehearsalReport?> RunAsync(Settings settings, RehearsalOrder order, Stream message, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(settings);
        ArgumentNullException.ThrowIfNull(order);
        ArgumentNullException.ThrowIfNull(message);
        var (startedAt, started) = (services.Clock.GetLocalNow(), services.Clock.GetTimestamp());
        var session = (order.Socket?.PolicyKeys ?? []).Aggregate(PolicyState.Base(settings), (p, key) => p.Load(settings.InterfacePolicy.GetValueOrDefault(key)));
        var policy = TransactionPolicy.Load(session, order.Client, order.Sender);
        var all = order.Recipients.Select((address, i) => new EnvelopeRecipient(address, i + 1)).ToList();
        var spool = await MessageFileReader.ReadAsync(message, services.Spools, SizeLimits.OfMessage(policy.Settings, all), cancellationToken);
        if (spool is null)
            return null;
        var octets = spool.Length;
        var (recipients, refused) = await AskAtRcptAsync(policy.Settings, all, octets, cancellationToken);
        if (recipients.Count == 0)
        {
            spool.Dispose();
            return new RehearsalReport(octets, refused, null, [], new MessageReplies(refused[0].Reply, [.. refused.Select(r => r.Reply)]), []);
        }
        var rehearsal = new Rehearsal(HeaderSection.Read(spool));
        var log = new RehearsalLog(policy.Settings.LogLevel);
        var quiet = services with { Rehearsal = rehearsal, Log = log, Counters = new CounterSet(), MessageLog = null, SqlQuarantine = null };
        var replies = await new MessageProcessor(quiet, new ServerSlots(1, services.Clock)).ProcessAsync(
            new ReceivedMessage
            {
                LogId = LogId,
                Envelope = new Envelope { Sender = order.Sender, Recipients = recipients, Body = spool.Facts.EightBit ? BodyType.EightBitMime : BodyType.SevenBit },
                Connection = ConnectionOf(order),
                Client = order.Client,
                Spool = spool,
                Policy = policy,
                ReceivedAt = startedAt,
                StartedTimestamp = started,
                DataEndedTimestamp = services.Clock.GetTimestamp(),
            },
            cancellationToken);
        return new RehearsalReport(octets, refused, rehearsal.Explanation, rehearsal.Mails, replies, log.Lines);
    }

    /// <summary>As the SMTP session asks when a client tells the size with MAIL.</summary>
    private async Task<(List<EnvelopeRecipient> Accepted, List<(MailAddress Recipient, SmtpReply Reply)> Refused)> AskAtRcptAsync(
        Settings settings, List<EnvelopeRecipient> recipients, long octets, CancellationToken cancellationToken)
    {
        var book = new AddressBook(services.Directory, settings);
        var accepted = new List<EnvelopeRecipient>();
        var refused = new List<(MailAddress, SmtpReply)>();
        foreach (var recipient in recipients)
        {
            var keys = await book.FindForAsync(settings.MessageSizeLimitMaps, recipient.Address, cancellationToken);
            var reply = SizeLimits.Judge(settings, octets, recipient.Address, keys);
            if (reply.IsSuccess)
                accepted.Add(recipient with { Position = accepted.Count + 1 });
            else
                refused.Add((recipient.Address, reply));
        }
        return (accepted, refused);
    }

    private static ConnectionFacts ConnectionOf(RehearsalOrder order)
    {
        var facts = new ConnectionFacts { Helo = order.Client.Helo ?? "", Protocol = "ESMTP" };
        if (order.Socket is not { } socket)
            return facts;
        if (socket.Path is { } path)
            return facts with { UnixPath = path };
        var isAny = socket.Address is null || socket.Address.Equals(IPAddress.Any) || socket.Address.Equals(IPAddress.IPv6Any);
        return facts with { Local = new IPEndPoint(isAny ? IPAddress.Loopback : socket.Address!, socket.Port) };
    }
}
