using System.Globalization;
using Amavis.Core.Counters;
using Amavis.Core.Messages;
using Amavis.Core.Policy;
using Amavis.Protocols.AmPdp;
using Amavis.Protocols.Smtp.Server;

namespace Amavis.Engine.Requests;

/// <summary>
/// Checks a message that a client of AM.PDP (a milter helper) put into a file: taken into a spool, processed as any other, answered
/// with a verdict and the changes the client has to make.
/// </summary>
public sealed class CheckService(EngineServices services, IMessageProcessor processor)
{
    private const int MaxLogId = 20;

    private long _tasks;

    /// <param name="policy">With the interface's banks.</param>
    public async Task<AmPdpReply> CheckAsync(AmPdpCheckRequest request, PolicyState policy, ConnectionFacts connection, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        ArgumentNullException.ThrowIfNull(policy);
        ArgumentNullException.ThrowIfNull(connection);
        var logId = LogId(request);
        policy = TransactionPolicy.Load(policy, request.Client, request.Sender, request.PolicyBanks);
        if (request.TempDir is { } directory && !HandedFile.IsAcceptable(directory, policy.Settings))
            return Refuse(logId, $"Suspicious temporary directory name {directory}: it has to lie below TEMPBASE ({policy.Settings.TempBase}) or MYHOME ({policy.Settings.MyHome})");
        try
        {
            return await TakeAsync(request, policy, connection, logId, cancellationToken);
        }
        catch (SpoolFullException e)
        {
            services.Log.Line(-2, logId, "TROUBLE taking in a message: " + e.Message);
            return Answer(request, policy.Settings, logId, new MessageReplies(new SmtpReply(452, "4.3.1 Insufficient system storage"), []));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return Refuse(logId, e.Message);
        }
        finally
        {
            await CleanUpAsync(request, policy.Settings, logId);
        }
    }

    private async Task<AmPdpReply> TakeAsync(AmPdpCheckRequest request, PolicyState policy, ConnectionFacts connection, string logId, CancellationToken cancellationToken)
    {
        var settings = policy.Settings;
        var (startedAt, started) = (services.Clock.GetLocalNow(), services.Clock.GetTimestamp());
        var recipients = request.Recipients.Select((address, i) => new EnvelopeRecipient(address, i + 1)).ToList();
        var limit = SizeLimits.OfMessage(settings, recipients);
        // A file that was compressed has no size that tells of its content.
        if (request.MailFile.EndsWith(".gz", StringComparison.Ordinal))
            limit ??= settings.MaxExpansionQuota;
        Spool? spool;
        await using (var file = HandedFile.Open(request.MailFile, settings))
            spool = await MessageFileReader.ReadAsync(file, services.Spools, limit, cancellationToken);
        if (spool is null)
            return Answer(request, settings, logId, new MessageReplies(new SmtpReply(552, $"5.3.4 Message size exceeds size limit of {limit} B"), []));
        if (services.Log.IsEnabled(1))
            services.Log.Line(1, logId, $"AM.PDP: {request.MailFile}: {request.Sender.Bracketed} -> {string.Join(',', request.Recipients.Select(r => r.Bracketed))} SIZE={spool.Length}");
        services.Counters.Observe(Stage.Receive, services.Clock.GetElapsedTime(started));
        var message = new ReceivedMessage
        {
            LogId = logId,
            Envelope = new Envelope
            {
                Sender = request.Sender,
                Recipients = recipients,
                Body = spool.Facts.EightBit ? BodyType.Unspecified : BodyType.SevenBit,
            },
            Connection = connection with { Helo = request.Client.Helo ?? "", Protocol = "AM.PDP" },
            Client = request.Client,
            Spool = spool,
            Policy = policy,
            ReceivedAt = startedAt,
            StartedTimestamp = started,
            DataEndedTimestamp = services.Clock.GetTimestamp(),
            Care = request.ServerDelivers ? DeliveryCare.Ours : DeliveryCare.Clients,
        };
        return Answer(request, settings, logId, await processor.ProcessAsync(message, cancellationToken));
    }

    private static AmPdpReply Answer(AmPdpCheckRequest request, Settings settings, string logId, MessageReplies replies) => new AmPdpCheckReply
    {
        LogId = logId,
        HandedBack = replies.HandedBack ?? HandedBack.Of(replies.Single),
        RejectExitCode = replies.Single.Text.StartsWith("5.1.1 ", StringComparison.Ordinal) ? 67 : 69,
        Reply = replies.Single,
        RecipientPaths = request.RecipientPaths,
        InsertIndex = Math.Max(0, settings.PrependHeaderFieldsHdridx),
    }.ToReply();

    private AmPdpReply Refuse(string logId, string fault)
    {
        services.Log.Line(-2, logId, "AM.PDP: " + fault);
        return AmPdpReply.Failure(fault);
    }

    /// <summary>Name of the client's directory without what clients put before it, and a running number, as the original has it.</summary>
    private string LogId(AmPdpCheckRequest request)
    {
        var number = string.Create(CultureInfo.InvariantCulture, $"-{Interlocked.Increment(ref _tasks) % 100:00}");
        var name = Path.GetFileName((request.TempDir ?? Path.GetDirectoryName(request.MailFile) ?? "").TrimEnd('/'));
        foreach (var prefix in (string[])["amavis-milter-", "amavis-"])
            if (name.StartsWith(prefix, StringComparison.Ordinal) && name.Length > prefix.Length)
                name = name[prefix.Length..];
        name = new string([.. name.Where(c => char.IsAsciiLetterOrDigit(c) || c is '_' or '-' or '.')]);
        if (name.Length == 0)
            name = "pdp";
        return name[Math.Max(0, name.Length - (MaxLogId - number.Length))..] + number;
    }

    /// <summary>
    /// Removes the message and its directory where the client leaves that to us. Nothing else in the directory is touched, and what
    /// is not empty stays: the name comes from the client.
    /// </summary>
    private async Task CleanUpAsync(AmPdpCheckRequest request, Settings settings, string logId)
    {
        if (request.ClientRemovesTempDir || request.TempDir?.TrimEnd('/') is not { } directory || Path.GetDirectoryName(request.MailFile) != directory)
            return;
        try
        {
            // Opening tells whether it really lies where its name says.
            await HandedFile.Open(request.MailFile, settings).DisposeAsync();
            File.Delete(request.MailFile);
            Directory.Delete(directory, recursive: false);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            services.Log.Line(-1, logId, $"AM.PDP: {directory} is left as it is: {e.Message}");
        }
    }
}
