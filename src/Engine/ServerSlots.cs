namespace Amavis.Engine;

/// <summary>The places for messages being checked at once (<c>max_servers</c>); their number can change while messages wait.</summary>
public sealed class ServerSlots(int count)
{
    private readonly Lock _lock = new();
    private readonly LinkedList<TaskCompletionSource> _waiting = [];
    private int _limit = count;
    private int _taken;

    public int Taken
    {
        get
        {
            lock (_lock)
                return _taken;
        }
    }

    /// <summary>Takes a place, in order of arrival. Dispose the result to give it back.</summary>
    public async Task<IDisposable> EnterAsync(CancellationToken cancellationToken)
    {
        LinkedListNode<TaskCompletionSource> place;
        lock (_lock)
        {
            if (_taken < _limit && _waiting.Count == 0)
            {
                _taken++;
                return new Place(this);
            }
            place = _waiting.AddLast(new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));
        }
        await using var cancelled = cancellationToken.Register(() => place.Value.TrySetCanceled(cancellationToken));
        try
        {
            await place.Value.Task;
        }
        catch (OperationCanceledException)
        {
            lock (_lock)
                _waiting.Remove(place);
            throw;
        }
        return new Place(this);
    }

    public void Resize(int limit)
    {
        lock (_lock)
        {
            _limit = limit;
            Admit();
        }
    }

    private void Leave()
    {
        lock (_lock)
        {
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
            if (first.Value.TrySetResult())
                _taken++;
        }
    }

    private sealed class Place(ServerSlots slots) : IDisposable
    {
        private int _left;

        public void Dispose()
        {
            if (Interlocked.Exchange(ref _left, 1) == 0)
                slots.Leave();
        }
    }
}
