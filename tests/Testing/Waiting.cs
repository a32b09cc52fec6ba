using System.Diagnostics;

namespace Amavis.Testing;

/// <summary>Waiting for something outside of the test, with a deadline.</summary>
public static class Waiting
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(25);

    /// <exception cref="TimeoutException">The condition did not become true in time.</exception>
    public static async Task UntilAsync(Func<CancellationToken, Task<bool>> condition, TimeSpan deadline, CancellationToken cancellationToken)
    {
        var started = Stopwatch.GetTimestamp();
        while (!await condition(cancellationToken))
        {
            if (Stopwatch.GetElapsedTime(started) > deadline)
                throw new TimeoutException($"not so within {deadline.TotalSeconds:0.#} s");
            await Task.Delay(Interval, cancellationToken);
        }
    }
}
