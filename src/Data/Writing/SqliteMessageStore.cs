using System.Data;
using Amavis.Core.Counters;
using Amavis.Data.Model;
using Microsoft.Data.Sqlite;

namespace Amavis.Data.Writing;

/// <summary>
/// Stores batches in SQLite with prepared statements, row by row in one transaction. Addresses are looked up each time: the
/// database's own page cache is as near as any of ours could be.
/// </summary>
internal sealed class SqliteMessageStore : IMessageStore
{
    private readonly SqliteConnection _connection;
    private readonly AmavisDatabase _database;
    private readonly CounterSet _counters;
    private readonly SqliteStatement _findAddress;
    private readonly SqliteStatement _addAddress;
    private readonly SqliteStatement _addArrival;
    private readonly SqliteStatement _addMessage;
    private readonly SqliteStatement _updateMessage;
    private readonly SqliteStatement _addRecipient;
    private readonly SqliteStatement? _addExplanation;

    public SqliteMessageStore(SqliteConnection connection, AmavisDatabase database, SchemaShape shape, CounterSet counters)
    {
        _connection = connection;
        _database = database;
        _counters = counters;
        // Addresses written by amavisd-new with 8-bit addresses allowed are blobs, which never equal text.
        _findAddress = new SqliteStatement(connection, "SELECT id FROM maddr WHERE partition_tag = $1 AND email IN ($2, CAST($2 AS BLOB))", 2);
        _addAddress = new SqliteStatement(connection, "INSERT INTO maddr (partition_tag, email, domain) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING RETURNING id", 3);
        _addArrival = new SqliteStatement(connection, """
            INSERT INTO msgs (partition_tag, mail_id, secret_id, am_id, time_num, time_iso, sid, policy, client_addr, size, host)
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11) ON CONFLICT DO NOTHING
            """, 11);
        _addMessage = new SqliteStatement(connection, """
            INSERT INTO msgs (partition_tag, mail_id, secret_id, am_id, time_num, time_iso, sid, policy, client_addr, size, host,
                              originating, content, quar_type, quar_loc, dsn_sent, spam_level, message_id, from_addr, subject)
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20) ON CONFLICT DO NOTHING
            """, 20);
        _updateMessage = new SqliteStatement(connection, """
            UPDATE msgs SET originating = $1, content = $2, quar_type = $3, quar_loc = $4, dsn_sent = $5, spam_level = $6, message_id = $7,
              from_addr = $8, subject = $9, client_addr = $10
            WHERE partition_tag = $11 AND mail_id = $12 AND am_id = $13
            """, 13);
        _addRecipient = new SqliteStatement(connection, """
            INSERT INTO msgrcpt (partition_tag, mail_id, rseqnum, rid, is_local, content, ds, rs, bl, wl, bspam_level, smtp_resp)
            SELECT $1, $2, $3, $4, $5, $6, $7, ' ', $8, $9, $10, $11
            WHERE NOT EXISTS (SELECT 1 FROM msgrcpt WHERE partition_tag = $1 AND mail_id = $2 AND rseqnum = $3)
            """, 11);
        if (shape.Tables.Contains("aw_explanation"))
            _addExplanation = new SqliteStatement(connection, "INSERT INTO aw_explanation (partition_tag, mail_id, explanation) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING", 3);
    }

    public bool IsOpen => _connection.State == ConnectionState.Open;

    public async Task<IReadOnlyList<FinalRow>> StoreAsync(
        IReadOnlyList<ArrivalRow> arrivals, IReadOnlyList<FinalRow> finals, CancellationToken cancellationToken)
    {
        await _database.WriteGate.WaitAsync(cancellationToken);
        try
        {
            return Store(arrivals, finals);
        }
        finally
        {
            _database.WriteGate.Release();
        }
    }

    public Task PingAsync(CancellationToken cancellationToken)
    {
        Execute("SELECT 1");
        return Task.CompletedTask;
    }

