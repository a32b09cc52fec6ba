using Amavis.Core.Messages;
using Amavis.Engine.Verdicts;

namespace Amavis.Engine.Delivery;

/// <summary>From outcomes to what a client is told that passes the message on itself; pure.</summary>
internal static class HandBack
{
    /// <param name="single">The one reply for all recipients.</param>
    /// <param name="header">The changes for the recipients left to the client.</param>
    public static HandedBack Of(IReadOnlyList<RecipientOutcome> outcomes, SmtpReply single, IReadOnlyList<FieldChange> header)
    {
        // A reply of success with somebody left to serve is the one case in which the client goes on.
        if (!single.IsSuccess || !outcomes.Any(o => o.LeftToClient))
            return HandedBack.Of(single);
        var changed = new List<RecipientChange>();
        for (var i = 0; i < outcomes.Count; i++)
        {
            var outcome = outcomes[i];
            if (!outcome.LeftToClient)
                changed.Add(new RecipientChange(i, null));
            else if (outcome.FinalAddress is { } address && address != outcome.Verdict.Recipient.Address)
                changed.Add(new RecipientChange(i, address));
        }
        return new HandedBack { Verdict = ClientVerdict.Continue, Recipients = changed, Header = header };
    }
}
