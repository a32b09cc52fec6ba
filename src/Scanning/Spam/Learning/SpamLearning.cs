using Amavis.Core.Messages;

namespace Amavis.Scanning.Spam.Learning;

/// <summary>What became of one scanner.</summary>
/// <param name="Outcome">For several users the worst of theirs.</param>
public sealed record LearnAnswer(string Scanner, LearnOutcome Outcome);

/// <summary>Teaches all scanners that learn one message.</summary>
public static class SpamLearning
{
    /// <summary>Users one message is taught to; as many as it is checked for.</summary>
    private const int MaxUsers = 16;

    /// <param name="users">Whose preferences apply; null stands for the scanner's default user. At least one.</param>
    public static async Task<IReadOnlyList<LearnAnswer>> RunAsync(
        IReadOnlyList<ISpamLearner> learners, Spool message, long octets, IReadOnlyList<string?> users, SpamClass taught, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(learners);
        return await Task.WhenAll(learners.Select(TeachAsync));

        async Task<LearnAnswer> TeachAsync(ISpamLearner learner)
        {
            var outcomes = new List<LearnOutcome>();
            foreach (var user in users.Distinct().Take(MaxUsers))
            {
                var request = new SpamRequest { Spool = message, PseudoHeader = default, Octets = octets, User = user };
                outcomes.Add(await learner.LearnAsync(request, taught, cancellationToken));
                // A scanner that does not answer is not asked for the next user.
                if (outcomes[^1] is LearnOutcome.Failed)
                    break;
            }
            var worst = outcomes.Find(o => o is LearnOutcome.Failed) ?? outcomes.Find(o => o is LearnOutcome.Learned) ?? outcomes[0];
            return new LearnAnswer(learner.Name, worst);
        }
    }
}
