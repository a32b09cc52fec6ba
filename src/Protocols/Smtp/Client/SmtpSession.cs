using Amavis.Core.Policy;

namespace Amavis.Protocols.Smtp.Client;

/// <summary>Why a session did not come about.</summary>
/// <param name="Step">As in replies: <c>fwd-greeting</c>.</param>
internal readonly record struct OpenFailure(WireFault Fault, string Step, string Error, string Remote, ServerReply Reply)
{
    /// <summary>No connection, so that nobody answered.</summary>
    public bool NeverConnected => Remote.Length == 0;
}

/// <summary>A connection past its greeting, ready for a transaction. One user at a time.</summary>
internal sealed class SmtpSession : IDisposable
{
    private readonly SmtpWire _wire;
    private readonly TimeProvider _time;
    private readonly long _openedAt;
    private long _idleSince;

    private SmtpSession(SmtpWire wire, ConnectionKey key, string remote, TimeProvider time)
    {
        _wire = wire;
        _time = time;
        _openedAt = time.GetTimestamp();
        Key = key;
        Remote = remote;
    }

    public ConnectionKey Key { get; }
    public SmtpWire Wire => _wire;

    /// <summary><c>smtp:[127.0.0.1]:10025</c>, with the address in use.</summary>
    public string Remote { get; }

    public NextHopFeatures Features { get; private set; } = NextHopFeatures.None;

    /// <summary>Taken from the idle ones, so that the server may have closed it meanwhile.</summary>
    public bool IsReused { get; private set; }

    /// <summary>The last transaction was not finished; RSET comes before the next one.</summary>
    public bool NeedsReset { get; set; }

    /// <summary>Attributes told with XFORWARD on this connection so far.</summary>
    public XforwardAttributes Forwarded { get; set; }

    public TimeSpan Age => _time.GetElapsedTime(_openedAt);
    public TimeSpan Idle => _time.GetElapsedTime(_idleSince);

    public static async ValueTask<(SmtpSession? Session, OpenFailure Failure)> OpenAsync(
        ConnectionKey key, SmtpClientOptions options, TimeProvider time, StageClock clock)
    {
        var (session, failure) = await OpenAsync(key, options, time, clock, plain: false);
        return session is null && failure.Step == SmtpHandshake.TlsStep && key.Security == TlsLevel.May
            ? await OpenAsync(key, options, time, clock, plain: true)
            : (session, failure);
    }

    private static async ValueTask<(SmtpSession? Session, OpenFailure Failure)> OpenAsync(
        ConnectionKey key, SmtpClientOptions options, TimeProvider time, StageClock clock, bool plain)
    {
        var (socket, remote) = await SmtpConnector.ConnectAsync(key, clock, options.Connect);
        if (socket is null)
            return (null, new OpenFailure(remote.Length == 0 ? WireFault.TimedOut : WireFault.Closed, "fwd-connect", remote, "", default));
        var session = new SmtpSession(new SmtpWire(socket), key, remote, time);
        try
        {
            var failure = await new SmtpHandshake(session, options, clock, plain).RunAsync();
            return failure is null ? (session, default) : (null, failure.Value);
        }
        finally
        {
            // Covers the caller's giving up as well.
            if (!session.Greeted)
                session.Dispose();
        }
    }

    /// <summary>The handshake has ended well.</summary>
    public bool Greeted { get; private set; }

    public void Ready(NextHopFeatures features)
    {
        Features = features;
        Greeted = true;
    }

    /// <summary>Puts it among the idle ones.</summary>
    public void BecomeIdle()
    {
        _wire.Rest();
        _idleSince = _time.GetTimestamp();
    }

    public void BecomeBusy() => IsReused = true;

    /// <summary>Asks an idle connection whether it still lives.</summary>
    public async ValueTask<bool> ProbeAsync(StageClock clock, TimeSpan limit)
    {
        _wire.Append("NOOP").EndCommand();
        return await _wire.FlushAsync(clock, limit) == WireFault.None && (await _wire.ReadReplyAsync(clock, limit)).IsSuccess;
    }

    /// <summary>Says goodbye without waiting for the answer, and closes.</summary>
    public async ValueTask QuitAsync(StageClock clock, TimeSpan limit)
    {
        try
        {
            _wire.Append("QUIT").EndCommand();
            await _wire.FlushAsync(clock, limit);
        }
        finally
        {
            Dispose();
        }
    }

    public void Dispose() => _wire.Dispose();
}
