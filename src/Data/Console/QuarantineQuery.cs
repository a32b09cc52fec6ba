using Amavis.Data.Model;
using Microsoft.EntityFrameworkCore;

namespace Amavis.Data.Console;

/// <summary>The list of held messages, newest first.</summary>
public sealed class QuarantineQuery(IDbContextFactory<AmavisDbContext> contexts, TimeProvider clock)
{
    private static readonly string[] Releasable = ["Q", "F", "Z"];

    public async Task<MessageList> ListAsync(ConsoleViewer viewer, QuarantineFilter filter, PageCursor? after, int pageSize, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(viewer);
        ArgumentNullException.ThrowIfNull(filter);
        viewer.Demand(ConsoleRights.ReadMessages);
        var size = Math.Clamp(pageSize, 1, TraceQuery.MaxPage);
        var now = clock.GetUtcNow();
        await using var context = await contexts.CreateDbContextAsync(cancellationToken);
        var rows = PageCursor.After(Filtered(context, filter, now), after)
            .OrderByDescending(m => m.TimeNum).ThenByDescending(m => m.MailId).ThenByDescending(m => m.PartitionTag)
            .Take(size + 1);
        return TraceQuery.Page(await Summaries.ReadAsync(context, rows, now, cancellationToken), size);
    }

    internal static IQueryable<MsgsRow> Filtered(AmavisDbContext context, QuarantineFilter filter, DateTimeOffset now)
    {
        var rows = context.Msgs.AsNoTracking().Where(m => m.Content != null && Releasable.Contains(m.QuarType));
        if (filter.YoungerThan is { } young)
        {
            var from = TraceQuery.Seconds(now - young);
            rows = rows.Where(m => m.TimeNum >= from);
        }
        if (filter.OlderThan is { } old)
        {
            var until = TraceQuery.Seconds(now - old);
            rows = rows.Where(m => m.TimeNum < until);
        }
        if (filter.Text is { Length: > 0 } text)
        {
            var addresses = AddressSearch.Matching(context, text);
            var byText = context.Msgs.WithPiece(context, text, m => m.Subject, m => m.FromAddr);
            rows = rows.Where(m => byText.Any(t => t.PartitionTag == m.PartitionTag && t.MailId == m.MailId) || addresses.Any(a => a.Id == m.Sid));
        }
        var recipients = OfState(context.Msgrcpt, filter.State);
        if (filter.Recipient is { Length: > 0 } recipient)
        {
            var addresses = AddressSearch.Matching(context, recipient);
            recipients = recipients.Where(r => addresses.Any(a => a.Id == r.Rid));
        }
        if (filter.Verdicts.Count > 0)
            recipients = recipients.OfVerdicts(context, filter.Verdicts);
        return rows.Where(m => recipients.Any(r => r.PartitionTag == m.PartitionTag && r.MailId == m.MailId));
    }

    private static IQueryable<MsgrcptRow> OfState(IQueryable<MsgrcptRow> rows, QuarantineState state) => state switch
    {
        QuarantineState.Held => rows.Where(r => r.Ds != "P" && r.Rs != "R" && r.Rs != "D"),
        QuarantineState.Requested => rows.Where(r => r.Rs == "p"),
        QuarantineState.Released => rows.Where(r => r.Rs == "R"),
        QuarantineState.Deleted => rows.Where(r => r.Rs == "D"),
        _ => rows,
    };
}
