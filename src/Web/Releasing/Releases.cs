using Amavis.Core.Addresses;
using Amavis.Core.Messages;
using Amavis.Core.Policy;
using Amavis.Data.Console;
using Amavis.Protocols.AmPdp;

namespace Amavis.Web.Releasing;

/// <summary>
/// Releases and deletes held messages. A release is sent first, marked when the next hop has taken it, and shown with that hop's own
/// words; a crash between the two gives a second copy at worst, never a lost one.
/// </summary>
internal sealed class Releases(MessageQuery messages, KeptCopies copies, ReleaseMarks marks, IReleaseSocket socket, AuditLog audit, Settings settings)
{
    /// <summary>Some spam scanner is to be taught.</summary>
    public bool CanTeach { get; } = settings.SpamScanners.Any(s => s.Learns);


    /// <param name="client">Address of the client, for the audit.</param>
    /// <param name="positions">Null: all recipients it is held from.</param>
    /// <param name="again">Also to recipients it was released to before.</param>
    public async Task<ItemResult> ReleaseAsync(
        ConsoleViewer viewer, string client, MessageKey key, IReadOnlyList<int>? positions, bool again, CancellationToken cancellationToken)
    {
        viewer.Demand(ConsoleRights.Release);
        if (await messages.FindAsync(viewer, key, cancellationToken) is not { Summary: var message })
            return ItemResult.NotFound(key);
        if (!message.IsReleasable || await copies.FindAsync(viewer, key, ConsoleRights.Release, cancellationToken) is not { } copy)
            return new ItemResult(key, message, ItemState.Failed, "No copy of it is kept where it could be released from.", []);
        var chosen = Chosen(message, positions, again);
        if (chosen.Count == 0)
            return NothingHeld(key, message);
        if (!again && chosen.Any(r => r.ReleaseStatus == 'R'))
            return Released(key, message);
        if (Request(viewer, copy, chosen) is not { } request)
            return new ItemResult(key, message, ItemState.Failed, "A recipient's address can't be used in a release.", []);
        var result = await SendAsync(key, message, request, chosen, cancellationToken);
        // From here on the mail may be out: what is left to write is written even when the browser has gone.
        var accepted = chosen.Where((_, i) => result.Recipients.Count > i && result.Recipients[i].Accepted).Select(r => r.Position).ToList();
        if (accepted.Count > 0)
            await marks.MarkReleasedAsync(viewer, key, accepted, CancellationToken.None);
        var detail = string.Join("; ", result.Recipients.Select(r => $"<{r.Address}> {r.Reply}"));
        await audit.AppendAsync(new AuditEntry(viewer.Name, client, again ? "release-again" : "release", key.ToString(), detail.Length > 0 ? detail : result.Text), CancellationToken.None);
        return result;
    }

    /// <summary>Has the spam scanners learn what a message is. Whatever comes of it, the message stays as it is.</summary>
    /// <param name="positions">Whose user names it is learned for; null: all recipients.</param>
    public async Task<ItemResult> TeachAsync(
        ConsoleViewer viewer, string client, MessageKey key, IReadOnlyList<int>? positions, SpamClass taught, CancellationToken cancellationToken)
    {
        viewer.Demand(ConsoleRights.Release);
        if (await messages.FindAsync(viewer, key, cancellationToken) is not { Summary: var message })
            return ItemResult.NotFound(key);
        if (!message.IsReleasable || await copies.FindAsync(viewer, key, ConsoleRights.Release, cancellationToken) is not { } copy)
            return new ItemResult(key, message, ItemState.Failed, "No copy of it is kept that could be learned.", []);
        List<RecipientSummary> chosen = [.. message.Recipients.Where(r => positions is null || positions.Contains(r.Position))];
        if (Request(viewer, copy, chosen) is not { } request)
            return new ItemResult(key, message, ItemState.Failed, "A recipient's address can't be used in a request.", []);
        ItemResult result;
        try
        {
            var replies = (await socket.SendAsync(request with { Kind = ReleaseKind.Learn, LearnAs = taught }, cancellationToken)).Replies;
            var each = replies.Select(r => new RecipientResult("", r.IsSuccess, r.ToString())).ToList();
            var learned = each.Count(r => r.Accepted);
            var word = taught == SpamClass.Spam ? "spam" : "not spam";
            result = learned == each.Count ? new ItemResult(key, message, ItemState.Done, $"Learned as {word}.", each)
                : learned > 0 ? new ItemResult(key, message, ItemState.Partly, $"Learned as {word} by some scanners only.", each)
                : new ItemResult(key, message, ItemState.Failed, "It was not learned.", each);
        }
        catch (IOException e)
        {
            result = new ItemResult(key, message, ItemState.Failed, "The daemon could not be asked to learn it: " + e.Message, []);
        }
        var detail = string.Join("; ", result.Recipients.Select(r => r.Reply));
        var act = taught == SpamClass.Spam ? "learn-spam" : "learn-ham";
        await audit.AppendAsync(new AuditEntry(viewer.Name, client, act, key.ToString(), detail.Length > 0 ? detail : result.Text), CancellationToken.None);
        return result;
    }

