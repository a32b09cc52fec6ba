using System.Data;
using Amavis.Data.Model;
using Microsoft.EntityFrameworkCore;

namespace Amavis.Data.Console;

/// <summary>What a deletion did.</summary>
/// <param name="Recipients">Rows marked.</param>
/// <param name="TextRemoved">No recipient is left who could get it: the kept text is gone from the database.</param>
public sealed record DeleteResult(int Recipients, bool TextRemoved);

/// <summary>Release status (<c>rs</c>) of recipients: what management software does with kept copies.</summary>
public sealed class ReleaseMarks(IDbContextFactory<AmavisDbContext> contexts)
{
    /// <summary>After the next hop has taken a released copy for these recipients.</summary>
    /// <param name="positions">Positions in the envelope (<c>rseqnum</c>).</param>
    public async Task MarkReleasedAsync(ConsoleViewer viewer, MessageKey key, IReadOnlyList<int> positions, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(viewer);
        ArgumentNullException.ThrowIfNull(positions);
        viewer.Demand(ConsoleRights.Release);
        var chosen = positions.ToArray();
        await using var context = await contexts.CreateDbContextAsync(cancellationToken);
        await Rows(context, key).Where(r => chosen.Contains(r.Rseqnum)).ExecuteUpdateAsync(set => set.SetProperty(r => r.Rs, "R"), cancellationToken);
    }

    /// <summary>
    /// Marks recipients as deleted whose copy was neither released nor deleted. When every recipient has R or D the kept text is removed; the log
    /// rows stay for statistics.
    /// </summary>
    /// <param name="positions">Null: all.</param>
    public async Task<DeleteResult> DeleteAsync(ConsoleViewer viewer, MessageKey key, IReadOnlyList<int>? positions, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(viewer);
        viewer.Demand(ConsoleRights.Delete);
        await using var context = await contexts.CreateDbContextAsync(cancellationToken);
        await using var transaction = await context.Database.BeginTransactionAsync(IsolationLevel.ReadCommitted, cancellationToken);
        var rows = Rows(context, key).Where(r => r.Rs != "R" && r.Rs != "D");
        if (positions is not null)
        {
            var chosen = positions.ToArray();
            rows = rows.Where(r => chosen.Contains(r.Rseqnum));
        }
        var marked = await rows.ExecuteUpdateAsync(set => set.SetProperty(r => r.Rs, "D"), cancellationToken);
        var removed = false;
        if (!await Rows(context, key).AnyAsync(r => r.Rs != "R" && r.Rs != "D", cancellationToken))
        {
            var tag = key.PartitionTag;
            var id = key.MailId;
            removed = await context.Quarantine.Where(q => q.PartitionTag == tag && q.MailId == id).ExecuteDeleteAsync(cancellationToken) > 0;
        }
        await transaction.CommitAsync(cancellationToken);
        return new DeleteResult(marked, removed);
    }

    private static IQueryable<MsgrcptRow> Rows(AmavisDbContext context, MessageKey key)
    {
        var tag = key.PartitionTag;
        var id = key.MailId;
        return context.Msgrcpt.Where(r => r.PartitionTag == tag && r.MailId == id);
    }
}
