using Amavis.Core.Messages;
using Amavis.Engine.Verdicts;

namespace Amavis.Engine.Hooks;

/// <summary>What was done for each recipient, before senders are told of it. Recipients are numbered from 0, in the order of the envelope.</summary>
public sealed class HookOutcomes
{
    private readonly RecipientOutcome[] _outcomes;

    internal HookOutcomes(IReadOnlyList<RecipientOutcome> outcomes) => _outcomes = [.. outcomes];

    public IReadOnlyList<RecipientOutcome> Outcomes => _outcomes;

    /// <summary>No notification goes to the sender for this recipient.</summary>
    /// <param name="reason">For the log and the console.</param>
    public void SuppressNotice(int recipient, string reason)
    {
        ArgumentException.ThrowIfNullOrEmpty(reason);
        var outcome = _outcomes[recipient];
        _outcomes[recipient] = outcome with { Verdict = outcome.Verdict with { DsnSuppressReason = reason } };
    }

    /// <summary>Puts other wishes in the place of the sender's (RFC 3461 §4.1); the next hop has been told of the old ones.</summary>
    public void SetNotify(int recipient, DsnNotify notify)
    {
        var outcome = _outcomes[recipient];
        var policy = outcome.Verdict.Policy;
        _outcomes[recipient] = outcome with
        {
            Verdict = outcome.Verdict with { Policy = policy with { Recipient = policy.Recipient with { Notify = notify } } },
            DsnPropagated = false,
        };
    }
}

/// <summary>A message that is done.</summary>
/// <param name="Reply">The one reply for protocols that have one.</param>
/// <param name="Actions">As in the log: <c>RelayedInbound</c>, <c>Quarantined</c>.</param>
public sealed record HookResult(IReadOnlyList<RecipientOutcome> Outcomes, SmtpReply Reply, IReadOnlyList<string> Actions, TimeSpan Elapsed);
