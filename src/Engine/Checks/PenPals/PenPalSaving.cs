using Amavis.Engine.Verdicts;

namespace Amavis.Engine.Checks.PenPals;

/// <summary>Which spam level the bonus kept a passed message below.</summary>
internal static class PenPalSaving
{
    /// <summary>Name of the counter of the highest level avoided; null: none, or blocked all the same.</summary>
    public static string? Counter(RecipientVerdict verdict)
    {
        if (verdict.IsBlocked || verdict.Correspondence is not { PenPal: not null } pal || verdict.Score is not { } score)
            return null;
        var before = score - pal.Tests.Where(t => t.Name == "AM.PENPAL").Sum(t => t.Points);
        bool Avoided(double? level) => level is { } l && before >= l && score < l;
        var policy = verdict.Policy;
        if (Avoided(policy.KillLevel))
            return "PenPalsSavedFromKill";
        if (Avoided(policy.Tag3Level))
            return "PenPalsSavedFromTag3";
        return Avoided(policy.Tag2Level) ? "PenPalsSavedFromTag2" : null;
    }
}
