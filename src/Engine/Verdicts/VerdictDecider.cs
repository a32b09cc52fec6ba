using System.Globalization;
using Amavis.Core.Categories;
using Amavis.Core.Explaining;

namespace Amavis.Engine.Verdicts;

/// <summary>From findings and policy to verdicts: pure, one recipient at a time, most severe category first.</summary>
public static class VerdictDecider
{
    /// <summary>Points taken off before the tag level is compared for a whitelisted sender.</summary>
    private const double WhitelistTagBonus = 10;

    /// <param name="nullSender">The envelope sender is empty.</param>
    /// <param name="logId">Stands in the reply of blocked mail.</param>
    public static RecipientVerdict Decide(Findings findings, RecipientPolicy policy, int recipientIndex, bool nullSender, string logId)
    {
        ArgumentNullException.ThrowIfNull(findings);
        ArgumentNullException.ThrowIfNull(policy);
        var steps = new List<string>();
        var banned = recipientIndex < findings.Banned.Count && !policy.BypassBanned ? findings.Banned[recipientIndex] : null;
        var categories = FromContent(findings, policy, banned, steps);
        var found = recipientIndex < findings.Spam.Count ? findings.Spam[recipientIndex] : null;
        var correspondence = recipientIndex < findings.Correspondence.Count ? findings.Correspondence[recipientIndex] : null;
        var spam = SpamLevels(findings, found, correspondence, policy, steps);
        if (spam.IsTag)
            categories = categories.With(new CategoryKey(ContentCategory.Clean, 1));
        if (spam.IsTag2)
            categories = categories.With(ContentCategory.Spammy);
        if (spam.IsTag3)
            categories = categories.With(new CategoryKey(ContentCategory.Spammy, 1));
        if (spam.IsKill)
            categories = categories.With(ContentCategory.Spam);
        if (policy.SizeLimit is { } limit && findings.Size > limit)
        {
            categories = categories.With(ContentCategory.Oversized);
            steps.Add(Invariant($"{findings.Size} octets exceed the recipient's limit of {limit}: Oversized"));
        }

        foreach (var key in recipientIndex < findings.AddedCategories.Count ? findings.AddedCategories[recipientIndex] : [])
        {
            categories = categories.With(key);
            steps.Add($"a hook says {key.DisplayName}");
        }

        var (blocking, destiny) = Block(categories, policy, nullSender || findings.IsBulk, steps);
        var verdict = new RecipientVerdict
        {
            Policy = policy,
            Categories = categories,
            Blocking = blocking,
            Destiny = destiny,
            Score = spam.Score,
            Tests = spam.Tests,
            Spam = found,
            Correspondence = correspondence,
            IsTag = spam.IsTag,
            IsTag2 = spam.IsTag2,
            IsTag3 = spam.IsTag3,
            IsKill = spam.IsKill,
            Banned = banned,
            DsnSuppressReason = SuppressReason(findings, categories, policy, banned),
            Steps = steps,
        };
        return blocking is null ? verdict : verdict with { BlockedReply = BlockedReplies.Make(verdict, findings, logId) };
    }

    /// <summary>Would the message be blocked for this recipient by what is known before the spam check.</summary>
    public static bool IsCertainlyBlocked(Findings findings, RecipientPolicy policy, int recipientIndex, bool nullSender)
    {
        ArgumentNullException.ThrowIfNull(findings);
        ArgumentNullException.ThrowIfNull(policy);
        var banned = recipientIndex < findings.Banned.Count && !policy.BypassBanned ? findings.Banned[recipientIndex] : null;
        var steps = new List<string>();
        return Block(FromContent(findings, policy, banned, steps), policy, nullSender || findings.IsBulk, steps).Blocking is not null;
    }

    private static CategorySet FromContent(Findings findings, RecipientPolicy policy, BannedFinding? banned, List<string> steps)
    {
        var categories = CategorySet.Clean;
        if (findings.Virus.Infected && !policy.BypassVirus)
        {
            categories = categories.With(ContentCategory.Virus);
            steps.Add($"virus scanner found {string.Join(", ", findings.Virus.Names)}: Virus");
        }
        if (banned is not null)
        {
            categories = categories.With(ContentCategory.Banned);
            steps.Add($"banned rule {banned.RuleKey} matches {banned.ShortReason}: Banned");
        }
        categories = WithUnchecked(categories, findings, policy, steps);
        if (!policy.BypassHeader && findings.HeaderDefects.Count > 0)
        {
            var worst = findings.HeaderDefects.Max(d => d.Minor);
            categories = categories.With(new CategoryKey(ContentCategory.BadHeader, worst));
            if (findings.HeaderDefects.Any(d => d.Minor == 1))
                categories = categories.With(new CategoryKey(ContentCategory.BadHeader, 1));
            steps.Add($"header check: {findings.HeaderDefects[0].Text}: BadHdr");
        }
        return categories;
    }

