using Amavis.Core.Messages;

namespace Amavis.Protocols.Smtp.Client;

/// <summary>How a transaction left its connection.</summary>
internal enum TransactionEnd
{
    /// <summary>Another transaction may follow.</summary>
    Usable,
    /// <summary>The connection must be closed; the recipients have their results.</summary>
    Unusable,
    /// <summary>A reused connection turned out dead before anything was accepted; there are no results.</summary>
    WasDead,
}

/// <summary>
/// One MAIL to final dot over one connection. Results are written for each recipient that got one; the others, refused as too many
/// at once, are for a further transaction.
/// </summary>
internal sealed class SmtpTransaction(
    SmtpSession session, SmtpDelivery delivery, IReadOnlyList<int> recipients, SmtpRecipientResult?[] results, List<string> remarks,
    SmtpClientOptions options, StageClock clock)
{
    /// <summary>Commands sent before their replies are read; the replies must fit the socket's buffers (RFC 2920 §3.1).</summary>
    private const int MaxPipelined = 100;

    private enum Verb
    {
        Rset,
        Xforward,
        Mail,
        Rcpt,
        Data,
    }

    private readonly SmtpWire _wire = session.Wire;
    private readonly MailOptions _mail = new(delivery, session.Features);
    private readonly bool _pipelining = session.Features.Pipelining;
    private readonly List<(Verb Verb, int Recipient)> _expected = [];
    private readonly List<int> _accepted = [];
    private bool _mailAccepted;
    private bool _dataAccepted;
    private bool _closing;
    private string? _bailCause;
    private TransactionEnd? _end;

    /// <summary>What MAIL carried besides the sender.</summary>
    public string Options { get; private set; } = "";

    public async ValueTask<TransactionEnd> RunAsync()
    {
        if (_mail.Refusal is { } refusal)
        {
            foreach (var index in recipients)
                results[index] = Own(refusal);
            return TransactionEnd.Usable;
        }
        await EnvelopeAsync();
        if (_end is not null)
            return _end.Value;
        session.NeedsReset = true;
        if (_bailCause is not null)
            BailOut();
        var end = !_dataAccepted ? TransactionEnd.Usable
            : _accepted.Count == 0 ? await EmptyMessageAsync()
            // The dot is not sent: nothing may reach anyone, as the next attempt will be for all again.
            : _bailCause is not null ? TransactionEnd.Unusable
            : await MessageAsync();
        return _closing ? TransactionEnd.Unusable : end;
    }

    private async ValueTask EnvelopeAsync()
    {
        if (session.NeedsReset && !await SendAsync("RSET", Verb.Rset))
            return;
        session.NeedsReset = true;
        var forwarded = session.Forwarded;
        foreach (var command in XforwardCommands.Make(delivery.Client, session.Features.Xforward, ref forwarded))
            if (!await SendAsync(command, Verb.Xforward))
                return;
        session.Forwarded = forwarded;
        Options = _mail.MailParameters();
        _wire.Append("MAIL FROM:").Append(_mail.Sender).Append(Options.Length > 0 ? " " : "").Append(Options);
        if (!await SendAsync(Verb.Mail) || !await RecipientsAsync())
            return;
        // Without pipelining it is known here whether there is anyone to send to; with it, "." undoes a DATA that was not due.
        var due = _expected.Count > 0 || (_mailAccepted && _accepted.Count > 0 && _bailCause is null);
        if (due && !await SendAsync("DATA", Verb.Data))
            return;
        await FinishGroupAsync();
    }

    /// <returns>False when the transaction is over.</returns>
    private async ValueTask<bool> RecipientsAsync()
    {
        var sent = 0;
        foreach (var index in recipients)
        {
            var recipient = delivery.Recipients[index];
            if (_mail.Recipient(recipient) is not { } path)
            {
                results[index] = Own(ReplyTexts.NoUtf8Address);
                continue;
            }
            if (_bailCause is not null || (!_mailAccepted && !_expected.Exists(e => e.Verb == Verb.Mail)))
                return true;
            _wire.Append("RCPT TO:").Append(path).Append(_mail.RcptParameters(recipient));
            if (!await SendAsync(Verb.Rcpt, index))
                return false;
            if (++sent % MaxPipelined == 0 && !await FinishGroupAsync())
                return false;
        }
        return true;
    }

    private ValueTask<bool> SendAsync(string command, Verb verb)
    {
        _wire.Append(command);
        return SendAsync(verb);
    }

    /// <summary>Ends the command at hand: with pipelining it waits for its group, else it is sent and answered now.</summary>
    private ValueTask<bool> SendAsync(Verb verb, int recipient = -1)
    {
        _wire.EndCommand();
        _expected.Add((verb, recipient));
        return _pipelining ? ValueTask.FromResult(true) : FinishGroupAsync();
    }

    /// <summary>Sends what was gathered and takes all replies.</summary>
    private async ValueTask<bool> FinishGroupAsync()
    {
        if (_expected.Count == 0)
            return true;
        if (await _wire.FlushAsync(clock, options.Command) == WireFault.TimedOut)
        {
            Fail(_expected[0].Verb, ServerReply.Faulty(WireFault.TimedOut, "no room to send"));
            return false;
        }
        // A write that failed otherwise is not the end: replies sent before the connection broke say more.
        foreach (var (verb, recipient) in _expected)
        {
            var reply = await _wire.ReadReplyAsync(clock, verb == Verb.Data ? options.DataInitiation : options.Command);
            if (reply.IsFault || (reply.IsClosing && session.IsReused) || !IsExpected(verb, reply))
            {
                Fail(verb, reply);
                return false;
            }
            _closing |= reply.IsClosing;
            Take(verb, recipient, reply);
        }
        _expected.Clear();
        return true;
    }

    private static bool IsExpected(Verb verb, in ServerReply reply) =>
        reply.IsNegative || (verb == Verb.Data ? reply.Code == 354 : reply.IsSuccess);

    private void Take(Verb verb, int recipient, in ServerReply reply)
    {
        switch (verb)
        {
            case Verb.Rset when !reply.IsSuccess:
                Remark("RSET", reply);
                break;
            case Verb.Xforward when !reply.IsSuccess:
                Remark("XFORWARD", reply);
                break;
            case Verb.Mail:
                _mailAccepted = reply.IsSuccess;
                if (!_mailAccepted)
                    Answer(recipients, ReplyTexts.Relayed(reply, "1.0", session.Remote), reply);
                break;
            case Verb.Rcpt when _mailAccepted:
                TakeRcpt(recipient, reply);
                break;
            case Verb.Data when reply.Code == 354:
                _dataAccepted = true;
                break;
            case Verb.Data when _mailAccepted:
                Answer(_accepted, ReplyTexts.Relayed(reply, "5.0", session.Remote), reply);
                break;
        }
    }

    private void TakeRcpt(int recipient, in ServerReply reply)
    {
        if (reply.IsSuccess)
        {
            _accepted.Add(recipient);
            return;
        }
        if (_accepted.Count > 0 && IsTooMany(reply))
            return;
        results[recipient] = new SmtpRecipientResult(ReplyTexts.Relayed(reply, "1.0", session.Remote), session.Remote, reply.Line, false);
        if (reply.IsTempFail && !delivery.PerRecipientReplies)
            _bailCause ??= reply.Line;
    }

    /// <summary>RFC 5321 §4.5.3.1.10. With another enhanced code a 452 speaks of storage, and asking again at once is in vain.</summary>
    private static bool IsTooMany(in ServerReply reply) =>
        reply.Code == 452 && (reply.EnhancedCode is not { } enhanced || enhanced.EndsWith(".5.3", StringComparison.Ordinal));

    private void BailOut()
    {
        foreach (var index in recipients)
            results[index] ??= Own(ReplyTexts.BailedOut(_bailCause!, session.Remote, delivery.LogId));
    }

    /// <summary>DATA was taken though no recipient was: an empty message ends it, whatever is said of that (RFC 2920 §3.1).</summary>
    private async ValueTask<TransactionEnd> EmptyMessageAsync()
    {
        if (session.Key.Hop.IsLmtp)
            return TransactionEnd.Unusable;
        _wire.Append(".").EndCommand();
        if (await _wire.FlushAsync(clock, options.Housekeeping) != WireFault.None)
            return TransactionEnd.Unusable;
        var reply = await _wire.ReadReplyAsync(clock, options.Housekeeping);
        return reply.IsFault || reply.IsClosing ? TransactionEnd.Unusable : TransactionEnd.Usable;
    }

    private async ValueTask<TransactionEnd> MessageAsync()
    {
        var fault = await _wire.SendMessageAsync(delivery.Message, clock, options.DataBlock);
        if (fault != WireFault.None)
            return await InterruptedAsync(fault);
        if (!session.Key.Hop.IsLmtp)
        {
            var reply = await _wire.ReadReplyAsync(clock, options.FinalDot);
            return TakeEnd(_accepted, reply) ? Done(reply) : TransactionEnd.Unusable;
        }
        // RFC 2033 §4.2: a reply for each accepted recipient, in order.
        ServerReply last = default;
        for (var i = 0; i < _accepted.Count; i++)
        {
            last = await _wire.ReadReplyAsync(clock, options.FinalDot);
            if (!TakeEnd([_accepted[i]], last))
            {
                Answer(_accepted, FailureAtEnd(last), null);
                return TransactionEnd.Unusable;
            }
        }
        return Done(last);
    }

    private TransactionEnd Done(in ServerReply reply)
    {
        session.NeedsReset = false;
        return reply.IsClosing ? TransactionEnd.Unusable : TransactionEnd.Usable;
    }

    /// <summary>The message could not be sent to its end: perhaps the next hop said why. Whatever it says, this is no success.</summary>
    private async ValueTask<TransactionEnd> InterruptedAsync(WireFault fault)
    {
        var reply = fault == WireFault.Closed ? await _wire.ReadReplyAsync(clock, options.Housekeeping) : default;
        if (reply.IsNegative)
            Answer(_accepted, ReplyTexts.Relayed(reply, "6.0", session.Remote), reply);
        else
            Answer(_accepted, ReplyTexts.Failed(fault, "fwd-data", "connection closed", session.Remote, delivery.LogId), null);
        return TransactionEnd.Unusable;
    }

    private bool TakeEnd(List<int> whose, in ServerReply reply)
    {
        if (!reply.IsFault && (reply.IsSuccess || reply.IsNegative))
        {
            Answer(whose, ReplyTexts.Relayed(reply, "6.0", session.Remote), reply);
            return true;
        }
        Answer(whose, FailureAtEnd(reply), null);
        return false;
    }

    private SmtpReply FailureAtEnd(in ServerReply reply) => ReplyTexts.Failed(
        reply.Fault, "fwd-data-end", reply.IsFault ? reply.Detail : "unexpected reply: " + reply.Line, session.Remote, delivery.LogId);

    /// <summary>Ends the transaction before the message was sent.</summary>
    private void Fail(Verb verb, in ServerReply reply)
    {
        _end = TransactionEnd.Unusable;
        if (session.IsReused && (reply.Fault == WireFault.Closed || reply.IsClosing))
        {
            foreach (var index in recipients)
                results[index] = null;
            _end = TransactionEnd.WasDead;
            return;
        }
        // Where the replies came apart a DATA that may have been taken ends with the connection: without the dot.
        foreach (var index in recipients)
            results[index] ??= Own(Failure(verb, reply));
    }

    private SmtpReply Failure(Verb verb, in ServerReply reply)
    {
        if (verb == Verb.Data && reply.Fault == WireFault.Closed)
            return ReplyTexts.NoAnswerToData(session.Remote);
        var step = verb switch
        {
            Verb.Rset => "fwd-rset",
            Verb.Xforward => "fwd-xforward",
            Verb.Mail => "fwd-mail",
            Verb.Rcpt => "fwd-rcpt",
            _ => "fwd-data-cmd",
        };
        var error = reply.IsFault ? reply.Detail : "unexpected reply: " + reply.Line;
        return ReplyTexts.Failed(reply.Fault, _pipelining && verb != Verb.Data ? step + "-pip" : step, error, session.Remote, delivery.LogId);
    }

    private void Answer(IReadOnlyList<int> whose, SmtpReply reply, ServerReply? remote)
    {
        var passedOn = _mail.PassesDsn && reply.IsSuccess;
        var result = new SmtpRecipientResult(reply, session.Remote, remote?.Line, passedOn);
        for (var i = 0; i < whose.Count; i++)
            results[whose[i]] ??= result;
    }

    private SmtpRecipientResult Own(SmtpReply reply) => new(reply, session.Remote, null, false);

    private void Remark(string verb, in ServerReply reply) => remarks.Add($"{verb} refused by {session.Remote}: {reply.Line}");
}
