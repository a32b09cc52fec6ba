using Amavis.Core.Addresses;
using Amavis.Core.Categories;
using Amavis.Core.Messages;

namespace Amavis.Engine.Verdicts;

/// <summary>Does a delivery status notification tell the sender about a recipient; the first rule that matches decides.</summary>
public static class DsnDecider
{
    /// <param name="allRejected">Every recipient's mail is refused, so the client's session carries the answer.</param>
    /// <param name="isCredible">The envelope sender is likely to be no forged one: other cut-off levels hold.</param>
    public static DsnDecision Decide(
        RecipientOutcome outcome, Envelope envelope, bool repliesPerRecipient, bool allRejected, bool isBulk, double? bySenderCutoff, bool isCredible = false)
    {
        ArgumentNullException.ThrowIfNull(outcome);
        ArgumentNullException.ThrowIfNull(envelope);
        var verdict = outcome.Verdict;
        var notify = verdict.Recipient.Notify;
        var nullSender = envelope.Sender == MailAddress.Null;
        var reply = outcome.Reply;
        if (reply.IsTempFail)
            return DsnDecision.None;
        if (reply.IsReject && outcome.Destiny == Destiny.Reject && (repliesPerRecipient || allRejected))
            return DsnDecision.None;
        var wantsFailure = notify == DsnNotify.Unspecified || notify.HasFlag(DsnNotify.Failure);
        if (reply.IsReject && (!wantsFailure || notify.HasFlag(DsnNotify.Never) || nullSender))
            return DsnDecision.Suppressed;
        if (reply.IsSuccess && !notify.HasFlag(DsnNotify.Success) && !WarnsSender(outcome))
            return DsnDecision.None;
        if (reply.IsSuccess && notify.HasFlag(DsnNotify.Success) && outcome.DsnPropagated)
            return DsnDecision.None;
        if (notify.HasFlag(DsnNotify.Never) || nullSender || outcome.Destiny == Destiny.Discard || verdict.DsnSuppressReason is not null)
            return DsnDecision.Suppressed;
        if (IsCutOff(verdict, bySenderCutoff, isCredible))
            return DsnDecision.Suppressed;
        if (isBulk && outcome.Categories.Main.Major > ContentCategory.Clean)
            return DsnDecision.Suppressed;
        return DsnDecision.Send;
    }

    /// <summary>Delivered all the same, but the settings say that the sender is warned of such mail.</summary>
    public static bool WarnsSender(RecipientOutcome outcome)
    {
        ArgumentNullException.ThrowIfNull(outcome);
        var policy = outcome.Verdict.Policy;
        var notify = outcome.Verdict.Recipient.Notify;
        if (!outcome.Relayed || !outcome.Reply.IsSuccess || (notify != DsnNotify.Unspecified && !notify.HasFlag(DsnNotify.Delay)))
            return false;
        return policy.Settings.NoticesByCcat.WarnSender.Find(outcome.Categories, outcome.Blocking)?.IsTrue(policy.Keys) ?? false;
    }

    private static bool IsCutOff(RecipientVerdict verdict, double? bySender, bool isCredible)
    {
        var score = verdict.Score ?? 0;
        if (bySender is { } s && score >= s)
            return true;
        var policy = verdict.Policy;
        var cutoff = isCredible ? policy.Settings.SpamCrediblefromDsnCutoffLevelMaps.Number(policy.Keys) : policy.DsnCutoffLevel;
        return cutoff is { } level && (score >= level || policy.SenderBlacklisted);
    }
}
