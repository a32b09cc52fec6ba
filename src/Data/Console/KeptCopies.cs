using Amavis.Data.Model;
using Microsoft.EntityFrameworkCore;

namespace Amavis.Data.Console;

/// <summary>Where the kept copy of a message is, for the server side alone.</summary>
/// <param name="SecretId">The ticket of the daemon's release; it never reaches a page, an address or a log.</param>
/// <param name="Location">As stored; for files the path under the quarantine directory.</param>
public sealed record KeptCopy(MessageKey Key, char QuarantineType, string Location, string SecretId)
{
    /// <summary>Not even in a log of ours.</summary>
    public override string ToString() => $"{Key} {QuarantineType} {Location}";
}

/// <summary>Finds and reads kept copies of messages.</summary>
public sealed class KeptCopies(IDbContextFactory<AmavisDbContext> contexts)
{
    /// <summary>Largest message read for a preview or a download, in octets.</summary>
    public const long MaxOctets = 64L << 20;

    /// <summary>Null when nothing is kept, or not for this viewer.</summary>
    /// <param name="rights">What is going to be done with it.</param>
    public async Task<KeptCopy?> FindAsync(ConsoleViewer viewer, MessageKey key, ConsoleRights rights, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(viewer);
        if (!viewer.May(rights))
            return null;
        await using var context = await contexts.CreateDbContextAsync(cancellationToken);
        var tag = key.PartitionTag;
        var id = key.MailId;
        var row = await context.Msgs.AsNoTracking().Where(m => m.PartitionTag == tag && m.MailId == id)
            .Select(m => new { m.QuarType, m.QuarLoc, m.SecretId }).SingleOrDefaultAsync(cancellationToken);
        return row is null || string.IsNullOrWhiteSpace(row.QuarType) ? null : new KeptCopy(key, row.QuarType[0], row.QuarLoc ?? "", row.SecretId ?? "");
    }

    /// <summary>The text kept in the table <c>quarantine</c>, LF line ends; null when it is gone, incomplete or larger than <see cref="MaxOctets"/>.</summary>
    public async Task<byte[]?> ReadChunksAsync(MessageKey key, CancellationToken cancellationToken)
    {
        await using var context = await contexts.CreateDbContextAsync(cancellationToken);
        var tag = key.PartitionTag;
        var id = key.MailId;
        using var text = new MemoryStream();
        var expected = 1;
        var chunks = context.Quarantine.AsNoTracking().Where(q => q.PartitionTag == tag && q.MailId == id).OrderBy(q => q.ChunkInd);
        await foreach (var chunk in chunks.AsAsyncEnumerable().WithCancellation(cancellationToken))
        {
            if (chunk.ChunkInd != expected++ || text.Length + chunk.MailText.Length > MaxOctets)
                return null;
            text.Write(chunk.MailText);
        }
        return expected == 1 ? null : text.ToArray();
    }
}
