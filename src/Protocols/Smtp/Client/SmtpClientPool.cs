using Amavis.Core.Counters;

namespace Amavis.Protocols.Smtp.Client;

/// <summary>Hands messages to next hops over SMTP and LMTP, keeping connections open between messages. Any thread.</summary>
public sealed class SmtpClientPool(TimeProvider time, CounterSet counters, SmtpClientOptions options) : IAsyncDisposable
{
    /// <summary>
    /// Sends one message. Whatever the next hop does gives a reply for each recipient; a success is reported only for a 2xx
    /// answer to the final dot.
    /// </summary>
    /// <exception cref="OperationCanceledException">The caller gave up; what the next hop made of the message is not known.</exception>
    public Task<SmtpDeliveryResult> SendAsync(SmtpDelivery delivery, CancellationToken cancellationToken) =>
        throw new NotSupportedException($"{time} {counters} {options} {delivery} {cancellationToken}");

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
