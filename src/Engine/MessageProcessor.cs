using Amavis.Core.Addresses;
using Amavis.Core.Counters;
using Amavis.Core.Logging;
using Amavis.Core.Lookups;
using Amavis.Core.Messages;
using Amavis.Engine.Reporting;

namespace Amavis.Engine;

/// <summary>
/// Where all input protocols hand their messages in. Bounds how many are in hand, keeps the deadline, and turns every fault into a
/// tempfail, so that the client keeps the message. The only place that makes the reply to a message.
/// </summary>
public sealed class MessageProcessor(EngineServices services, ServerSlots slots) : IMessageProcessor
{
    public async Task<MessageReplies> ProcessAsync(ReceivedMessage message, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(message);
        using var spool = message.Spool;
        var deadline = new MessageDeadline(services.Clock, message.DataEndedTimestamp, message.Policy.Settings.ChildTimeout);
        using var timeout = new CancellationTokenSource(Positive(deadline.Remaining), services.Clock);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, cancellationToken);
        var isDebugged = IsDebugged(message);
        var log = LogOf(message, isDebugged);
        var flow = new MessageFlow(ReferenceEquals(log, services.Log) ? services : services with { Log = log }, message, deadline);
        var entered = false;
        try
        {
            using var place = await slots.EnterAsync(message.LogId, both.Token);
            entered = true;
            services.Counters.Add("MessagesInProcess");
            try
            {
                return await flow.RunAsync(place, both.Token);
            }
            finally
            {
                services.Counters.Add("MessagesInProcess", -1);
            }
        }
        catch (OperationCanceledException e)
        {
            var why = cancellationToken.IsCancellationRequested ? "shutting down" : "timed out";
            if (entered && !isDebugged && !cancellationToken.IsCancellationRequested)
                KeepEvidence(message, log);
            return Failed(message, entered ? flow.Section : "waiting", entered ? why : why + ", all servers busy", e);
        }
        catch (MessageFaultException e)
        {
            // Next hops and databases that are away have nothing to do with the message.
            if (!isDebugged && e.Section is "virus_scan" or "spam_scan" or "mime_decode")
                KeepEvidence(message, log);
            return Failed(message, e.Section, e.Message, e);
        }
        catch (Exception e)
        {
            services.Counters.Add("ProcGone");
            services.Log.Line(-2, message.LogId, $"TROUBLE in check_mail: {e}");
            if (!isDebugged)
                KeepEvidence(message, log);
            return Failed(message, flow.Section, e.Message, e);
        }
        finally
        {
            if (isDebugged)
                KeepEvidence(message, log);
            if (log is CapturingLog captured && flow.Policy.Settings.EnableLogCaptureDump)
                captured.Dump();
        }
    }

    /// <summary>Tables that would ask a database are not meant for this and say no.</summary>
    private static bool IsDebugged(ReceivedMessage message)
    {
        var settings = message.Policy.Settings;
        bool Has(LookupMaps maps, MailAddress address) => maps is { Tables.Count: > 0, AsksDatabases: false } && maps.IsTrue(AddressKeys.For(address, settings.AddressRules));
        return Has(settings.DebugSenderMaps, message.Envelope.Sender) || message.Envelope.Recipients.Any(r => Has(settings.DebugRecipientMaps, r.Address));
    }

    private IMailLog LogOf(ReceivedMessage message, bool isDebugged)
    {
        if (isDebugged)
            return new DetailedLog(services.Log);
        return message.Policy.Settings.EnableLogCapture ? new CapturingLog(services.Log) : services.Log;
    }

    private void KeepEvidence(ReceivedMessage message, IMailLog log)
    {
        var settings = message.Policy.Settings;
        if (!settings.AllowPreservingEvidence)
            return;
        try
        {
            if (Evidence.Keep(message, settings.TempBase, services.Clock.GetLocalNow()) is { } directory)
                log.Line(-1, message.LogId, $"PRESERVING EVIDENCE in {directory}");
            else
                log.Line(-1, message.LogId, $"no evidence is preserved: there are too many directories of it in {settings.TempBase}");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            log.Line(-1, message.LogId, $"evidence can't be preserved: {e.Message}");
        }
    }

    private MessageReplies Failed(ReceivedMessage message, string section, string reason, Exception fault)
    {
        var line = reason.Split('\n')[0];
        var reply = new SmtpReply(451, $"4.5.0 Error in processing, id={message.LogId}, {section} FAILED: {line}");
        services.Log.Line(-2, message.LogId, $"TROUBLE in check_mail: {section} FAILED: {line} ({fault.GetType().Name})");
        return new MessageReplies(reply, [.. message.Envelope.Recipients.Select(_ => reply)]);
    }

    private static TimeSpan Positive(TimeSpan time) => time > TimeSpan.Zero ? time : TimeSpan.FromMilliseconds(1);
}
