using Amavis.Core.Status;

namespace Amavis.Engine;

/// <summary>The place of one message among those being checked, and the course of its stages. Dispose gives it back.</summary>
public sealed class ServerPlace : IDisposable
{
    /// <summary>More changes than any message makes.</summary>
    private const int MaxChanges = 64;

    private readonly Lock _lock = new();
    private readonly List<StateChange> _course = [];
    private readonly TimeProvider _clock;
    private readonly long _since;
    private readonly Action _leave;
    private int _left;

    internal ServerPlace(string task, TimeProvider clock, long since, Action leave)
    {
        Task = task;
        _clock = clock;
        _since = since;
        _leave = leave;
    }

    /// <summary>Log id of the message.</summary>
    public string Task { get; }

    /// <summary>Notes what is being done now.</summary>
    /// <param name="state">One of <see cref="WorkState"/>.</param>
    public void Enter(char state)
    {
        lock (_lock)
            if (_course.Count < MaxChanges && (_course.Count == 0 || _course[^1].State != state))
                _course.Add(new StateChange(state, _clock.GetElapsedTime(_since)));
    }

    internal IReadOnlyList<StateChange> Course()
    {
        lock (_lock)
            return [.. _course];
    }

    public void Dispose()
    {
        if (Interlocked.Exchange(ref _left, 1) == 0)
            _leave();
    }
}
