using Amavis.Core.Messages;

namespace Amavis.Protocols.Milter.Server.Stages;

/// <summary>A verdict in packets: first the changes, each of which the MTA must have agreed to, then the word that lets the message go on.</summary>
internal static class VerdictPackets
{
    /// <summary>Octets of a new body that are held before they are sent.</summary>
    private const long MaxPendingOctets = 256 << 10;

    public static async ValueTask WriteAsync(MilterSession session, MilterTransaction transaction, MessageReplies replies)
    {
        var verdict = replies.HandedBack ?? HandedBack.Of(replies.Single);
        using var body = verdict.Body as IDisposable;
        switch (verdict.Verdict)
        {
            case ClientVerdict.Continue when Missing(session, verdict) is { } missing:
                session.Log(-1, $"the MTA does not let a filter {missing}, which this message needs");
                session.Replies.Reply(new SmtpReply(451, $"4.5.0 Error in processing, id={session.LogId}, the mail server does not let the filter {missing}"));
                break;
            case ClientVerdict.Continue:
                WriteChanges(session, transaction, verdict);
                if (verdict.Body is { } octets)
                    await WriteBodyAsync(session, octets);
                session.Replies.Write(MilterReplyCode.Continue);
                break;
            case ClientVerdict.Discard:
                session.Replies.Write(MilterReplyCode.Discard);
                break;
            default:
                session.Replies.Reply(replies.Single);
                break;
        }
    }

    /// <summary>Null: all that is needed was agreed on.</summary>
    private static string? Missing(MilterSession session, HandedBack verdict)
    {
        (bool Needed, MilterActions Action, string Words)[] needs =
        [
            (verdict.Header.Any(c => c.Kind is FieldChangeKind.Insert or FieldChangeKind.Append), MilterActions.AddHeaders, "add header fields"),
            (verdict.Header.Any(c => c.Kind is FieldChangeKind.Replace or FieldChangeKind.Delete), MilterActions.ChangeHeaders, "change header fields"),
            (verdict.Recipients.Count > 0, MilterActions.DeleteRecipients, "take recipients away"),
            (verdict.Recipients.Any(r => r.Replacement is not null), MilterActions.AddRecipients, "add recipients"),
            (verdict.Sender is not null, MilterActions.ChangeSender, "change the sender"),
            (verdict.Body is not null, MilterActions.ReplaceBody, "replace the body"),
            (verdict.Hold is not null, MilterActions.Quarantine, "hold a message back"),
        ];
        foreach (var (needed, action, words) in needs)
            if (needed && !session.Agreed(action))
                return words;
        return null;
    }

    private static void WriteChanges(MilterSession session, MilterTransaction transaction, HandedBack verdict)
    {
        var replies = session.Replies;
        foreach (var change in verdict.Header.Where(c => c.Kind is FieldChangeKind.Replace or FieldChangeKind.Delete))
            replies.ChangeHeader(change.Occurrence, change.Name, change.Kind == FieldChangeKind.Delete ? null : change.Body);
        // Each goes above the one before, so the topmost is sent last: MTAs count places in different ways.
        var index = Math.Max(0, transaction.Policy.Settings.PrependHeaderFieldsHdridx);
        foreach (var change in verdict.Header.Reverse().Where(c => c.Kind == FieldChangeKind.Insert))
            replies.InsertHeader(index, change.Name, change.Body);
        foreach (var change in verdict.Header.Where(c => c.Kind == FieldChangeKind.Append))
            replies.AddHeader(change.Name, change.Body);
        foreach (var change in verdict.Recipients)
        {
            replies.DeleteRecipient(transaction.RecipientPaths[change.Index]);
            if (change.Replacement is { } replacement)
                replies.AddRecipient(replacement.Bracketed);
        }
        if (verdict.Sender is { } sender)
            replies.ChangeSender(sender.Bracketed);
        if (verdict.Hold is { } reason)
            replies.Quarantine(reason);
    }

    private static async ValueTask WriteBodyAsync(MilterSession session, OutgoingMessage body)
    {
        // An empty packet empties a body that has nothing in the place of the old.
        if (body.Length == 0)
            session.Replies.ReplaceBody([]);
        foreach (var chunk in body.Chunks())
        {
            for (var at = 0; at < chunk.Length; at += MilterReplyWriter.BodyChunkOctets)
                session.Replies.ReplaceBody(chunk.Span.Slice(at, Math.Min(MilterReplyWriter.BodyChunkOctets, chunk.Length - at)));
            if (session.Replies.PendingOctets < MaxPendingOctets)
                continue;
            session.Replies.Flushed();
            if (!await session.Pipes.FlushAsync(MilterLimits.Write))
                throw new IOException("the MTA takes nothing any more");
        }
    }
}
