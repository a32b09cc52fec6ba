namespace Amavis.Protocols.Transport;

/// <summary>
/// Until when one wait for the client lasts. A stop of the server shortens it for sessions that may still finish a message.
/// </summary>
internal struct WaitClock(TimedPipes pipes, TimeSpan idle, CancellationToken stopping)
{
    /// <summary>How long a session that was stopped inside a transaction waits for the client's next octets.</summary>
    public static readonly TimeSpan StoppedIdle = TimeSpan.FromSeconds(10);

    private long _since = pipes.Now;
    private long? _stoppedAt;

    /// <summary>Zero or less: time is up.</summary>
    public TimeSpan Left
    {
        get
        {
            var left = idle - pipes.Since(_since);
            if (stopping.IsCancellationRequested)
            {
                _stoppedAt ??= pipes.Now;
                var sinceStop = pipes.Since(_stoppedAt.Value > _since ? _stoppedAt.Value : _since);
                left = Min(left, StoppedIdle - sinceStop);
            }
            return left;
        }
    }

    /// <summary>The client sent something.</summary>
    public void Restart() => _since = pipes.Now;

    public static TimeSpan Min(TimeSpan a, TimeSpan b) => a < b ? a : b;
}