    /// <param name="positions">Null: all recipients.</param>
    public async Task<ItemResult> DeleteAsync(
        ConsoleViewer viewer, string client, MessageKey key, IReadOnlyList<int>? positions, CancellationToken cancellationToken)
    {
        viewer.Demand(ConsoleRights.Delete);
        if (await messages.FindAsync(viewer, key, cancellationToken) is not { Summary: var message })
            return ItemResult.NotFound(key);
        var deleted = await marks.DeleteAsync(viewer, key, positions, cancellationToken);
        var text = (deleted.Recipients, deleted.TextRemoved) switch
        {
            (0, false) => "Nothing was left to delete.",
            (_, true) => "Deleted; the kept text has been removed.",
            (1, _) => "Marked as deleted for one recipient.",
            (var n, _) => $"Marked as deleted for {n} recipients.",
        };
        await audit.AppendAsync(new AuditEntry(viewer.Name, client, "delete", key.ToString(), text), CancellationToken.None);
        return new ItemResult(key, message, ItemState.Done, text, []);
    }

    private static List<RecipientSummary> Chosen(MessageSummary message, IReadOnlyList<int>? positions, bool again) => positions is not null
        ? [.. message.Recipients.Where(r => positions.Contains(r.Position))]
        : [.. message.Recipients.Where(r => r.IsHeld || (again && r.ReleaseStatus == 'R'))];

    private static ItemResult NothingHeld(MessageKey key, MessageSummary message) => message.Recipients.Any(r => r.ReleaseStatus == 'R')
        ? Released(key, message)
        : new ItemResult(key, message, ItemState.Failed, "It is not held from anybody.", []);

    private static ItemResult Released(MessageKey key, MessageSummary message) => new(
        key, message, ItemState.NeedsConfirmation,
        "Already released to " + string.Join(", ", message.Recipients.Where(r => r.ReleaseStatus == 'R').Select(r => r.Address)) + ".", []);

    private static ReleaseRequest? Request(ConsoleViewer viewer, KeptCopy copy, List<RecipientSummary> chosen)
    {
        var recipients = new List<MailAddress>(chosen.Count);
        foreach (var recipient in chosen)
        {
            if (!MailAddress.TryParse(recipient.Address, out var address) || address.IsNull)
                return null;
            recipients.Add(address);
        }
        var (_, _, file, _) = ReleaseArguments.ReadLocation(copy.Location);
        return new ReleaseRequest
        {
            MailId = copy.Key.MailId,
            SecretId = copy.SecretId.Length > 0 ? copy.SecretId : null,
            PartitionTag = copy.Key.PartitionTag,
            QuarantineType = copy.QuarantineType,
            MailFile = ReleaseRequest.IsMailFile(file) ? file : null,
            RequestedBy = MailAddress.TryParse(viewer.Name, out var person) && person.Domain.Length > 0 ? person : null,
            Recipients = recipients,
        };
    }

    private async Task<ItemResult> SendAsync(
        MessageKey key, MessageSummary message, ReleaseRequest request, List<RecipientSummary> chosen, CancellationToken cancellationToken)
    {
        IReadOnlyList<SmtpReply> replies;
        try
        {
            replies = (await socket.SendAsync(request, cancellationToken)).Replies;
        }
        catch (IOException e)
        {
            return new ItemResult(key, message, ItemState.Failed, "The daemon could not be asked: " + e.Message, []);
        }
        // One reply for several recipients is about the request as a whole: nothing went out that could be marked.
        var each = replies.Count == chosen.Count;
        var results = chosen.Select((r, i) => new RecipientResult(r.Address, each && replies[i].IsSuccess, (each ? replies[i] : replies[0]).ToString())).ToList();
        var accepted = results.Count(r => r.Accepted);
        return accepted == results.Count
            ? new ItemResult(key, message, ItemState.Done, "The next hop has taken it.", results)
            : new ItemResult(key, message, accepted > 0 ? ItemState.Partly : ItemState.Failed,
                accepted > 0 ? "The next hop has taken it for some recipients only." : "It was not released.", results);
    }
}