    private static CategorySet WithUnchecked(CategorySet categories, Findings findings, RecipientPolicy policy, List<string> steps)
    {
        var tree = findings.Tree;
        if (tree is { AnyAmbiguous: true })
        {
            categories = categories.With(new CategoryKey(ContentCategory.Unchecked, 3));
            steps.Add("the structure can be read in more than one way: UncheckedAmbiguousContent");
        }
        if (policy.BypassVirus)
            return categories;
        if (tree is { AnyEncrypted: true })
        {
            categories = categories.With(new CategoryKey(ContentCategory.Unchecked, 1));
            steps.Add("a part is encrypted: UncheckedEncrypted");
        }
        if (tree is { OverLimits: true })
        {
            categories = categories.With(new CategoryKey(ContentCategory.Unchecked, 2));
            steps.Add($"{tree.Hold ?? "limits of unpacking exceeded"}: UncheckedOverLimits");
        }
        if (tree is { AnyUndecipherable: true } && !categories.Has(ContentCategory.Unchecked))
        {
            categories = categories.With(ContentCategory.Unchecked);
            steps.Add("a part can't be taken apart: Unchecked");
        }
        if (findings.Virus.Failed)
        {
            categories = categories.With(ContentCategory.Unchecked);
            steps.Add("no virus scanner gave a verdict: Unchecked");
        }
        return categories;
    }

    private readonly record struct Levels(double? Score, IReadOnlyList<TestScore> Tests, bool IsTag, bool IsTag2, bool IsTag3, bool IsKill);

    /// <summary>Score of the scanners, the sender lists, the virus names and the signers' reputation, as earlier mail is looked up by; unscored counts as 0.</summary>
    public static double ScoreBeforeCorrespondence(Findings findings, RecipientPolicy policy, int recipientIndex)
    {
        ArgumentNullException.ThrowIfNull(findings);
        ArgumentNullException.ThrowIfNull(policy);
        return Score(findings, recipientIndex < findings.Spam.Count ? findings.Spam[recipientIndex] : null, policy, []) ?? 0;
    }

    private static double? Score(Findings findings, SpamFinding? found, RecipientPolicy policy, List<TestScore> tests)
    {
        var score = found?.Score;
        if (policy.SenderPoints != 0)
        {
            score = (score ?? 0) + policy.SenderPoints;
            tests.Add(new TestScore("AM.WBL", Math.Round(policy.SenderPoints, 3), "Points of the sender lists"));
        }
        if (findings.Virus.Scores.Count > 0)
        {
            score = (score ?? 0) + findings.Virus.Scores.Max(s => s.Points);
            tests.AddRange(findings.Virus.Scores);
        }
        tests.AddRange((found?.Tests ?? []).OrderBy(t => t.Name, StringComparer.Ordinal));
        // Mail without a score gets none by its signer alone.
        if (score is { } own && findings.Reputation?.Adjust(own) is { Points: not 0 } reputation)
        {
            score = own + reputation.Points;
            tests.Insert(0, reputation);
        }
        return score;
    }

    private static Levels SpamLevels(Findings findings, SpamFinding? found, CorrespondenceFinding? correspondence, RecipientPolicy policy, List<string> steps)
    {
        var tests = new List<TestScore>();
        var score = Score(findings, found, policy, tests);
        if (correspondence is not null)
        {
            score = (score ?? 0) + correspondence.Tests.Sum(t => t.Points);
            tests.InsertRange(0, correspondence.Tests);
            steps.AddRange(correspondence.Tests.Select(t => Invariant($"{t.Description}: {t.Points:+0.###;-0.###} points ({t.Name})")));
        }
        if (policy.BypassSpam)
            return new Levels(score, tests, false, false, false, false);

        var compared = score ?? 0;
        bool black = policy.SenderBlacklisted, white = policy.SenderWhitelisted;
        bool Reaches(string name, double? level)
        {
            var reached = !white && (black || (level is { } l && compared >= l));
            if (reached)
                steps.Add(black ? $"the sender is blacklisted: {name}" : Invariant($"score {compared:0.###} reaches the {name} level {level:0.###}"));
            return reached;
        }

        var tag = black || policy.TagLevel is null || compared - (white ? WhitelistTagBonus : 0) >= policy.TagLevel;
        if (white)
            steps.Add("the sender is whitelisted: no spam level counts");
        return new Levels(score, tests, tag, Reaches("tag2", policy.Tag2Level), Reaches("tag3", policy.Tag3Level), Reaches("kill", policy.KillLevel));
    }

    /// <summary>Walks down the categories; the first with a destiny other than pass, for which the recipient is no lover, blocks.</summary>
    private static (CategoryKey? Blocking, Destiny Destiny) Block(CategorySet categories, RecipientPolicy policy, bool noBadHeaderBounce, List<string> steps)
    {
        foreach (var key in categories.Keys.Append(ContentCategory.CatchAll))
        {
            if (policy.DestinyOf(key) is not { } destiny || destiny == Destiny.Pass)
                continue;
            if (policy.IsLoverOf(key))
            {
                steps.Add($"{key.DisplayName}: the recipient wants such mail");
                continue;
            }
            if (destiny == Destiny.Bounce && key.Major == ContentCategory.BadHeader && noBadHeaderBounce)
            {
                steps.Add($"{key.DisplayName}: not bounced to a null or bulk sender, passed");
                continue;
            }
            steps.Add($"{key.DisplayName}: final destiny {destiny}");
            return (key, destiny);
        }
        steps.Add("nothing blocks: passed");
        return (null, Destiny.Pass);
    }

    private static string? SuppressReason(Findings findings, CategorySet categories, RecipientPolicy policy, BannedFinding? banned)
    {
        if (categories.Has(ContentCategory.Virus)
            && findings.Virus.Names.Any(n => policy.Settings.VirusesThatFakeSenderMaps.FindText(n)?.IsTrue ?? false))
            return "INFECTED";
        return banned?.SuppressDsn;
    }

    private static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
