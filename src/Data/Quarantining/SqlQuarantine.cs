using System.Data.Common;
using Amavis.Core.Policy;
using Amavis.Core.Storage;
using Amavis.Data.Model;
using Amavis.Data.Writing;
using Microsoft.Extensions.Logging;

namespace Amavis.Data.Quarantining;

/// <summary>
/// Messages kept in table <c>quarantine</c>. Text and first log row are one transaction, committed before <see cref="StoreAsync"/>
/// returns, so a copy is either there whole or not at all.
/// </summary>
/// <param name="databases">In order of preference, the same as the log's.</param>
public sealed class SqlQuarantine(IReadOnlyList<AmavisDatabase> databases, MessageLogOptions options, TimeProvider time, ILogger<SqlQuarantine> logger) : ISqlQuarantine
{
    /// <summary>Octets sent to the database in one statement.</summary>
    private const int StatementOctets = 1 << 20;

    private readonly RowBuilder _rows = new(options.CaseSensitiveLocalPart, options.Allow8bitAddress);

    public async Task StoreAsync(MessageArrival arrival, Stream text, int chunkOctets, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(arrival);
        ArgumentNullException.ThrowIfNull(text);
        ArgumentOutOfRangeException.ThrowIfLessThan(chunkOctets, 1);
        var row = _rows.Arrival(arrival);
        var start = text.CanSeek ? text.Position : 0;
        Exception? first = null;
        foreach (var database in databases)
        {
            // Twice, because the first connection may be one that died while idle; only where the text can be read again.
            for (var attempt = 0; attempt < 2; attempt++)
            {
                var generation = database.Generation;
                try
                {
                    await StoreAsync(database, row, text, chunkOctets, cancellationToken);
                    return;
                }
                catch (Exception fault) when (StorageFault.IsExpected(fault) && fault is not StorageUnavailableException)
                {
                    first ??= fault;
                    if (StorageFault.IsDamage(fault))
                        DamagedFile.Replace(database, generation, fault, time, logger);
                    if (StorageFault.IsOfTheSchema(fault))
                        database.ForgetShape();
                    database.ClearPool();
                    if (!text.CanSeek)
                        throw new StorageUnavailableException(StorageFault.Reason(fault), fault);
                    text.Position = start;
                }
            }
        }
        throw new StorageUnavailableException(StorageFault.Reason(first!), first);
    }

    public async Task<Stream?> OpenAsync(string mailId, int? partitionTag, CancellationToken cancellationToken)
    {
        Exception? first = null;
        foreach (var database in databases)
        {
            try
            {
                var shape = await database.GetShapeAsync(cancellationToken);
                if (!shape.Tables.Contains("quarantine"))
                    continue;
                return await QuarantineStream.OpenAsync(database, shape, mailId, partitionTag, cancellationToken);
            }
            catch (Exception fault) when (StorageFault.IsExpected(fault) && fault is not StorageUnavailableException)
            {
                first ??= fault;
                database.ClearPool();
            }
        }
        return first is null ? null : throw new StorageUnavailableException(StorageFault.Reason(first), first);
    }

    private static async Task StoreAsync(AmavisDatabase database, ArrivalRow row, Stream text, int chunkOctets, CancellationToken cancellationToken)
    {
        var shape = await database.GetShapeAsync(cancellationToken);
        await using var connection = await database.OpenAsync(cancellationToken);
        if (database.Provider == SqlProvider.Postgres)
        {
            await StoreAsync(new PostgresQuarantine(connection, shape), connection, row, text, chunkOctets, cancellationToken);
            return;
        }
        await database.WriteGate.WaitAsync(cancellationToken);
        try
        {
            await StoreAsync(new SqliteQuarantine(connection), connection, row, text, chunkOctets, cancellationToken);
        }
        finally
        {
            database.WriteGate.Release();
        }
    }

    private static async Task StoreAsync(
        IQuarantineWriter writer, DbConnection connection, ArrivalRow row, Stream text, int chunkOctets, CancellationToken cancellationToken)
    {
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        if (!await writer.AddArrivalAsync(row, cancellationToken))
            throw new StorageUnavailableException($"mail_id {row.MailId} belongs to another message");
        // A first attempt whose outcome was never learned may have left its chunks.
        await writer.DeleteChunksAsync(row.Key, cancellationToken);
        var group = new List<byte[]>();
        var index = 1;
        while (await ReadChunkAsync(text, chunkOctets, cancellationToken) is { } chunk)
        {
            group.Add(chunk);
            if ((long)group.Count * chunkOctets < StatementOctets)
                continue;
            await writer.AddChunksAsync(row.Key, index, group, cancellationToken);
            index += group.Count;
            group.Clear();
        }
        if (group.Count > 0)
            await writer.AddChunksAsync(row.Key, index, group, cancellationToken);
        await transaction.CommitAsync(cancellationToken);
    }

    /// <summary>Exactly so many octets, fewer at the end, null when there are none.</summary>
    private static async Task<byte[]?> ReadChunkAsync(Stream text, int octets, CancellationToken cancellationToken)
    {
        var chunk = new byte[octets];
        var read = await text.ReadAtLeastAsync(chunk, octets, throwOnEndOfStream: false, cancellationToken);
        if (read == 0)
            return null;
        return read == octets ? chunk : chunk[..read];
    }
}
