using Amavis.Core.Policy;

namespace Amavis.Protocols.Smtp.Client;

/// <summary>
/// The order in which the targets of one delivery method are tried, shared by all deliveries: at random among those in good
/// standing, then those that failed lately, longest ago first. Any thread.
/// </summary>
internal sealed class TargetOrder(DeliveryMethod method, TimeProvider time)
{
    /// <summary>After this a target that failed is picked at random with the others again.</summary>
    private static readonly TimeSpan Penance = TimeSpan.FromSeconds(60);

    private readonly Lock _lock = new();
    private readonly long?[] _failedAt = new long?[method.Targets.Count];
    private int _failed;

    public int Count => _failedAt.Length;

    /// <summary>Index of the next target, or -1 when all were tried.</summary>
    public int Next(ReadOnlySpan<bool> tried)
    {
        if (_failedAt.Length == 1)
            return tried[0] ? -1 : 0;
        lock (_lock)
        {
            var now = _failed == 0 ? 0 : time.GetTimestamp();
            int good = 0, pick = -1, oldest = -1;
            for (var i = 0; i < _failedAt.Length; i++)
            {
                if (tried[i])
                    continue;
                if (_failedAt[i] is { } at && time.GetElapsedTime(at, now) < Penance)
                {
                    if (oldest < 0 || at < _failedAt[oldest])
                        oldest = i;
                }
                else if (Random.Shared.Next(++good) == 0)
                {
                    pick = i;
                }
            }
            return pick >= 0 ? pick : oldest;
        }
    }

    public void Failed(int index)
    {
        lock (_lock)
        {
            if (_failedAt[index] is null)
                _failed++;
            _failedAt[index] = time.GetTimestamp();
        }
    }

    public void Worked(int index)
    {
        if (Volatile.Read(ref _failed) == 0)
            return;
        lock (_lock)
        {
            if (_failedAt[index] is not null)
                _failed--;
            _failedAt[index] = null;
        }
    }
}