    public async ValueTask DisposeAsync()
    {
        SqliteStatement?[] all = [_findAddress, _addAddress, _addArrival, _addMessage, _updateMessage, _addRecipient, _addExplanation];
        foreach (var statement in all)
            statement?.Dispose();
        await _connection.DisposeAsync();
    }

    private List<FinalRow> Store(IReadOnlyList<ArrivalRow> arrivals, IReadOnlyList<FinalRow> finals)
    {
        var ids = new ResolvedAddresses();
        List<ArrivalRow> senders = [];
        List<FinalRow> stored = [];
        List<FinalRow> collisions = [];
        Execute("BEGIN IMMEDIATE");
        try
        {
            foreach (var row in arrivals)
                if (AddArrival(row, Resolve(ids, row.PartitionTag, row.Sender)))
                    senders.Add(row);
            foreach (var row in finals)
            {
                var inserted = AddMessage(row, Resolve(ids, row.Arrival.PartitionTag, row.Arrival.Sender));
                if (inserted)
                    senders.Add(row.Arrival);
                else if (!UpdateMessage(row))
                {
                    collisions.Add(row);
                    continue;
                }
                AddRest(row, ids);
                stored.Add(row);
            }
            Execute("COMMIT");
        }
        catch
        {
            RollBack();
            throw;
        }
        ids.Count(_counters, senders, stored);
        return collisions;
    }

    private bool AddArrival(ArrivalRow row, int sid) =>
        _addArrival.Execute(row.PartitionTag, row.MailId, row.SecretId, row.AmId, row.TimeNum, TimeIso(row), sid, row.Policy, row.ClientAddr, row.Size, row.Host) > 0;

    private bool AddMessage(FinalRow row, int sid)
    {
        var a = row.Arrival;
        return _addMessage.Execute(
            a.PartitionTag, a.MailId, a.SecretId, a.AmId, a.TimeNum, TimeIso(a), sid, a.Policy, a.ClientAddr, a.Size, a.Host,
            row.Originating, row.Content, row.QuarType, row.QuarLoc, row.DsnSent, row.SpamLevel, row.MessageId, row.FromAddr, row.Subject) > 0;
    }

    private bool UpdateMessage(FinalRow row) => _updateMessage.Execute(
        row.Originating, row.Content, row.QuarType, row.QuarLoc, row.DsnSent, row.SpamLevel, row.MessageId, row.FromAddr, row.Subject,
        row.Arrival.ClientAddr, row.Arrival.PartitionTag, row.Arrival.MailId, row.Arrival.AmId) > 0;

    private void AddRest(FinalRow row, ResolvedAddresses ids)
    {
        var (tag, mailId) = row.Arrival.Key;
        foreach (var r in row.Recipients)
        {
            _addRecipient.Execute(
                tag, mailId, r.Rseqnum, Resolve(ids, tag, r.Address), r.IsLocal, r.Content, r.Ds, r.Bl, r.Wl, r.BspamLevel, r.SmtpResp);
        }
        if (row.Explanation.Length > 0)
            _addExplanation?.Execute(tag, mailId, row.Explanation);
    }

    private int Resolve(ResolvedAddresses ids, int tag, AddressValue address)
    {
        if (ids.Contains(tag, address.Email))
            return ids[tag, address];
        var made = false;
        if (_findAddress.Scalar(tag, address.Email) is not long id)
        {
            made = true;
            id = _addAddress.Scalar(tag, address.Email, address.Domain) as long? ?? throw new MissingAddressException(address.Email);
        }
        ids.Add(tag, address.Email, checked((int)id), made);
        return (int)id;
    }

    private static string TimeIso(ArrivalRow row) => IsoTime.ToText(DateTimeOffset.FromUnixTimeSeconds(row.TimeNum));

    private void Execute(string text)
    {
        using var command = _connection.CreateCommand();
        command.CommandText = text;
        command.ExecuteNonQuery();
    }

    private void RollBack()
    {
        try
        {
            Execute("ROLLBACK");
        }
        catch (SqliteException)
        {
            // BEGIN itself failed, or SQLite has rolled back on its own; the first fault is the one that counts.
        }
    }
}
