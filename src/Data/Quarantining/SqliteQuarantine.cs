using System.Data.Common;
using Amavis.Data.Model;
using Amavis.Data.Writing;
using Microsoft.Data.Sqlite;

namespace Amavis.Data.Quarantining;

/// <summary>Quarantine statements for SQLite.</summary>
internal sealed class SqliteQuarantine(DbConnection connection) : IQuarantineWriter
{
    private readonly SqliteConnection _connection = (SqliteConnection)connection;

    public Task<bool> AddArrivalAsync(ArrivalRow row, CancellationToken cancellationToken)
    {
        var timeIso = IsoTime.ToText(DateTimeOffset.FromUnixTimeSeconds(row.TimeNum));
        using var add = new SqliteStatement(_connection, """
            INSERT INTO msgs (partition_tag, mail_id, secret_id, am_id, time_num, time_iso, sid, policy, client_addr, size, host)
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11) ON CONFLICT DO NOTHING
            """, 11);
        if (add.Execute(row.PartitionTag, row.MailId, row.SecretId, row.AmId, row.TimeNum, timeIso, Sender(row), row.Policy, row.ClientAddr, row.Size, row.Host) > 0)
            return Task.FromResult(true);
        using var check = new SqliteStatement(_connection, "SELECT am_id FROM msgs WHERE partition_tag = $1 AND mail_id = $2", 2);
        return Task.FromResult(check.Scalar(row.PartitionTag, row.MailId) as string == row.AmId);
    }

    public Task DeleteChunksAsync(MessageKey key, CancellationToken cancellationToken)
    {
        using var delete = new SqliteStatement(_connection, "DELETE FROM quarantine WHERE partition_tag = $1 AND mail_id = $2", 2);
        delete.Execute(key.PartitionTag, key.MailId);
        return Task.CompletedTask;
    }

    public Task AddChunksAsync(MessageKey key, int first, IReadOnlyList<byte[]> chunks, CancellationToken cancellationToken)
    {
        using var add = new SqliteStatement(_connection, "INSERT INTO quarantine (partition_tag, mail_id, chunk_ind, mail_text) VALUES ($1, $2, $3, $4)", 4);
        for (var i = 0; i < chunks.Count; i++)
            add.Execute(key.PartitionTag, key.MailId, first + i, chunks[i]);
        return Task.CompletedTask;
    }

    private long Sender(ArrivalRow row)
    {
        using var find = new SqliteStatement(_connection, "SELECT id FROM maddr WHERE partition_tag = $1 AND email IN ($2, CAST($2 AS BLOB))", 2);
        if (find.Scalar(row.PartitionTag, row.Sender.Email) is long id)
            return id;
        using var add = new SqliteStatement(_connection, "INSERT INTO maddr (partition_tag, email, domain) VALUES ($1, $2, $3) RETURNING id", 3);
        return (long)add.Scalar(row.PartitionTag, row.Sender.Email, row.Sender.Domain)!;
    }
}
