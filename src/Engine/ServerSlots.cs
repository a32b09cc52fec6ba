using Amavis.Core.Status;

namespace Amavis.Engine;

/// <summary>The places for messages being checked at once (<c>max_servers</c>); their number can change while messages wait.</summary>
public sealed class ServerSlots
{
    private readonly Lock _lock = new();
    private readonly LinkedList<Waiter> _waiting = [];
    private readonly List<Slot> _slots = [];
    private readonly TimeProvider _clock;
    private int _limit;
    private int _taken;

    /// <param name="clock">Tells the ages in <see cref="Snapshot"/>.</param>
    public ServerSlots(int count, TimeProvider clock)
    {
        ArgumentNullException.ThrowIfNull(clock);
        _clock = clock;
        _limit = count;
        Grow();
    }

    public int Taken
    {
        get
        {
            lock (_lock)
                return _taken;
        }
    }

    /// <summary>Messages that wait for a place.</summary>
    public int Waiting
    {
        get
        {
            lock (_lock)
                return _waiting.Count;
        }
    }

    /// <summary>Takes a place, in order of arrival. Dispose the result to give it back.</summary>
    /// <param name="task">Log id of the message.</param>
    public async Task<ServerPlace> EnterAsync(string task, CancellationToken cancellationToken)
    {
        LinkedListNode<Waiter> place;
        lock (_lock)
        {
            if (_taken < _limit && _waiting.Count == 0)
                return Occupy(task);
            place = _waiting.AddLast(new Waiter(task));
        }
        await using var cancelled = cancellationToken.Register(() => place.Value.Admitted.TrySetCanceled(cancellationToken));
        try
        {
            return await place.Value.Admitted.Task;
        }
        catch (OperationCanceledException)
        {
            lock (_lock)
            {
                // Not in the list any more when its turn came in the same moment.
                if (place.List is not null)
                    _waiting.Remove(place);
            }
            throw;
        }
    }

    public void Resize(int limit)
    {
        lock (_lock)
        {
            _limit = limit;
            Grow();
            Admit();
        }
    }

    /// <summary>All places at this moment, by number.</summary>
    public IReadOnlyList<SlotStatus> Snapshot()
    {
        var all = new List<SlotStatus>();
        lock (_lock)
        {
            for (var i = 0; i < _slots.Count; i++)
                if (i < _limit || _slots[i].Place is not null)
                    all.Add(StatusOf(i));
        }
        return all;
    }

    private SlotStatus StatusOf(int index)
    {
        var slot = _slots[index];
        return new SlotStatus
        {
            Slot = index + 1,
            Task = slot.Place?.Task,
            Age = _clock.GetElapsedTime(slot.Since),
            Course = slot.Place?.Course() ?? [],
        };
    }

    private void Grow()
    {
        while (_slots.Count < _limit)
            _slots.Add(new Slot { Since = _clock.GetTimestamp() });
    }

    /// <summary>The lowest free place; the lock is held and there is one.</summary>
    private ServerPlace Occupy(string task)
    {
        var index = _slots.FindIndex(s => s.Place is null);
        _taken++;
        var slot = _slots[index];
        slot.Since = _clock.GetTimestamp();
        slot.Place = new ServerPlace(task, _clock, slot.Since, () => Leave(slot));
        return slot.Place;
    }

    private void Leave(Slot slot)
    {
        lock (_lock)
        {
            slot.Place = null;
            slot.Since = _clock.GetTimestamp();
            _taken--;
            Admit();
        }
    }

    private void Admit()
    {
        while (_taken < _limit && _waiting.First is { } first)
        {
            _waiting.RemoveFirst();
            // One that was cancelled meanwhile takes no place.
            if (first.Value.Admitted.Task.IsCompleted)
                continue;
            var place = Occupy(first.Value.Task);
            if (!first.Value.Admitted.TrySetResult(place))
                Vacate(place);
        }
    }

    /// <summary>Cancelled in the moment of its turn.</summary>
    private void Vacate(ServerPlace place)
    {
        _slots.Find(s => s.Place == place)!.Place = null;
        _taken--;
    }

    private sealed class Slot
    {
        public ServerPlace? Place { get; set; }

        /// <summary>Time stamp of when it was taken or given back.</summary>
        public long Since { get; set; }
    }

    private sealed record Waiter(string Task)
    {
        public TaskCompletionSource<ServerPlace> Admitted { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
