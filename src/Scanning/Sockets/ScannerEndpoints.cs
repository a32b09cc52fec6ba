using System.Net.Sockets;

namespace Amavis.Scanning.Sockets;

/// <summary>
/// The addresses of one scanner. A message begins at a random one and goes on to the next when one fails; addresses that failed
/// before come last and are used only when their breaker lets it.
/// </summary>
internal sealed class ScannerEndpoints : IDisposable
{
    private readonly (ScannerAddress Address, CircuitBreaker Breaker)[] _endpoints;
    private readonly ScannerLimits _limits;
    private readonly TimeProvider _clock;

    /// <param name="probe">Asks a connected scanner whether it is there; true on the right answer.</param>
    public ScannerEndpoints(IEnumerable<ScannerAddress> addresses, Func<Socket, CancellationToken, Task<bool>> probe, ScannerLimits limits, TimeProvider clock)
    {
        _limits = limits;
        _clock = clock;
        _endpoints = [.. addresses.Select(a => (a, new CircuitBreaker(ending => ProbeAsync(a, probe, ending), limits, clock)))];
    }

    /// <summary>Runs an exchange on the first address that can do it.</summary>
    /// <param name="exchange">Given a connected socket, the time limit it may push out on progress, and the token of both limits.</param>
    /// <returns>Its result, or the reason why no address gave one.</returns>
    /// <exception cref="OperationCanceledException">The caller's token was cancelled.</exception>
    public async Task<(T? Result, string? Failure)> UseAsync<T>(
        TimeSpan budget, Func<Socket, CancellationTokenSource, CancellationToken, Task<T>> exchange, CancellationToken cancellationToken)
        where T : class
    {
        using var limit = new CancellationTokenSource(budget, _clock);
        using var linked = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        string? failure = null;
        var started = _clock.GetTimestamp();
        foreach (var (address, breaker) in Order())
        {
            if (limit.IsCancellationRequested)
                break;
            var wait = _limits.ProbeWait - _clock.GetElapsedTime(started);
            using var permit = await breaker.EnterAsync(wait > TimeSpan.Zero ? wait : TimeSpan.Zero, cancellationToken);
            if (permit is null)
            {
                failure ??= $"{address.Text}: failed before, not tried again yet";
                continue;
            }
            try
            {
                using var socket = await ConnectAsync(address, linked.Token);
                var result = await exchange(socket, limit, linked.Token);
                permit.Succeeded();
                return (result, null);
            }
            catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
            {
                throw;
            }
            catch (OperationCanceledException)
            {
                permit.Failed();
                failure = $"{address.Text}: no answer in time";
            }
            catch (Exception e) when (e is UnreadableContentException or IOException)
            {
                // Sockets give SocketException; this came from reading the message, and another scanner could not read it either.
                return (null, e.Message);
            }
            catch (Exception e) when (e is SocketException or ScannerFaultException)
            {
                permit.Failed();
                failure = $"{address.Text}: {e.Message}";
            }
        }
        return (null, failure ?? "no address");
    }

    public void Dispose()
    {
        foreach (var (_, breaker) in _endpoints)
            breaker.Dispose();
    }

    /// <summary>Closed ones from a random start, then the others; their probes run side by side.</summary>
    private (ScannerAddress Address, CircuitBreaker Breaker)[] Order()
    {
        if (_endpoints.Length == 1)
            return _endpoints;
        var start = Random.Shared.Next(_endpoints.Length);
        var rotated = Enumerable.Range(0, _endpoints.Length).Select(i => _endpoints[(start + i) % _endpoints.Length]).ToArray();
        foreach (var (_, breaker) in rotated)
            breaker.ProbeIfDue();
        return [.. rotated.OrderBy(e => e.Breaker.IsClosed ? 0 : 1)];
    }

    private async Task<Socket> ConnectAsync(ScannerAddress address, CancellationToken cancellationToken)
    {
        using var limit = new CancellationTokenSource(_limits.Connect, _clock);
        using var linked = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        try
        {
            return await address.ConnectAsync(linked.Token);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw new ScannerFaultException("no connection in time");
        }
    }

    private static async Task<bool> ProbeAsync(ScannerAddress address, Func<Socket, CancellationToken, Task<bool>> probe, CancellationToken cancellationToken)
    {
        try
        {
            using var socket = await address.ConnectAsync(cancellationToken);
            return await probe(socket, cancellationToken);
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
