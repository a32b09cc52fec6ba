using Amavis.Core.Categories;
using Amavis.Core.Messages;

namespace Amavis.Engine.Verdicts;

/// <summary>One reply for a message with several recipients (protocols with a single answer after the data).</summary>
public static class OneResponse
{
    public static SmtpReply Of(IReadOnlyList<RecipientOutcome> outcomes, string logId)
    {
        ArgumentNullException.ThrowIfNull(outcomes);
        if (outcomes.Count == 0)
            return new SmtpReply(250, $"2.5.0 Ok, id={logId}");
        if (outcomes.FirstOrDefault(o => o.Reply.IsTempFail) is { } failed)
            return failed.Reply;
        if (outcomes.FirstOrDefault(o => !o.Reply.IsSuccess && !o.Reply.IsReject) is { } odd)
            return new SmtpReply(451, $"4.5.0 Bad SMTP response code: {odd.Reply.Code}, id={logId}");
        if (outcomes.All(o => o.Destiny == Destiny.Discard))
            return outcomes[0].Reply;
        var refused = outcomes.Where(o => o.Reply.IsReject && o.Destiny != Destiny.Bounce).ToList();
        if (refused.Count > 0 && outcomes.All(o => o.Destiny == Destiny.Discard || (o.Reply.IsReject && o.Destiny != Destiny.Bounce)))
            return (refused.FirstOrDefault(o => o.Relayed) ?? refused[0]).Reply;
        return Mixed(outcomes, logId);
    }

    private static SmtpReply Mixed(IReadOnlyList<RecipientOutcome> outcomes, string logId)
    {
        var passed = outcomes.FirstOrDefault(o => o.IsDelivered);
        var left = outcomes.Any(o => o.LeftToClient) ? ", continue delivery" : "";
        var reply = passed?.Reply ?? new SmtpReply(250, $"2.5.0 Ok, id={logId}{left}");
        var list = new List<string>();
        var affected = 0;
        void Count(string word, Func<RecipientOutcome, bool> which)
        {
            var n = outcomes.Count(which);
            if (n == 0)
                return;
            affected += n;
            list.Add(n == outcomes.Count ? word : $"{n} {word}");
        }

        Count("REJECT", o => o.Destiny == Destiny.Reject);
        Count("BOUNCE", o => o.Destiny == Destiny.Bounce && o.Dsn == DsnDecision.Send);
        Count("DISCARD(bounce.suppressed)", o => o.Destiny == Destiny.Bounce && o.Dsn != DsnDecision.Send);
        Count("DISCARD", o => o.Destiny == Destiny.Discard);
        if (list.Count == 0)
            return reply;
        var but = affected == outcomes.Count ? "" : "but ";
        return new SmtpReply(reply.Code, $"{reply.Text}, {but}{string.Join(", and ", list)}");
    }

    /// <summary>One reply for each recipient (LMTP): bounces are our duty, so the client is told 250.</summary>
    public static IReadOnlyList<SmtpReply> PerRecipient(IReadOnlyList<RecipientOutcome> outcomes)
    {
        ArgumentNullException.ThrowIfNull(outcomes);
        return [.. outcomes.Select(One)];
    }

    private static SmtpReply One(RecipientOutcome outcome)
    {
        if (!outcome.Reply.IsReject || outcome.Destiny == Destiny.Reject)
            return outcome.Reply;
        var words = outcome.Dsn switch
        {
            DsnDecision.Send => "DSN was sent",
            DsnDecision.Suppressed => "DSN suppressed",
            _ => "DSN suppressed_2",
        };
        return new SmtpReply(250, $"2.5.0 Ok {outcome.Verdict.Recipient.Address.Bracketed}, {words} ({outcome.Reply})");
    }
}
