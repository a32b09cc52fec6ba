using System.Collections.Concurrent;
using Amavis.Core.Counters;
using Amavis.Core.Messages;
using Amavis.Core.Policy;

namespace Amavis.Protocols.Smtp.Client;

/// <summary>Hands messages to next hops over SMTP and LMTP, keeping connections open between messages. Any thread.</summary>
public sealed class SmtpClientPool : IAsyncDisposable
{
    /// <summary>More Received fields than this mean a loop (RFC 5321 §6.3).</summary>
    private const int MaxHops = 100;

    /// <summary>Hooks may make delivery methods as they like; beyond this many the memory of failed targets starts anew.</summary>
    private const int MaxOrders = 1000;

    private static readonly TimeSpan SweepInterval = TimeSpan.FromSeconds(5);

    private readonly TimeProvider _time;
    private readonly ConnectionCounters _counters;
    private readonly SmtpClientOptions _options;
    private readonly IdleSessions _idle;
    private readonly ConcurrentDictionary<DeliveryMethod, TargetOrder> _orders = [];
    private readonly CancellationTokenSource _closing = new();
    private readonly Task _sweeper;

    public SmtpClientPool(TimeProvider time, CounterSet counters, SmtpClientOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        _time = time;
        _counters = new ConnectionCounters(counters);
        _options = options;
        _idle = new IdleSessions(options, time);
        _sweeper = SweepAsync();
    }

    /// <summary>
    /// Sends one message. Whatever the next hop does gives a reply for each recipient; a success is reported only for a 2xx
    /// answer to the final dot.
    /// </summary>
    /// <exception cref="OperationCanceledException">The caller gave up; what the next hop made of the message is not known.</exception>
    /// <exception cref="IOException">The message could not be read; the next hop got no final dot.</exception>
    public async Task<SmtpDeliveryResult> SendAsync(SmtpDelivery delivery, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(delivery);
        var results = new SmtpRecipientResult?[delivery.Recipients.Count];
        List<string> remarks = [];
        var options = "";
        if (delivery.ReceivedCount > MaxHops)
            Array.Fill(results, new SmtpRecipientResult(ReplyTexts.TooManyHops, null, null, false));

        using var clock = new StageClock(_time, delivery.Deadline, _options.LeastTime, cancellationToken);
        var opener = new SessionOpener(delivery, OrderOf(delivery.Method), _idle, _counters, _options, _time, clock, remarks);
        SmtpSession? session = null;
        try
        {
            var mayReuse = true;
            while (Array.IndexOf(results, null) >= 0)
            {
                session ??= await opener.OpenAsync(mayReuse);
                if (session is null)
                {
                    Answer(results, opener.Failure!);
                    break;
                }
                _counters.Transaction();
                var transaction = new SmtpTransaction(session, delivery, Unanswered(results), results, remarks, _options, clock);
                var end = await transaction.RunAsync();
                options = transaction.Options.Length > 0 ? transaction.Options : options;
                if (end == TransactionEnd.Usable)
                    continue;
                if (end == TransactionEnd.WasDead)
                {
                    // Once: the new connection is not a reused one.
                    _counters.ReuseFailed();
                    remarks.Add($"kept connection to {session.Remote} was dead, replaced");
                    mayReuse = false;
                }
                session.Dispose();
                session = null;
            }
            if (session is not null)
            {
                var good = session;
                session = null;
                await KeepAsync(good, clock);
            }
        }
        finally
        {
            session?.Dispose();
        }
        return new SmtpDeliveryResult(results!, options, remarks);
    }

    /// <summary>Says goodbye to the idle connections. Deliveries under way end by themselves.</summary>
    public async ValueTask DisposeAsync()
    {
        await _closing.CancelAsync();
        await _sweeper;
        await QuitAsync(_idle.Close());
        _closing.Dispose();
    }

    private async ValueTask KeepAsync(SmtpSession session, StageClock clock)
    {
        if (_idle.Add(session))
            return;
        _counters.Quit();
        await session.QuitAsync(clock, _options.Housekeeping);
    }

    private async Task SweepAsync()
    {
        using var timer = new PeriodicTimer(SweepInterval, _time);
        try
        {
            while (await timer.WaitForNextTickAsync(_closing.Token))
                await QuitAsync(_idle.TakeExpired());
        }
        catch (OperationCanceledException)
        {
            // The pool is being disposed.
        }
    }

    private async ValueTask QuitAsync(List<SmtpSession> sessions)
    {
        if (sessions.Count == 0)
            return;
        using var clock = new StageClock(_time, null, TimeSpan.Zero, CancellationToken.None);
        foreach (var session in sessions)
        {
            _counters.Quit();
            await session.QuitAsync(clock, _options.Housekeeping);
        }
    }

    private TargetOrder OrderOf(DeliveryMethod method)
    {
        if (_orders.TryGetValue(method, out var order))
            return order;
        if (_orders.Count >= MaxOrders)
            _orders.Clear();
        return _orders.GetOrAdd(method, new TargetOrder(method, _time));
    }

    private static List<int> Unanswered(SmtpRecipientResult?[] results)
    {
        var list = new List<int>(results.Length);
        for (var i = 0; i < results.Length; i++)
            if (results[i] is null)
                list.Add(i);
        return list;
    }

    private static void Answer(SmtpRecipientResult?[] results, SmtpRecipientResult result)
    {
        for (var i = 0; i < results.Length; i++)
            results[i] ??= result;
    }
}
