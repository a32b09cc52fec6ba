using System.Data;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Amavis.Data.Model;
using Microsoft.EntityFrameworkCore;

namespace Amavis.Data.Console;

/// <summary>What is to be noted.</summary>
/// <param name="Client">Address of the client; empty for a command line.</param>
/// <param name="Subject">What it was done to.</param>
public sealed record AuditEntry(string Account, string Client, string Action, string Subject, string Detail);

/// <summary>
/// Who did what (<c>aw_audit</c>). Rows are only appended, each with the hash of the one before: a row that was changed, taken out or put
/// in between breaks the chain.
/// </summary>
public sealed class AuditLog(IDbContextFactory<AmavisDbContext> contexts, TimeProvider clock)
{
    /// <summary>Longest text of one field, in characters; longer ones are cut.</summary>
    private const int MaxField = 1000;

    /// <summary>Names this table's lock among the advisory locks of a PostgreSQL database.</summary>
    private const long LockId = 0x6177_6175_6469_7401;

    public async Task AppendAsync(AuditEntry entry, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(entry);
        await using var context = await contexts.CreateDbContextAsync(cancellationToken);
        // One writer at a time, also over processes: SQLite's transactions are exclusive from their begin, PostgreSQL needs the lock. Read committed,
        // since a stricter snapshot would be taken before the lock is had.
        await using var transaction = await context.Database.BeginTransactionAsync(IsolationLevel.ReadCommitted, cancellationToken);
        if (context.Database.IsNpgsql())
            await context.Database.ExecuteSqlAsync($"SELECT pg_advisory_xact_lock({LockId})", cancellationToken);
        var previous = await context.Audit.AsNoTracking().OrderByDescending(a => a.Id).Select(a => a.Hash).FirstOrDefaultAsync(cancellationToken);
        var row = new AuditRow
        {
            // Stored as milliseconds: what is hashed is what will be read again.
            Time = DateTimeOffset.FromUnixTimeMilliseconds(clock.GetUtcNow().ToUnixTimeMilliseconds()),
            Account = Cut(entry.Account),
            ClientAddr = Cut(entry.Client),
            Action = Cut(entry.Action),
            Subject = Cut(entry.Subject),
            Detail = Cut(entry.Detail),
            PreviousHash = previous ?? "",
        };
        row.Hash = HashOf(row);
        context.Audit.Add(row);
        await context.SaveChangesAsync(cancellationToken);
        await transaction.CommitAsync(cancellationToken);
    }

    /// <summary>Id of the first row that does not fit the chain; null when all do.</summary>
    public async Task<long?> FindBreakAsync(CancellationToken cancellationToken)
    {
        await using var context = await contexts.CreateDbContextAsync(cancellationToken);
        var previous = "";
        await foreach (var row in context.Audit.AsNoTracking().OrderBy(a => a.Id).AsAsyncEnumerable().WithCancellation(cancellationToken))
        {
            if (row.PreviousHash != previous || row.Hash != HashOf(row))
                return row.Id;
            previous = row.Hash;
        }
        return null;
    }

    /// <summary>Newest first.</summary>
    public async Task<IReadOnlyList<AuditRow>> ReadAsync(ConsoleViewer viewer, int rows, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(viewer);
        viewer.Demand(ConsoleRights.ReadAudit);
        await using var context = await contexts.CreateDbContextAsync(cancellationToken);
        return await context.Audit.AsNoTracking().OrderByDescending(a => a.Id).Take(rows).ToListAsync(cancellationToken);
    }

    /// <summary>What was done to one subject, oldest first.</summary>
    public async Task<IReadOnlyList<AuditRow>> ReadOfAsync(ConsoleViewer viewer, string subject, int rows, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(viewer);
        viewer.Demand(ConsoleRights.ReadMessages);
        await using var context = await contexts.CreateDbContextAsync(cancellationToken);
        return await context.Audit.AsNoTracking().Where(a => a.Subject == subject).OrderBy(a => a.Id).Take(rows).ToListAsync(cancellationToken);
    }

    // Each field with its length before it: no two different rows give the same octets.
    private static string HashOf(AuditRow row)
    {
        var text = new StringBuilder();
        string[] fields =
            [row.PreviousHash, row.Time.ToUnixTimeMilliseconds().ToString(CultureInfo.InvariantCulture), row.Account, row.ClientAddr, row.Action, row.Subject, row.Detail];
        foreach (var field in fields)
            text.Append(CultureInfo.InvariantCulture, $"{field.Length}:").Append(field).Append('\n');
        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text.ToString())));
    }

    // No NUL: PostgreSQL can't keep it in text. Lone surrogates become the replacement character, as they would on the way to the database.
    private static string Cut(string text)
    {
        var kept = text.Length > MaxField ? text[..MaxField] : text;
        return Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(kept.Replace('\0', '\uFFFD')));
    }
}
