using Amavis.Data.Model;
using Microsoft.EntityFrameworkCore;

namespace Amavis.Data.Console;

/// <summary>A page of a list of messages.</summary>
/// <param name="Next">Cursor of the page after it; null: this is the last.</param>
public sealed record MessageList(IReadOnlyList<MessageSummary> Messages, string? Next);

/// <summary>The search over all logged messages, newest first.</summary>
public sealed class TraceQuery(IDbContextFactory<AmavisDbContext> contexts, TimeProvider clock)
{
    /// <summary>Messages on a page at most.</summary>
    public const int MaxPage = 200;

    public async Task<MessageList> SearchAsync(ConsoleViewer viewer, TraceFilter filter, PageCursor? after, int pageSize, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(viewer);
        ArgumentNullException.ThrowIfNull(filter);
        viewer.Demand(ConsoleRights.ReadMessages);
        var size = Math.Clamp(pageSize, 1, MaxPage);
        await using var context = await contexts.CreateDbContextAsync(cancellationToken);
        var rows = PageCursor.After(Filtered(context.Msgs.AsNoTracking(), context, filter), after)
            .OrderByDescending(m => m.TimeNum).ThenByDescending(m => m.MailId).ThenByDescending(m => m.PartitionTag)
            .Take(size + 1);
        return Page(await Summaries.ReadAsync(context, rows, clock.GetUtcNow(), cancellationToken), size);
    }

    /// <summary>Cuts off the row that was read only to see whether there is more.</summary>
    internal static MessageList Page(IReadOnlyList<MessageSummary> messages, int size) => messages.Count <= size
        ? new MessageList(messages, null)
        : new MessageList([.. messages.Take(size)], PageCursor.Of(messages[size - 1]).ToString());

    private static IQueryable<MsgsRow> Filtered(IQueryable<MsgsRow> rows, AmavisDbContext context, TraceFilter filter)
    {
        rows = OfTime(rows, filter);
        if (filter.Sender is { Length: > 0 } sender)
        {
            var addresses = AddressSearch.Matching(context, sender);
            rows = rows.Where(m => addresses.Any(a => a.Id == m.Sid));
        }
        if (filter.Subject is { Length: > 0 } subject)
            rows = rows.WithPiece(context, subject, m => m.Subject);
        if (filter.MailId is { Length: > 0 } mailId)
            rows = rows.Where(m => m.MailId == mailId);
        if (filter.MessageId is { Length: > 0 } messageId)
        {
            var bracketed = "<" + messageId.Trim('<', '>', ' ') + ">";
            rows = rows.Where(m => m.MessageId == bracketed || m.MessageId == messageId);
        }
        if (filter.ClientAddress is { Length: > 0 } client)
            rows = rows.Where(m => m.ClientAddr == client);
        if (filter.LogId is { Length: > 0 } logId)
            rows = rows.Where(m => m.AmId == logId);
        if (filter.Unfinished)
            rows = rows.Where(m => m.Content == null);
        if (filter.Quarantined)
            rows = rows.Where(m => m.QuarType != null && m.QuarType != " " && m.QuarType != "");
        if (filter.QueueId is { Length: > 0 } queueId)
            rows = OfQueueId(rows, context, queueId);
        return OfRecipients(rows, context, filter);
    }

    private static IQueryable<MsgsRow> OfTime(IQueryable<MsgsRow> rows, TraceFilter filter)
    {
        if (filter.Since is { } since)
        {
            var from = Seconds(since);
            rows = rows.Where(m => m.TimeNum >= from);
        }
        if (filter.Before is { } before)
        {
            var until = Seconds(before);
            rows = rows.Where(m => m.TimeNum < until);
        }
        return rows;
    }

    // The next hop's queue id stands in its answer, that of the MTA in front only in the explanation.
    private static IQueryable<MsgsRow> OfQueueId(IQueryable<MsgsRow> rows, AmavisDbContext context, string queueId)
    {
        var answer = "queued as " + queueId;
        var explained = "\"queueId\":\"" + queueId + "\"";
        return rows.Where(m =>
            context.Msgrcpt.Any(r => r.PartitionTag == m.PartitionTag && r.MailId == m.MailId && r.SmtpResp!.Contains(answer))
            || context.Explanations.Any(e => e.PartitionTag == m.PartitionTag && e.MailId == m.MailId && e.Explanation.Contains(explained)));
    }

    // All that is asked of a recipient must hold for the same one.
    private static IQueryable<MsgsRow> OfRecipients(IQueryable<MsgsRow> rows, AmavisDbContext context, TraceFilter filter)
    {
        IQueryable<MsgrcptRow> recipients = context.Msgrcpt;
        var asked = false;
        if (filter.Recipient is { Length: > 0 } recipient)
        {
            var addresses = AddressSearch.Matching(context, recipient);
            recipients = recipients.Where(r => addresses.Any(a => a.Id == r.Rid));
            asked = true;
        }
        if (filter.Verdicts.Count > 0)
        {
            recipients = recipients.OfVerdicts(context, filter.Verdicts);
            asked = true;
        }
        if (filter.Statuses.Count > 0)
        {
            var statuses = filter.Statuses.Select(c => c.ToString()).ToArray();
            recipients = recipients.Where(r => statuses.Contains(r.Ds));
            asked = true;
        }
        if (filter.Response is { Length: > 0 } response)
        {
            recipients = recipients.Where(r => r.SmtpResp!.Contains(response));
            asked = true;
        }
        if (filter.MinScore is not null || filter.MaxScore is not null)
        {
            recipients = recipients.OfScores(filter.MinScore, filter.MaxScore);
            asked = true;
        }
        if (filter.Direction is { } direction)
        {
            var originating = RowFilters.Originating(direction);
            var local = RowFilters.IsLocal(direction);
            rows = rows.Where(m => m.Originating == originating);
            recipients = recipients.Where(r => r.IsLocal == local);
            asked = true;
        }
        return asked
            ? rows.Where(m => recipients.Any(r => r.PartitionTag == m.PartitionTag && r.MailId == m.MailId))
            : rows;
    }

    internal static int Seconds(DateTimeOffset time) => (int)Math.Clamp(time.ToUnixTimeSeconds(), 0, int.MaxValue);
}
