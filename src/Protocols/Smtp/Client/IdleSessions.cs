namespace Amavis.Protocols.Smtp.Client;

/// <summary>Connections waiting for the next message, by what they may be used for. Any thread.</summary>
internal sealed class IdleSessions(SmtpClientOptions options, TimeProvider time)
{
    /// <summary>Targets whose demand is remembered; beyond this many the memory starts anew.</summary>
    private const int MaxDemands = 1000;

    private readonly Lock _lock = new();
    private readonly Dictionary<ConnectionKey, List<SmtpSession>> _sessions = [];
    private readonly Dictionary<ConnectionKey, (long LastAt, bool Keeps)> _demands = [];
    private bool _closed;

    /// <summary>The one used last, or null.</summary>
    public SmtpSession? Take(ConnectionKey key)
    {
        lock (_lock)
        {
            if (!_sessions.TryGetValue(key, out var list) || list.Count == 0)
                return null;
            var session = list[^1];
            list.RemoveAt(list.Count - 1);
            return session;
        }
    }

    /// <returns>False when it is not taken: enough of them, too old, or closing down.</returns>
    public bool Add(SmtpSession session)
    {
        if (!options.KeepConnections || session.Age >= options.MaxAge)
            return false;
        session.BecomeIdle();
        lock (_lock)
        {
            if (_closed || (options.KeepOnDemand && !IsInDemand(session.Key)))
                return false;
            if (!_sessions.TryGetValue(session.Key, out var list))
                _sessions.Add(session.Key, list = []);
            if (list.Count >= options.MaxIdlePerTarget)
                return false;
            list.Add(session);
            return true;
        }
    }

    private bool IsInDemand(ConnectionKey key)
    {
        var now = time.GetTimestamp();
        var keeps = false;
        if (_demands.TryGetValue(key, out var before))
        {
            var gap = time.GetElapsedTime(before.LastAt, now);
            keeps = gap <= options.DemandBegins || (before.Keeps && gap < options.DemandEnds);
        }
        else if (_demands.Count >= MaxDemands)
        {
            _demands.Clear();
        }
        _demands[key] = (now, keeps);
        return keeps;
    }

    /// <summary>Takes out those that have been idle or open for too long.</summary>
    public List<SmtpSession> TakeExpired()
    {
        List<SmtpSession> expired = [];
        lock (_lock)
        {
            foreach (var (key, list) in _sessions)
            {
                for (var i = list.Count - 1; i >= 0; i--)
                {
                    if (list[i].Idle < options.MaxIdle && list[i].Age < options.MaxAge)
                        continue;
                    expired.Add(list[i]);
                    list.RemoveAt(i);
                }
                if (list.Count == 0)
                    _sessions.Remove(key);
            }
        }
        return expired;
    }

    /// <summary>Takes out all; no more are added.</summary>
    public List<SmtpSession> Close()
    {
        lock (_lock)
        {
            _closed = true;
            var all = _sessions.Values.SelectMany(list => list).ToList();
            _sessions.Clear();
            return all;
        }
    }
}
