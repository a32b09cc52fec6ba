using Amavis.Core.Messages;
using Amavis.Core.Policy;
using Amavis.Engine.Delivery;
using Amavis.Engine.Quarantine;
using Amavis.Engine.Spooling;
using Amavis.Engine.Verdicts;

namespace Amavis.Engine.Hooks;

/// <summary>The hooks at work on one message: calls them in order, bounds their time, and says what a failure means.</summary>
internal sealed class MessageHooks(EngineServices services, string logId, MessageDeadline deadline) : IDisposable
{
    private readonly List<(string Name, MailHookRun Run)> _runs = [];
    private bool _isFatal = true;
    private Spool? _replacement;

    /// <summary>Begins for each hook; gives the policy they leave in force.</summary>
    public async Task<PolicyState> BeginAsync(ReceivedMessage message, Letter letter, string mailId, CancellationToken cancellationToken)
    {
        var policy = message.Policy;
        foreach (var hook in services.Hooks.Hooks)
        {
            _isFatal = policy.Settings.HooksFailureIsFatal;
            var seen = new HookMessage(message with { Policy = policy }, letter.Header, letter.Facts, mailId, services.Log, hook.Name, services.Rehearsal is not null);
            MailHookRun? run = null;
            var well = await CallAsync(hook.Name, _isFatal, async token => run = await hook.BeginAsync(seen, token), cancellationToken);
            if (run is not null)
                _runs.Add((hook.Name, run));
            if (well)
                policy = seen.Policy;
        }
        _isFatal = policy.Settings.HooksFailureIsFatal;
        return policy;
    }

    public async Task<Findings> CheckedAsync(Findings findings, IReadOnlyList<RecipientPolicy> recipients, CancellationToken cancellationToken)
    {
        foreach (var (name, run) in _runs)
        {
            var seen = new HookFindings(findings, recipients);
            if (await CallAsync(name, _isFatal, token => run.CheckedAsync(seen, token), cancellationToken))
                findings = seen.Result();
        }
        return findings;
    }

    public async Task<ForwardOrder> SendingAsync(
        ForwardOrder order, IReadOnlyList<RecipientVerdict> verdicts, Findings findings, IReadOnlyList<StoredCopy> copies, CancellationToken cancellationToken)
    {
        foreach (var (name, run) in _runs)
        {
            var seen = new HookDelivery(verdicts, findings, copies);
            if (!await CallAsync(name, _isFatal, token => run.SendingAsync(seen, token), cancellationToken))
                continue;
            order = order with
            {
                Methods = [.. seen.Methods.Select((m, i) => m ?? order.Methods.ElementAtOrDefault(i))],
                Extra = [.. order.Extra, .. seen.Fields],
            };
            if (seen.Replacement is { } octets)
                order = order with { Replacement = await ReplaceAsync(octets, cancellationToken) };
        }
        return order;
    }

    /// <summary>Somebody may have the message: a failure is logged and changes nothing.</summary>
    public async Task<IReadOnlyList<RecipientOutcome>> SentAsync(IReadOnlyList<RecipientOutcome> outcomes, CancellationToken cancellationToken)
    {
        foreach (var (name, run) in _runs)
        {
            var seen = new HookOutcomes(outcomes);
            if (await CallAsync(name, isFatal: false, token => run.SentAsync(seen, token), cancellationToken))
                outcomes = seen.Outcomes;
        }
        return outcomes;
    }

    public async Task DoneAsync(Func<HookResult> result, CancellationToken cancellationToken)
    {
        if (_runs.Count == 0)
            return;
        var seen = result();
        foreach (var (name, run) in _runs)
            await CallAsync(name, isFatal: false, token => run.DoneAsync(seen, token), cancellationToken);
    }

    public void Dispose() => _replacement?.Dispose();

    private async Task<Spool> ReplaceAsync(ReadOnlyMemory<byte> octets, CancellationToken cancellationToken)
    {
        using var text = new MemoryStream(octets.ToArray(), writable: false);
        var made = await TextSpooler.ReadAsync(text, services.Spools, cancellationToken);
        _replacement?.Dispose();
        return _replacement = made;
    }

    /// <returns>False when it failed and that is not fatal.</returns>
    private async Task<bool> CallAsync(string name, bool isFatal, Func<CancellationToken, ValueTask> call, CancellationToken cancellationToken)
    {
        using var share = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        share.CancelAfter(deadline.Share());
        string fault;
        try
        {
            // A hook that does not look at its token must not hold the message up either.
            await call(share.Token).AsTask().WaitAsync(share.Token);
            return true;
        }
        catch (OperationCanceledException) when (share.IsCancellationRequested)
        {
            if (cancellationToken.IsCancellationRequested && isFatal)
                throw;
            fault = "timed out";
        }
        catch (Exception e)
        {
            services.Log.Line(-1, logId, $"hook {name}: {e}");
            fault = e.Message;
        }
        if (isFatal)
            throw new MessageFaultException("hook " + name, fault);
        services.Log.Line(-1, logId, $"hook {name} FAILED: {fault}; the message goes on");
        return false;
    }
}
