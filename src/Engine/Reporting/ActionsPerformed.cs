using Amavis.Core.Categories;
using Amavis.Engine.Quarantine;
using Amavis.Engine.Verdicts;

namespace Amavis.Engine.Reporting;

/// <summary>The words in braces of the log line, and the status counters, from the outcomes.</summary>
public static class ActionsPerformed
{
    /// <summary>Status of one recipient: <c>RelayedUntagged</c>, <c>Discarded</c>, …</summary>
    public static string StatusName(RecipientOutcome outcome)
    {
        ArgumentNullException.ThrowIfNull(outcome);
        if (outcome is { LeftToClient: true, IsPassed: true })
            return "Accepted";
        if (outcome.Reply.IsTempFail)
            return "TempFailed";
        if (outcome.Reply.IsReject && outcome.Destiny == Destiny.Reject && outcome.Dsn == DsnDecision.None)
            return "Rejected";
        if (outcome.IsDelivered)
            return outcome.Marked ? "RelayedTagged" : "RelayedUntagged";
        return outcome.Destiny switch
        {
            Destiny.Discard => "Discarded",
            Destiny.Bounce or Destiny.Reject => outcome.Dsn == DsnDecision.Send ? "Bounced" : "NoBounce",
            _ => "Unknown",
        };
    }

    /// <summary><c>RelayedInbound</c> and the like in alphabetical order, then what was kept.</summary>
    public static IReadOnlyList<string> Of(IReadOnlyList<RecipientOutcome> outcomes, bool originating, IReadOnlyList<StoredCopy> copies)
    {
        ArgumentNullException.ThrowIfNull(outcomes);
        ArgumentNullException.ThrowIfNull(copies);
        var actions = outcomes
            .Select(o => LogName(StatusName(o)) + MailDirections.Of(originating, o.Verdict.Policy.IsLocal))
            .Distinct().Order(StringComparer.Ordinal).ToList();
        actions.AddRange(copies.Select(c => c.Archive ? "Archived" : "Quarantined").Distinct());
        return actions;
    }

    private static string LogName(string status) => status == "RelayedUntagged" ? "Relayed" : status;
}
