using System.IO.Pipelines;
using Amavis.Protocols.Transport;

namespace Amavis.Protocols.Smtp.Server;

/// <summary>The pipes of an SMTP session and the replies on their way into them.</summary>
internal sealed class SmtpWire(IDuplexPipe transport, TimeProvider clock) : IAsyncDisposable
{
    public TimedPipes Pipes { get; } = new(transport, clock);

    public PipeReader Input => Pipes.Input;

    public SmtpReplyWriter Replies { get; } = new(transport.Output);

    public TimeSpan Since(long timestamp) => Pipes.Since(timestamp);

    public long Now => Pipes.Now;

    /// <inheritdoc cref="TimedPipes.Wake"/>
    public void Wake() => Pipes.Wake();

    /// <inheritdoc cref="TimedPipes.ReadAsync"/>
    public ValueTask<ReadResult> ReadAsync(TimeSpan limit) => Pipes.ReadAsync(limit);

    /// <summary>Sends the replies written so far. False: the client takes nothing any more.</summary>
    public ValueTask<bool> FlushAsync(TimeSpan limit)
    {
        if (Replies.PendingOctets == 0)
            return ValueTask.FromResult(true);
        Replies.Flushed();
        return Pipes.FlushAsync(limit);
    }

    /// <summary>Goes on under TLS.</summary>
    public void Become(TlsTransport tls)
    {
        Pipes.Become(tls);
        Replies.WriteTo(tls.Output);
    }

    public ValueTask DisposeAsync() => Pipes.DisposeAsync();
}
