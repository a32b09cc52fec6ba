using Amavis.Core.Explaining;
using Amavis.Data.Model;
using Microsoft.EntityFrameworkCore;

namespace Amavis.Data.Console;

/// <summary>One message with all that was logged of it.</summary>
public sealed class MessageQuery(IDbContextFactory<AmavisDbContext> contexts, TimeProvider clock)
{
    /// <summary>Null when there is no such message, or none that this viewer may see.</summary>
    public async Task<MessageView?> FindAsync(ConsoleViewer viewer, MessageKey key, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(viewer);
        if (!viewer.May(ConsoleRights.ReadMessages))
            return null;
        await using var context = await contexts.CreateDbContextAsync(cancellationToken);
        var tag = key.PartitionTag;
        var id = key.MailId;
        var rows = context.Msgs.AsNoTracking().Where(m => m.PartitionTag == tag && m.MailId == id);
        var more = await rows.Select(m => new { m.AmId, m.Policy, m.Host, m.MessageId, m.QuarLoc, m.DsnSent }).SingleOrDefaultAsync(cancellationToken);
        if (more is null)
            return null;
        var summaries = await Summaries.ReadAsync(context, rows, clock.GetUtcNow(), cancellationToken);
        if (summaries.Count == 0)
            return null;
        var explanation = await context.Explanations.AsNoTracking()
            .Where(e => e.PartitionTag == tag && e.MailId == id).Select(e => e.Explanation).SingleOrDefaultAsync(cancellationToken);
        return new MessageView
        {
            Summary = summaries[0],
            LogId = more.AmId,
            Policy = more.Policy ?? "",
            Host = more.Host,
            MessageId = more.MessageId ?? "",
            QuarantineLocation = more.QuarLoc ?? "",
            DsnSent = Summaries.Letter(more.DsnSent),
            Explanation = MessageExplanation.FromJson(explanation),
        };
    }
}
