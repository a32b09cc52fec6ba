using Amavis.Core.Counters;
using Amavis.Core.Messages;
using Amavis.Core.Policy;
using Amavis.Core.Status;

namespace Amavis.Protocols.Smtp.Server.Verbs;

/// <summary>
/// DATA (RFC 5321 §4.1.1.4, RFC 2033 §4.2): takes the message in, has it processed and hands the replies on. The one place
/// where a session answers for a message.
/// </summary>
internal static class DataVerb
{
    /// <returns>Complete: the session goes on. Else the message was not received, and nobody answers for it.</returns>
    public static async ValueTask<InputStatus> ExecuteAsync(
        SmtpSessionState state, SmtpCommand command, SmtpWire wire, TimeSpan idle, CancellationToken stopping)
    {
        if (!MayBegin(state, command, out var transaction) || TryOpenSpool(state, command, transaction) is not { } sink)
            return InputStatus.Complete;
        using (sink)
        {
            state.Reply(354, "End data with <CR><LF>.<CR><LF>");
            state.Enter(WorkState.Data);
            if (!await wire.FlushAsync(idle))
                return InputStatus.Closed;

            var data = new DataReader(wire, sink, state.Settings);
            var status = await data.ReadAsync(idle, stopping);
            if (status != InputStatus.Complete)
                return status;

            var ended = wire.Now;
            state.Enter(WorkState.Checks);
            state.Context.Counters?.Observe(Stage.Receive, wire.Since(data.Started));
            var facts = data.Decoder.Facts;
            if (data.Decoder.HasBareLineEnds && state.Settings.SmtpdBareLineEnds == BareLineEnds.Reject)
                sink.Drop(DataFault.Refused, "");
            var replies = sink.Complete(facts) is { } spool
                ? await ProcessAsync(state, Message(state, transaction, spool, ended))
                : Same(FaultReply(state, sink));
            Write(state, transaction, replies);
        }
        state.Reset();
        state.Errors = 0;
        return InputStatus.Complete;
    }

    private static bool MayBegin(SmtpSessionState state, SmtpCommand command, out SmtpTransaction transaction)
    {
        transaction = state.Transaction!;
        if (command.Arguments.Length > 0)
            state.Refuse(command, 501, "5.5.4 Error: DATA does not accept arguments");
        else if (state.Transaction is null)
            state.Refuse(command, 503, "5.5.1 Need MAIL command before DATA");
        else if (transaction.RecipientAttempts == 0)
            state.Refuse(command, 503, "5.5.1 Need RCPT command before DATA");
        else if (transaction.Recipients.Count == 0)
            // A client that pipelines can't know better.
            state.Decline(command, state.IsLmtp ? 503 : 554, "5.1.1 Error (DATA): no valid recipients");
        else
            return true;
        return false;
    }

    private static DataSink? TryOpenSpool(SmtpSessionState state, SmtpCommand command, SmtpTransaction transaction)
    {
        try
        {
            return new DataSink(state.Context.Spools.Create(), SizeLimits.OfMessage(state.Settings, transaction.Recipients));
        }
        catch (SpoolFullException)
        {
            state.Decline(command, 452, "4.3.1 Insufficient system storage");
        }
        catch (Exception broken) when (broken is IOException or UnauthorizedAccessException)
        {
            state.Log(-2, "TROUBLE opening a spool: " + broken.Message);
            state.Decline(command, 451, $"4.5.0 Error in processing, id={state.LogId}");
        }
        return null;
    }

    private static ReceivedMessage Message(SmtpSessionState state, SmtpTransaction transaction, Spool spool, long ended)
    {
        var parameters = transaction.Parameters;
        if (state.Settings.LogLevel >= 1)
            state.Log(1, ReceivedLine(state, transaction, spool));
        return new ReceivedMessage
        {
            LogId = state.LogId,
            Envelope = new Envelope
            {
                Sender = transaction.Sender,
                Recipients = transaction.Recipients,
                // What is all US-ASCII is 7BIT, whatever the client called it.
                Body = spool.Facts.EightBit ? parameters.Body : BodyType.SevenBit,
                SmtpUtf8 = parameters.SmtpUtf8,
                DsnReturn = parameters.Return,
                DsnEnvelopeId = parameters.EnvelopeId,
                Submitter = parameters.Submitter,
            },
            Connection = state.Context.Connection with
            {
                Helo = state.HelloName,
                Protocol = state.ProtocolName,
                TlsCipher = state.TlsCipher,
                RepliesPerRecipient = state.IsLmtp,
            },
            Client = transaction.Client,
            Login = state.Login,
            Spool = spool,
            Policy = transaction.Policy,
            ReceivedAt = transaction.StartedAt,
            StartedTimestamp = transaction.StartedTimestamp,
            DataEndedTimestamp = ended,
        };
    }

    private static string ReceivedLine(SmtpSessionState state, SmtpTransaction transaction, Spool spool)
    {
        var port = state.Context.Connection.Local is { } local ? $" [:{local.Port}]" : "";
        var recipients = string.Join(',', transaction.Recipients.Select(r => r.Address.Bracketed));
        return $"{state.ProtocolName}{port}: {transaction.Sender.Bracketed} -> {recipients} SIZE={spool.Length}";
    }

    /// <summary>The processor answers for all bad mail; what it throws is a fault of ours or the end of the host.</summary>
    private static async ValueTask<MessageReplies> ProcessAsync(SmtpSessionState state, ReceivedMessage message)
    {
        try
        {
            return await state.Context.Processor.ProcessAsync(message, state.Context.Processing);
        }
        catch (OperationCanceledException) when (state.Context.Processing.IsCancellationRequested)
        {
            message.Spool.Dispose();
            state.IsOver = true;
            return Same(new SmtpReply(421, "4.3.2 Service shutting down, closing channel"));
        }
        catch (Exception fault)
        {
            message.Spool.Dispose();
            state.Log(-2, $"TROUBLE in processing: {fault.GetType().Name}: {fault.Message}");
            return Same(new SmtpReply(451, $"4.5.0 Error in processing, id={message.LogId}"));
        }
    }

    private static SmtpReply FaultReply(SmtpSessionState state, DataSink sink)
    {
        var reply = sink.FaultReply(state.LogId);
        var ours = sink.Fault is DataFault.SpoolFull or DataFault.SpoolFailed;
        state.Log(ours ? -2 : 0, $"{state.ProtocolName}: {reply}{(sink.FaultText.Length > 0 ? "; " + sink.FaultText : "")}");
        return reply;
    }

    private static MessageReplies Same(SmtpReply reply) => new(reply, []);

    /// <summary>
    /// One reply, or with LMTP one for each recipient accepted. A reply that is missing is a tempfail, unless one stands for all.
    /// </summary>
    private static void Write(SmtpSessionState state, SmtpTransaction transaction, MessageReplies replies)
    {
        if (!state.IsLmtp)
        {
            state.Replies.Write(replies.Single);
            return;
        }
        for (var i = 0; i < transaction.Recipients.Count; i++)
        {
            state.Replies.Write(replies.PerRecipient.Count switch
            {
                0 => replies.Single,
                var count when i < count => replies.PerRecipient[i],
                _ => new SmtpReply(451, $"4.5.0 Error in processing, id={state.LogId}"),
            });
        }
    }
}
