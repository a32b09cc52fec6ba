using Amavis.Data.Model;
using Npgsql;
using NpgsqlTypes;

namespace Amavis.Data.Writing;

/// <summary>
/// The statements of the PostgreSQL writer: each takes one array per column and handles a whole batch. Texts and types follow the
/// schema found. Nothing relies on the names of constraints, which differ between the schemas in use.
/// </summary>
internal sealed class PostgresStatements
{
    private const NpgsqlDbType Int = NpgsqlDbType.Array | NpgsqlDbType.Integer;
    private const NpgsqlDbType Text = NpgsqlDbType.Array | NpgsqlDbType.Text;
    private const NpgsqlDbType Bytes = NpgsqlDbType.Array | NpgsqlDbType.Bytea;
    private const NpgsqlDbType Real = NpgsqlDbType.Array | NpgsqlDbType.Real;

    public PostgresStatements(SchemaShape shape, NpgsqlConnection connection)
    {
        var email = Octets(shape, "maddr.email");
        var mailId = Octets(shape, "msgs.mail_id");
        var secretId = Octets(shape, "msgs.secret_id");
        var timeIso = shape.IsText("msgs.time_iso") ? """to_char(to_timestamp(u.time_num) AT TIME ZONE 'UTC', 'YYYYMMDD"T"HH24MISS"Z"')""" : "to_timestamp(u.time_num)";

        // The lock keeps a maintenance job from deleting an address between here and the commit of the row that refers to it.
        FindAddresses = Command(connection, """
            SELECT u.ord::integer, m.id FROM unnest($1, $2) WITH ORDINALITY AS u (partition_tag, email, ord)
            JOIN maddr m ON m.partition_tag = u.partition_tag AND m.email = u.email
            FOR KEY SHARE OF m
            """, Int, email);
        AddAddresses = Command(connection, """
            INSERT INTO maddr (partition_tag, email, domain) SELECT u.a, u.b, u.c FROM unnest($1, $2, $3) AS u (a, b, c)
            ON CONFLICT DO NOTHING
            """, Int, email, Text);

        AddArrivals = Command(connection, $"""
            INSERT INTO msgs (partition_tag, mail_id, secret_id, am_id, time_num, time_iso, sid, policy, client_addr, size, host)
            SELECT u.partition_tag, u.mail_id, u.secret_id, u.am_id, u.time_num, {timeIso}, u.sid, u.policy, u.client_addr, u.size, u.host
            FROM unnest($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
              AS u (partition_tag, mail_id, secret_id, am_id, time_num, sid, policy, client_addr, size, host)
            ON CONFLICT DO NOTHING
            """, Int, mailId, secretId, Text, Int, Int, Text, Text, Int, Text);
        NpgsqlDbType[] messageTypes = [Int, mailId, secretId, Text, Int, Int, Text, Text, Int, Text, Text, Text, Text, Text, Text, Real, Text, Text, Text];
        const string MessageValues = """
            unnest($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19)
              AS u (partition_tag, mail_id, secret_id, am_id, time_num, sid, policy, client_addr, size, host,
                    originating, content, quar_type, quar_loc, dsn_sent, spam_level, message_id, from_addr, subject)
            """;
        AddMessages = Command(connection, $"""
            INSERT INTO msgs (partition_tag, mail_id, secret_id, am_id, time_num, time_iso, sid, policy, client_addr, size, host,
                              originating, content, quar_type, quar_loc, dsn_sent, spam_level, message_id, from_addr, subject)
            SELECT u.partition_tag, u.mail_id, u.secret_id, u.am_id, u.time_num, {timeIso}, u.sid, u.policy, u.client_addr, u.size, u.host,
                   u.originating, u.content, u.quar_type, u.quar_loc, u.dsn_sent, u.spam_level, u.message_id, u.from_addr, u.subject
            FROM {MessageValues}
            ON CONFLICT DO NOTHING
            RETURNING partition_tag, mail_id
            """, messageTypes);
        UpdateMessages = Command(connection, $"""
            UPDATE msgs SET originating = u.originating, content = u.content, quar_type = u.quar_type, quar_loc = u.quar_loc, dsn_sent = u.dsn_sent,
              spam_level = u.spam_level, message_id = u.message_id, from_addr = u.from_addr, subject = u.subject, client_addr = u.client_addr
            FROM {MessageValues}
            WHERE msgs.partition_tag = u.partition_tag AND msgs.mail_id = u.mail_id AND msgs.am_id = u.am_id
            RETURNING msgs.partition_tag, msgs.mail_id
            """, messageTypes);

        AddRecipients = Command(connection, """
            INSERT INTO msgrcpt (partition_tag, mail_id, rseqnum, rid, is_local, content, ds, rs, bl, wl, bspam_level, smtp_resp)
            SELECT u.partition_tag, u.mail_id, u.rseqnum, u.rid, u.is_local, u.content, u.ds, ' ', u.bl, u.wl, u.bspam_level, u.smtp_resp
            FROM unnest($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
              AS u (partition_tag, mail_id, rseqnum, rid, is_local, content, ds, bl, wl, bspam_level, smtp_resp)
            WHERE NOT EXISTS (SELECT 1 FROM msgrcpt r WHERE r.partition_tag = u.partition_tag AND r.mail_id = u.mail_id AND r.rseqnum = u.rseqnum)
            """, Int, Octets(shape, "msgrcpt.mail_id"), Int, Int, Text, Text, Text, Text, Text, Real, Text);
        if (shape.Tables.Contains("aw_explanation"))
        {
            AddExplanations = Command(connection, """
                INSERT INTO aw_explanation (partition_tag, mail_id, explanation) SELECT u.a, u.b, u.c FROM unnest($1, $2, $3) AS u (a, b, c)
                ON CONFLICT DO NOTHING
                """, Int, Octets(shape, "aw_explanation.mail_id"), Text);
        }
    }

