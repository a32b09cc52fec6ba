using Amavis.Core.Addresses;
using Amavis.Core.Storage;
using Amavis.Data.Model;
using Amavis.Data.Writing;
using Microsoft.EntityFrameworkCore;

namespace Amavis.Data.PenPals;

/// <summary>
/// Finds earlier mail in the message log. Addresses have an id for each partition tag and all of them are looked at, where the
/// original sees the history of the current tag only.
/// </summary>
/// <param name="databases">In order of preference, the same as the log's.</param>
public sealed class SqlPenPals(IReadOnlyList<AmavisDatabase> databases, MessageLogOptions options) : IPenPals
{
    /// <summary>References compared; more would only slow the query.</summary>
    private const int MaxReferences = 100;

    private readonly RowBuilder _rows = new(options.CaseSensitiveLocalPart, options.Allow8bitAddress);

    public async Task<PenPal?> FindAsync(PenPalQuestion question, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(question);
        Exception? first = null;
        foreach (var database in databases)
        {
            try
            {
                await using var context = await database.CreateContextAsync(cancellationToken);
                return await FindAsync(context, question, cancellationToken);
            }
            catch (Exception fault) when (StorageFault.IsExpected(fault) && fault is not StorageUnavailableException)
            {
                first ??= fault;
                if (StorageFault.IsOfTheSchema(fault))
                    database.ForgetShape();
                database.ClearPool();
            }
        }
        throw new StorageUnavailableException(StorageFault.Reason(first!), first);
    }

    private async Task<PenPal?> FindAsync(AmavisDbContext context, PenPalQuestion question, CancellationToken cancellationToken)
    {
        var users = await IdsAsync(context, question.User, cancellationToken);
        if (users.Length == 0)
            return null;
        var correspondents = await IdsAsync(context, question.Correspondent, cancellationToken);
        var references = question.References.Take(MaxReferences).Select(r => ColumnText.Printable(r)).ToArray();
        var sent =
            from m in context.Msgs.AsNoTracking()
            join r in context.Msgrcpt.AsNoTracking() on new { m.PartitionTag, m.MailId } equals new { r.PartitionTag, r.MailId }
            where users.Contains(m.Sid) && m.Content != null && m.Content != "V" && r.Ds == "P"
            select new { m.MailId, m.TimeNum, m.Subject, m.MessageId, m.Sid, r.Rid };
        if (references.Length > 0)
        {
            var found = await sent
                .Where(s => references.Contains(s.MessageId) && s.Rid != s.Sid)
                .Select(s => new { s.MailId, s.TimeNum, s.Subject, ToHim = correspondents.Contains(s.Rid) })
                .OrderByDescending(s => s.ToHim).ThenByDescending(s => s.TimeNum).FirstOrDefaultAsync(cancellationToken);
            if (found is not null)
                return Result(found.ToHim ? PenPalMatch.Both : PenPalMatch.MessageId, found.TimeNum, found.MailId, found.Subject);
        }
        if (question.Correspondent.IsNull || correspondents.Length == 0)
            return null;
        var written = await sent.Where(s => correspondents.Contains(s.Rid))
            .OrderByDescending(s => s.TimeNum).Select(s => new { s.MailId, s.TimeNum, s.Subject }).FirstOrDefaultAsync(cancellationToken);
        return written is null ? null : Result(PenPalMatch.Address, written.TimeNum, written.MailId, written.Subject);
    }

    private Task<int[]> IdsAsync(AmavisDbContext context, MailAddress address, CancellationToken cancellationToken)
    {
        var email = _rows.Address(address).Email;
        return context.Maddr.AsNoTracking().Where(a => a.Email == email).Select(a => a.Id).ToArrayAsync(cancellationToken);
    }

    private static PenPal Result(PenPalMatch match, int timeNum, string mailId, string? subject) =>
        new(match, DateTimeOffset.FromUnixTimeSeconds(timeNum), mailId, subject ?? "");
}
