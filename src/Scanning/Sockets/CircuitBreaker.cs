namespace Amavis.Scanning.Sockets;

/// <summary>
/// Remembers that a scanner address has failed, so that messages do not wait for it one after the other. Closed: everybody may
/// use it. Open: nobody, until a probe (run for a message that comes along, which waits for it a moment only) is answered. After
/// one failure a good probe lets everybody in again, for one slow message must not stop others; after several in a row a single
/// message goes first. Any thread.
/// </summary>
internal sealed class CircuitBreaker(Func<CancellationToken, Task<bool>> probe, ScannerLimits limits, TimeProvider clock) : IDisposable
{
    private readonly Lock _lock = new();
    private readonly CancellationTokenSource _ending = new();
    private Task<bool>? _probing;
    private long _lastAttempt;
    private bool _waitBeforeProbe;

    /// <summary>How often in a row the breaker opened without a success in between.</summary>
    private int _openings;
    private bool _passable = true;
    private bool _trial;

    /// <summary>Whether the scanner may be used without asking it first.</summary>
    public bool IsClosed
    {
        get
        {
            lock (_lock)
                return _passable && _openings <= 1;
        }
    }

    /// <summary>Permission to use the scanner now, or null.</summary>
    /// <param name="wait">How long a probe may be waited for.</param>
    public async ValueTask<Permit?> EnterAsync(TimeSpan wait, CancellationToken cancellationToken)
    {
        if (TryEnter(out var probing) is { } permit)
            return permit;
        if (probing is null)
            return null;
        try
        {
            var answered = await probing.WaitAsync(wait, clock, cancellationToken);
            return answered ? TryEnter(out _) : null;
        }
        catch (TimeoutException)
        {
            return null;
        }
    }

    /// <summary>Starts a probe when one is due; nobody waits for it.</summary>
    public void ProbeIfDue()
    {
        lock (_lock)
            _ = ProbeOrNull();
    }

    public void Dispose()
    {
        _ending.Cancel();
        _ending.Dispose();
    }

    private Permit? TryEnter(out Task<bool>? probing)
    {
        lock (_lock)
        {
            probing = null;
            if (_passable && _openings <= 1)
                return new Permit(this, isTrial: false);
            if (_trial)
                return null;
            if (_passable)
            {
                _trial = true;
                return new Permit(this, isTrial: true);
            }
            probing = ProbeOrNull();
            return null;
        }
    }

    /// <summary>The probe under way, a new one when it is due, or null.</summary>
    private Task<bool>? ProbeOrNull()
    {
        if (_probing is not null || _passable || _ending.IsCancellationRequested)
            return _probing;
        if (_waitBeforeProbe && clock.GetElapsedTime(_lastAttempt) < limits.RetryAfter)
            return null;
        var started = ProbeAsync(_ending.Token);
        if (!started.IsCompleted)
            _probing = started;
        return started;
    }

    private async Task<bool> ProbeAsync(CancellationToken ending)
    {
        var answered = false;
        try
        {
            using var limit = new CancellationTokenSource(limits.Probe, clock);
            using var linked = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, ending);
            answered = await probe(linked.Token);
        }
        catch (OperationCanceledException)
        {
            // No answer in time, or the end of the process: not answered.
        }
        lock (_lock)
        {
            _probing = null;
            _lastAttempt = clock.GetTimestamp();
            _waitBeforeProbe = !answered;
            _passable |= answered;
        }
        return answered;
    }

    private void Ended(bool isTrial, bool? success)
    {
        lock (_lock)
        {
            if (isTrial)
                _trial = false;
            if (success == true)
            {
                _openings = 0;
                _passable = true;
            }
            else if (success == false && _passable)
            {
                // Messages that were under way at the same time fail together and count once.
                _passable = false;
                _openings++;
                _waitBeforeProbe = _openings > 1;
                _lastAttempt = clock.GetTimestamp();
            }
        }
    }

    /// <summary>One use of the scanner. Disposed without a result it counts neither way: the message was given up.</summary>
    internal sealed class Permit(CircuitBreaker breaker, bool isTrial) : IDisposable
    {
        private bool _ended;

        public void Succeeded() => End(true);

        public void Failed() => End(false);

        public void Dispose() => End(null);

        private void End(bool? success)
        {
            if (_ended)
                return;
            _ended = true;
            breaker.Ended(isTrial, success);
        }
    }
}
