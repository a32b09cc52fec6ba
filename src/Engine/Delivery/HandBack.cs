using Amavis.Core.Messages;
using Amavis.Engine.Verdicts;

namespace Amavis.Engine.Delivery;

/// <summary>From outcomes to what a client is told that passes the message on itself.</summary>
internal static class HandBack
{
    /// <param name="single">The one reply for all recipients.</param>
    /// <param name="changes">For the recipients left to the client; null: there are none. Its body is taken where the client goes on.</param>
    public static HandedBack Of(IReadOnlyList<RecipientOutcome> outcomes, SmtpReply single, ClientChanges? changes)
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
        return new HandedBack { Verdict = ClientVerdict.Continue, Recipients = changed, Header = changes?.Header ?? [], Body = changes?.TakeBody() };
    }
}
