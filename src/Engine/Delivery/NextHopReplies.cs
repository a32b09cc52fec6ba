using Amavis.Core.Categories;
using Amavis.Core.Messages;
using Amavis.Engine.Templates;
using Amavis.Engine.Verdicts;

namespace Amavis.Engine.Delivery;

/// <summary>What a refusal of the next hop means for a recipient: a category of its own, with the destiny configured for it.</summary>
internal static class NextHopReplies
{
    /// <param name="facts">For the reason, which is a template.</param>
    public static RecipientOutcome Refused(RecipientOutcome outcome, MacroFacts facts)
    {
        var (verdict, reply) = (outcome.Verdict, outcome.Reply);
        var key = new CategoryKey(ContentCategory.MtaFailed, reply.IsReject ? 2 : 1);
        var categories = verdict.Categories.With(key);
        var destiny = verdict.Policy.DestinyOf(key) ?? verdict.Policy.DestinyOf(ContentCategory.MtaFailed) ?? Destiny.Pass;
        if (destiny == Destiny.Pass)
            destiny = reply.IsReject ? Destiny.Reject : Destiny.TempFail;
        var refused = verdict with { Categories = categories, Blocking = key };
        var blocked = outcome with { Categories = categories, Blocking = key, Destiny = destiny };
        var macros = BlockedReplies.NeedsMore(refused) ? new MessageMacros(facts with { Outcomes = [blocked] }) : null;
        var reason = BlockedReplies.Reason(refused, facts.Findings, facts.Message.LogId, macros);
        return blocked with { Reply = Convert(reply, destiny, reason, verdict.Policy.Settings.SoftBounce) };
    }

    /// <summary><c>550 5.1.1 id=… - Rejected by next-hop MTA on relaying, from MTA(…): 550 5.1.1 No such user</c>.</summary>
    private static SmtpReply Convert(SmtpReply reply, Destiny destiny, string reason, bool softBounce)
    {
        var space = reply.Text.IndexOf(' ');
        var (enhanced, rest) = space < 0 ? (reply.Text, "") : (reply.Text[..space], reply.Text[(space + 1)..]);
        var (code, word) = (reply.Code, "");
        if (reply.IsReject && destiny == Destiny.Discard)
            (code, enhanced, word) = (250, "2" + enhanced[1..], " Discarded");
        // The original leaves 5xx in spite of a temporary destiny, and then has no word for it in the log.
        else if (reply.IsReject && (softBounce || destiny == Destiny.TempFail))
            (code, enhanced) = (450, "4" + enhanced[1..]);
        return new SmtpReply(code, $"{enhanced}{word} {reason}, {rest}");
    }
}