    public NpgsqlCommand FindAddresses { get; }
    public NpgsqlCommand AddAddresses { get; }
    public NpgsqlCommand AddArrivals { get; }
    public NpgsqlCommand AddMessages { get; }
    public NpgsqlCommand UpdateMessages { get; }
    public NpgsqlCommand AddRecipients { get; }

    /// <summary>Null when our own tables have not been made yet.</summary>
    public NpgsqlCommand? AddExplanations { get; }

    public async Task PrepareAsync(CancellationToken cancellationToken)
    {
        NpgsqlCommand?[] all = [FindAddresses, AddAddresses, AddArrivals, AddMessages, UpdateMessages, AddRecipients, AddExplanations];
        foreach (var command in all)
            if (command is not null)
                await command.PrepareAsync(cancellationToken);
    }

    /// <summary>Sets the arrays of a command, in order.</summary>
    public static NpgsqlCommand Bind(NpgsqlCommand command, params ReadOnlySpan<Array> columns)
    {
        for (var i = 0; i < columns.Length; i++)
            command.Parameters[i].Value = columns[i];
        return command;
    }

    /// <summary>One column of a batch, as octets or text as the parameter wants it.</summary>
    public static Array Column<T>(NpgsqlCommand command, int parameter, IReadOnlyList<T> rows, Func<T, string> value)
    {
        if (command.Parameters[parameter].NpgsqlDbType == Bytes)
        {
            var octets = new byte[rows.Count][];
            for (var i = 0; i < octets.Length; i++)
                octets[i] = OctetText.ToOctets(value(rows[i]));
            return octets;
        }
        return Values(rows, value);
    }

    public static TValue[] Values<T, TValue>(IReadOnlyList<T> rows, Func<T, TValue> value)
    {
        var values = new TValue[rows.Count];
        for (var i = 0; i < values.Length; i++)
            values[i] = value(rows[i]);
        return values;
    }

    private static NpgsqlDbType Octets(SchemaShape shape, string column) => shape.IsText(column) ? Text : Bytes;

    private static NpgsqlCommand Command(NpgsqlConnection connection, string text, params NpgsqlDbType[] types)
    {
        var command = new NpgsqlCommand(text, connection);
        foreach (var type in types)
            command.Parameters.Add(new NpgsqlParameter { NpgsqlDbType = type });
        return command;
    }
}
