using System.Data.Common;
using Amavis.Data.Model;
using Amavis.Data.Writing;
using Npgsql;
using NpgsqlTypes;

namespace Amavis.Data.Quarantining;

/// <summary>Quarantine statements for PostgreSQL, with parameters in the types the columns have.</summary>
internal sealed class PostgresQuarantine(DbConnection connection, SchemaShape shape) : IQuarantineWriter
{
    private readonly NpgsqlConnection _connection = (NpgsqlConnection)connection;

    public async Task<bool> AddArrivalAsync(ArrivalRow row, CancellationToken cancellationToken)
    {
        var timeIso = shape.IsText("msgs.time_iso") ? """to_char(to_timestamp($5) AT TIME ZONE 'UTC', 'YYYYMMDD"T"HH24MISS"Z"')""" : "to_timestamp($5)";
        var sid = await SenderAsync(row, cancellationToken);
        await using var add = Command($"""
            INSERT INTO msgs (partition_tag, mail_id, secret_id, am_id, time_num, time_iso, sid, policy, client_addr, size, host)
            VALUES ($1, $2, $3, $4, $5, {timeIso}, $6, $7, $8, $9, $10) ON CONFLICT DO NOTHING
            """);
        Add(add, row.PartitionTag).Add(Octets("msgs.mail_id", row.MailId));
        add.Parameters.Add(Octets("msgs.secret_id", row.SecretId));
        Add(add, row.AmId, row.TimeNum, sid, row.Policy, row.ClientAddr, row.Size, row.Host);
        if (await add.ExecuteNonQueryAsync(cancellationToken) > 0)
            return true;
        await using var check = Command("SELECT am_id FROM msgs WHERE partition_tag = $1 AND mail_id = $2");
        Add(check, row.PartitionTag).Add(Octets("msgs.mail_id", row.MailId));
        return await check.ExecuteScalarAsync(cancellationToken) is string amId && amId.TrimEnd(' ') == row.AmId.TrimEnd(' ');
    }

    public async Task DeleteChunksAsync(MessageKey key, CancellationToken cancellationToken)
    {
        await using var command = Command("DELETE FROM quarantine WHERE partition_tag = $1 AND mail_id = $2");
        Add(command, key.PartitionTag).Add(Octets("quarantine.mail_id", key.MailId));
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    public async Task AddChunksAsync(MessageKey key, int first, IReadOnlyList<byte[]> chunks, CancellationToken cancellationToken)
    {
        await using var command = Command("""
            INSERT INTO quarantine (partition_tag, mail_id, chunk_ind, mail_text)
            SELECT $1, $2, $3 + (u.ord - 1)::integer, u.mail_text FROM unnest($4) WITH ORDINALITY AS u (mail_text, ord)
            """);
        Add(command, key.PartitionTag).Add(Octets("quarantine.mail_id", key.MailId));
        Add(command, first).Add(new NpgsqlParameter { Value = chunks.ToArray(), NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Bytea });
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    /// <summary>The sender's id; the lock keeps a maintenance job from deleting it before the commit.</summary>
    private async Task<int> SenderAsync(ArrivalRow row, CancellationToken cancellationToken)
    {
        for (var attempt = 0; attempt < 2; attempt++)
        {
            await using var find = Command("SELECT id FROM maddr WHERE partition_tag = $1 AND email = $2 FOR KEY SHARE");
            Add(find, row.PartitionTag).Add(Octets("maddr.email", row.Sender.Email));
            if (await find.ExecuteScalarAsync(cancellationToken) is { } id)
                return Convert.ToInt32(id);
            await using var add = Command("INSERT INTO maddr (partition_tag, email, domain) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING RETURNING id");
            Add(add, row.PartitionTag).Add(Octets("maddr.email", row.Sender.Email));
            Add(add, row.Sender.Domain);
            if (await add.ExecuteScalarAsync(cancellationToken) is { } made)
                return Convert.ToInt32(made);
        }
        throw new MissingAddressException(row.Sender.Email);
    }

    private NpgsqlCommand Command(string text) => new(text, _connection);

    private NpgsqlParameter Octets(string column, string text) => shape.IsText(column)
        ? new NpgsqlParameter { Value = text, NpgsqlDbType = NpgsqlDbType.Text }
        : new NpgsqlParameter { Value = OctetText.ToOctets(text), NpgsqlDbType = NpgsqlDbType.Bytea };

    private static NpgsqlParameterCollection Add(NpgsqlCommand command, params ReadOnlySpan<object> values)
    {
        foreach (var value in values)
            command.Parameters.Add(new NpgsqlParameter { Value = value });
        return command.Parameters;
    }
}
