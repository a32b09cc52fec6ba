using System.IO.Pipelines;

namespace Amavis.Protocols.AmPdp;

/// <summary>
/// The server side of one connection: any number of requests one after another, each answered with one write (some clients
/// read a single packet).
/// </summary>
/// <param name="idleTimeout">How long a client may take for a request.</param>
public sealed class AmPdpServerSession(IDuplexPipe transport, IAmPdpHandler handler, TimeProvider time, TimeSpan idleTimeout)
{
    private readonly AmPdpReader _reader = new();

    /// <summary>Given to the handler: a request that was read is finished, until this one says that there is no time left.</summary>
    public CancellationToken Processing { get; init; }

    /// <summary>Runs until the client closes, is silent for too long, or exceeds a limit.</summary>
    /// <exception cref="OperationCanceledException">The host stops; a request at hand was answered before.</exception>
    public async Task RunAsync(CancellationToken stopping)
    {
        while (await ReadRequestAsync(stopping) is var (status, request) && status != AmPdpReadStatus.Incomplete)
        {
            var reply = request is null ? AmPdpReply.Failure("request too large") : await AnswerAsync(request, Processing);
            var flushed = await transport.Output.WriteAsync(reply.Encode(), Processing);
            if (request is null || flushed.IsCompleted)
                return;
        }
    }

    /// <returns>Incomplete: there is nothing more to come.</returns>
    private async Task<(AmPdpReadStatus Status, AmPdpMessage? Request)> ReadRequestAsync(CancellationToken cancellationToken)
    {
        using var idle = new CancellationTokenSource(idleTimeout, time);
        using var linked = CancellationTokenSource.CreateLinkedTokenSource(idle.Token, cancellationToken);
        while (true)
        {
            ReadResult result;
            try
            {
                result = await transport.Input.ReadAsync(linked.Token);
            }
            catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
            {
                return (AmPdpReadStatus.Incomplete, null);
            }
            var buffer = result.Buffer;
            var status = AmPdpReadStatus.Incomplete;
            try
            {
                status = _reader.Read(ref buffer, out var request);
                if (status != AmPdpReadStatus.Incomplete || result.IsCompleted)
                    return (status, request);
            }
            finally
            {
                // A further request may be there already.
                transport.Input.AdvanceTo(buffer.Start, status == AmPdpReadStatus.Incomplete ? result.Buffer.End : buffer.Start);
            }
        }
    }

    private async Task<AmPdpReply> AnswerAsync(AmPdpMessage request, CancellationToken cancellationToken)
    {
        try
        {
            return await handler.HandleAsync(request, cancellationToken);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            throw;
        }
        catch (Exception exception)
        {
            handler.OnFailure(request, exception);
            return AmPdpReply.Failure(exception.Message);
        }
    }
}
