using Amavis.Engine.Verdicts;

namespace Amavis.Engine.Templates;

/// <summary>Replies whose configured reason has macros about the whole message.</summary>
internal static class ReplyReasons
{
    /// <summary>The verdicts with such replies made anew; most messages have none.</summary>
    /// <param name="facts">All but the outcomes.</param>
    public static List<RecipientVerdict> Complete(List<RecipientVerdict> verdicts, MacroFacts facts) =>
        verdicts.Exists(v => v.IsBlocked && BlockedReplies.NeedsMore(v)) ? [.. verdicts.Select(v => Complete(v, facts))] : verdicts;

    private static RecipientVerdict Complete(RecipientVerdict verdict, MacroFacts facts)
    {
        if (verdict.BlockedReply is not { } reply || !BlockedReplies.NeedsMore(verdict))
            return verdict;
        var outcome = new RecipientOutcome
        {
            Verdict = verdict,
            Reply = reply,
            Categories = verdict.Categories,
            Blocking = verdict.Blocking,
            Destiny = verdict.Destiny,
        };
        var macros = new MessageMacros(facts with { Outcomes = [outcome] });
        return verdict with { BlockedReply = BlockedReplies.Make(verdict, facts.Findings, facts.Message.LogId, macros) };
    }
}
