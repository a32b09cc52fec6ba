namespace Amavis.Protocols.Smtp.Server;

/// <summary>
/// Until when one wait for the client lasts. A stop of the server shortens it for sessions that may still finish a message.
/// </summary>
internal struct WaitClock(SmtpWire wire, TimeSpan idle, CancellationToken stopping)
{
    private long _since = wire.Now;
    private long? _stoppedAt;

    /// <summary>Zero or less: time is up.</summary>
    public TimeSpan Left
    {
        get
        {
            var left = idle - wire.Since(_since);
            if (stopping.IsCancellationRequested)
            {
                _stoppedAt ??= wire.Now;
                var sinceStop = wire.Since(_stoppedAt.Value > _since ? _stoppedAt.Value : _since);
                left = Min(left, SmtpLimits.StoppedIdle - sinceStop);
            }
            return left;
        }
    }

    /// <summary>The client sent something.</summary>
    public void Restart() => _since = wire.Now;

    public static TimeSpan Min(TimeSpan a, TimeSpan b) => a < b ? a : b;
}
