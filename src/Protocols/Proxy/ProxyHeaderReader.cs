using System.IO.Pipelines;

namespace Amavis.Protocols.Proxy;

/// <summary>Waits for the header at the beginning of a connection.</summary>
public static class ProxyHeaderReader
{
    /// <summary>A balancer sends the header at once.</summary>
    public static readonly TimeSpan Limit = TimeSpan.FromSeconds(10);

    /// <returns>Null: there is none, or not in time; the connection is to be closed.</returns>
    /// <exception cref="OperationCanceledException">The host stops.</exception>
    public static async Task<ProxyHeader?> ReadAsync(PipeReader input, TimeProvider clock, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(input);
        using var limit = new CancellationTokenSource(Limit, clock);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        while (true)
        {
            ReadResult result;
            try
            {
                result = await input.ReadAsync(both.Token);
            }
            catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
            {
                return null;
            }
            var buffer = result.Buffer;
            var status = ProxyHeaderStatus.Incomplete;
            try
            {
                status = ProxyHeader.Read(ref buffer, out var header);
                if (status == ProxyHeaderStatus.Complete)
                    return header;
                if (status == ProxyHeaderStatus.Malformed || result.IsCompleted)
                    return null;
            }
            finally
            {
                input.AdvanceTo(buffer.Start, status == ProxyHeaderStatus.Incomplete ? result.Buffer.End : buffer.Start);
            }
        }
    }
}
