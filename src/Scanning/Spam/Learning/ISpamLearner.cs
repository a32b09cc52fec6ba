using Amavis.Core.Messages;

namespace Amavis.Scanning.Spam.Learning;

/// <summary>What became of teaching one spam scanner one message.</summary>
public abstract record LearnOutcome
{
    private LearnOutcome()
    {
    }

    public sealed record Learned : LearnOutcome;

    /// <summary>It had learned this message as the same before.</summary>
    public sealed record KnownAlready : LearnOutcome;

    /// <param name="Reason">For people; one line.</param>
    public sealed record Failed(string Reason) : LearnOutcome;
}

/// <summary>A spam scanner that can be taught. Used by many at once.</summary>
public interface ISpamLearner
{
    /// <summary>As configured; shown in logs.</summary>
    string Name { get; }

    /// <summary>Has the message learned; a fault of the scanner is an outcome, not an exception.</summary>
    /// <param name="request">Its pseudo header is not used: what is learned is the message as it came.</param>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    Task<LearnOutcome> LearnAsync(SpamRequest request, SpamClass taught, CancellationToken cancellationToken);
}
