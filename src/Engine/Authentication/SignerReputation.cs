using Amavis.Core.Addresses;
using Amavis.Core.Explaining;
using Amavis.Core.Lookups;
using Amavis.Core.Policy;
using Amavis.Dkim.Results;

namespace Amavis.Engine.Authentication;

/// <summary>What the signers of a message are known for.</summary>
/// <param name="Score">The score their mail usually deserves.</param>
/// <param name="Weight">Against the score of this message, 0 to 1.</param>
public sealed record SignerReputation(string Domain, double Score, double Weight)
{
    /// <summary>The lowest among the signing domains; null: none is known, or no key is long enough.</summary>
    public static SignerReputation? Find(Settings settings, DkimReport report)
    {
        ArgumentNullException.ThrowIfNull(settings);
        ArgumentNullException.ThrowIfNull(report);
        if (settings.SignerReputationMaps.Tables.Count == 0)
            return null;
        SignerReputation? lowest = null;
        foreach (var signature in report.Valid.Where(v => v.RsaStrength >= settings.DkimMinimumKeyBits))
        {
            var keys = AddressKeys.For(new MailAddress("", signature.Domain), settings.AddressRules);
            if (settings.SignerReputationMaps.Number(keys) is { } score && (lowest is null || score < lowest.Score))
                lowest = new SignerReputation(signature.Domain, score, settings.ReputationFactor);
        }
        return lowest;
    }

    /// <summary>What a score becomes: so much reputation, so much of itself.</summary>
    public TestScore Adjust(double score) =>
        new("AM.DKIM_REPUT", Math.Round(Weight * (Score - score), 3), $"Reputation of the signing domain {Domain}");
}
