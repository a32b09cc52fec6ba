using Amavis.Core.Counters;
using Amavis.Core.Messages;
using Amavis.Core.Status;

namespace Amavis.Protocols.Milter.Server.Stages;

/// <summary>End of message: has it processed, tells the MTA meanwhile that work goes on, and hands the verdict on. The one place that answers for a message.</summary>
internal static class EndOfMessageStage
{
    public static async ValueTask ExecuteAsync(MilterSession session)
    {
        var transaction = session.Transaction!;
        session.Enter(WorkState.Checks);
        try
        {
            var (replies, isOver) = await AnswerAsync(session, transaction);
            await VerdictPackets.WriteAsync(session, transaction, replies);
            session.IsOver |= isOver;
        }
        finally
        {
            session.Reset();
            session.Macros.ForgetMessage();
        }
    }

    private static async ValueTask<(MessageReplies Replies, bool IsOver)> AnswerAsync(MilterSession session, MilterTransaction transaction)
    {
        if (transaction.Recipients.Count == 0)
            return (Same(new SmtpReply(451, $"4.5.0 Error in processing, id={session.LogId}, no recipients")), false);
        var ended = session.Pipes.Now;
        session.Context.Counters?.Observe(Stage.Receive, session.Pipes.Since(transaction.StartedTimestamp));
        if (transaction.Complete() is not { } spool)
        {
            var reply = transaction.FaultReply(session.LogId);
            session.Log(transaction.IsOurFault ? -2 : 0, $"{reply}{(transaction.FaultText.Length > 0 ? "; " + transaction.FaultText : "")}");
            return (Same(reply), false);
        }
        return await ProcessAsync(session, Message(session, transaction, spool, ended));
    }

    private static ReceivedMessage Message(MilterSession session, MilterTransaction transaction, Spool spool, long ended)
    {
        if (session.Settings.LogLevel >= 1)
            session.Log(1, $"{transaction.Envelope.Sender.Bracketed} -> {string.Join(',', transaction.Recipients.Select(r => r.Address.Bracketed))} SIZE={spool.Length}");
        return new ReceivedMessage
        {
            LogId = session.LogId,
            Envelope = transaction.Envelope with
            {
                Recipients = transaction.Recipients,
                // What is all US-ASCII is 7BIT, whatever the client called it.
                Body = spool.Facts.EightBit ? transaction.Envelope.Body : BodyType.SevenBit,
            },
            Connection = session.Context.Connection with { Helo = session.Client.Helo ?? "", Protocol = "MILTER" },
            Client = session.Client.Facts(session.Macros),
            Spool = spool,
            Policy = transaction.Policy,
            ReceivedAt = transaction.StartedAt,
            StartedTimestamp = transaction.StartedTimestamp,
            DataEndedTimestamp = ended,
            Care = DeliveryCare.ClientsWithoutMethod,
        };
    }

    /// <summary>The processor answers for all bad mail; what it throws is a fault of ours or the end of the host.</summary>
    private static async ValueTask<(MessageReplies Replies, bool IsOver)> ProcessAsync(MilterSession session, ReceivedMessage message)
    {
        var processing = session.Context.Processing;
        try
        {
            return (await WithProgressAsync(session, session.Context.Processor.ProcessAsync(message, processing)), false);
        }
        catch (OperationCanceledException) when (processing.IsCancellationRequested)
        {
            message.Spool.Dispose();
            return (Same(new SmtpReply(421, "4.3.2 Service shutting down")), true);
        }
        catch (Exception fault)
        {
            message.Spool.Dispose();
            session.Log(-2, $"TROUBLE in processing: {fault}");
            return (Same(new SmtpReply(451, $"4.5.0 Error in processing, id={message.LogId}")), false);
        }
    }

    private static async ValueTask<MessageReplies> WithProgressAsync(MilterSession session, Task<MessageReplies> work)
    {
        var heard = true;
        while (!work.IsCompleted)
        {
            using var done = new CancellationTokenSource();
            if (await Task.WhenAny(work, Task.Delay(MilterLimits.Progress, session.Context.Clock, done.Token)) == work)
            {
                await done.CancelAsync();
                break;
            }
            // An MTA that has gone does not stop the work: what was begun with the message is finished.
            if (!heard)
                continue;
            session.Replies.Write(MilterReplyCode.Progress);
            session.Replies.Flushed();
            heard = await session.Pipes.FlushAsync(MilterLimits.Write);
        }
        return await work;
    }

    private static MessageReplies Same(SmtpReply reply) => new(reply, []);
}
