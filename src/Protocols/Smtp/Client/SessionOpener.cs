using Amavis.Core.Policy;

namespace Amavis.Protocols.Smtp.Client;

/// <summary>Finds a session for one delivery: an idle one, or a new one to the first target that answers.</summary>
internal sealed class SessionOpener(
    SmtpDelivery delivery, TargetOrder order, IdleSessions idle, ConnectionCounters counters, SmtpClientOptions options,
    TimeProvider time, StageClock clock, List<string> remarks)
{
    /// <summary>What the recipients get when there is no session.</summary>
    public SmtpRecipientResult? Failure { get; private set; }

    /// <param name="mayReuse">False: only a new connection will do.</param>
    /// <returns>Null when every target failed; see <see cref="Failure"/>.</returns>
    public async ValueTask<SmtpSession?> OpenAsync(bool mayReuse)
    {
        var tried = new bool[order.Count];
        var names = new List<string>(order.Count);
        OpenFailure? answered = null;
        for (var index = order.Next(tried); index >= 0; index = order.Next(tried))
        {
            tried[index] = true;
            var target = delivery.Method.Targets[index];
            if (names.Count > 0 && clock.Expired)
            {
                Failure = new SmtpRecipientResult(ReplyTexts.ConnectTimedOut(delivery.LogId), null, null, false);
                return null;
            }
            var (session, failure) = await TargetAsync(target, mayReuse, names);
            if (session is not null)
            {
                order.Worked(index);
                return session;
            }
            order.Failed(index);
            remarks.Add($"{names[^1]} failed during {failure.Step}: {(failure.Error.Length == 0 ? "timed out" : failure.Error)}");
            if (!failure.NeverConnected)
                answered = failure;
        }
        Failure = Describe(answered, names);
        return null;
    }

    private async ValueTask<(SmtpSession? Session, OpenFailure Failure)> TargetAsync(DeliveryTarget target, bool mayReuse, List<string> names)
    {
        if (NextHop.Resolve(target, delivery) is not { } hop)
        {
            names.Add(target.Text);
            return (null, new OpenFailure(WireFault.Closed, "fwd-connect", "no peer address or port to put in the place of *", "", default));
        }
        names.Add(hop.ToString());
        var key = new ConnectionKey(
            hop, delivery.HeloName, delivery.BindAddress, delivery.Security, delivery.Credentials, delivery.Tls, hop.TlsName(delivery.TlsNames));
        while (mayReuse && idle.Take(key) is { } kept)
            if (await IsAliveAsync(kept))
                return (kept, default);
        var opened = await SmtpSession.OpenAsync(key, options, time, clock);
        if (opened.Session is not null)
            counters.Opened();
        return opened;
    }

    private async ValueTask<bool> IsAliveAsync(SmtpSession session)
    {
        var alive = false;
        try
        {
            if (session.Age >= options.MaxAge || session.Idle >= options.MaxIdle)
            {
                counters.Quit();
                await session.QuitAsync(clock, options.Housekeeping);
                return false;
            }
            var recent = session.Idle <= options.ReuseWithoutProbe;
            alive = session.Wire.IsQuiet && (recent || await session.ProbeAsync(clock, options.Housekeeping));
            if (!alive)
            {
                counters.ReuseFailed();
                return false;
            }
            session.BecomeBusy();
            if (recent)
                counters.ReusedRecent();
            else
                counters.ReusedAfterProbe();
            return true;
        }
        finally
        {
            if (!alive)
                session.Dispose();
        }
    }

    /// <summary>When someone answered, what was said tells more than the list of targets.</summary>
    private SmtpRecipientResult Describe(OpenFailure? answered, List<string> names)
    {
        if (answered is not { } failure)
            return new SmtpRecipientResult(ReplyTexts.AllConnectsFailed(names, delivery.LogId), null, null, false);
        var reply = ReplyTexts.Failed(failure.Fault, failure.Step, failure.Error, failure.Remote, delivery.LogId);
        var said = failure.Reply is { IsFault: false, Code: > 0 } remote ? remote.Line : null;
        return new SmtpRecipientResult(reply, failure.Remote, said, false);
    }
}
