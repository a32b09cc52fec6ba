using Amavis.Core.Counters;
using Amavis.Core.Messages;

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
        var flow = new MessageFlow(services, message, deadline);
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
            return Failed(message, entered ? flow.Section : "waiting", entered ? why : why + ", all servers busy", e);
        }
        catch (MessageFaultException e)
        {
            return Failed(message, e.Section, e.Message, e);
        }
        catch (Exception e)
        {
            services.Counters.Add("ProcGone");
            services.Log.Line(-2, message.LogId, $"TROUBLE in check_mail: {e}");
            return Failed(message, flow.Section, e.Message, e);
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
