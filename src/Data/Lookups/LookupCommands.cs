using System.Data.Common;
using System.Globalization;
using Amavis.Core.Policy;
using Amavis.Data.Model;
using Microsoft.Data.Sqlite;
using Npgsql;
using NpgsqlTypes;

namespace Amavis.Data.Lookups;

/// <summary>The statements of lookups for both providers.</summary>
internal sealed class LookupCommands(DbConnection connection, SchemaShape shape)
{
    private const string Policy = "SELECT users.*, policy.*, users.id FROM users LEFT JOIN policy ON users.policy_id = policy.id WHERE users.email ";
    private const string Senders = "SELECT id, priority, email FROM mailaddr WHERE email ";
    private const string Lists = "SELECT rid, sid, wb FROM wblist WHERE ";

    private bool IsPostgres => shape.Provider == SqlProvider.Postgres;

    public DbCommand FindPolicy(IReadOnlyList<string> keys) => ByKeys(Policy, "users.email", keys, " ORDER BY users.priority DESC, users.id");

    public DbCommand FindSenders(IReadOnlyList<string> keys) => ByKeys(Senders, "mailaddr.email", keys, " ORDER BY priority DESC, id");

    /// <summary>The ids are our own numbers, so that they can stand in SQLite's text.</summary>
    public DbCommand FindLists(IReadOnlyCollection<long> users, IReadOnlyCollection<long> senders)
    {
        var command = connection.CreateCommand();
        if (!IsPostgres)
        {
            command.CommandText = string.Create(CultureInfo.InvariantCulture, $"{Lists}rid IN ({string.Join(',', users)}) AND sid IN ({string.Join(',', senders)})");
            return command;
        }
        command.CommandText = Lists + "rid = ANY($1) AND sid = ANY($2)";
        command.Parameters.Add(new NpgsqlParameter { NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Bigint, Value = users.ToArray() });
        command.Parameters.Add(new NpgsqlParameter { NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Bigint, Value = senders.ToArray() });
        return command;
    }

    /// <summary>A statement of the administrator's. In PostgreSQL the server finds out the types, since only it knows the tables.</summary>
    public DbCommand Custom(string sql, IReadOnlyList<object> arguments)
    {
        var command = connection.CreateCommand();
        command.CommandText = sql;
        for (var i = 0; i < arguments.Count; i++)
        {
            if (IsPostgres)
                command.Parameters.Add(new NpgsqlParameter { NpgsqlDbType = NpgsqlDbType.Unknown, Value = PostgresText(arguments[i]) });
            else
                command.Parameters.Add(new SqliteParameter(string.Create(CultureInfo.InvariantCulture, $"${i + 1}"), arguments[i]));
        }
        return command;
    }

    private DbCommand ByKeys(string text, string column, IReadOnlyList<string> keys, string order)
    {
        var command = connection.CreateCommand();
        if (IsPostgres)
        {
            // One statement for any number of keys, so that the server plans it once for each connection.
            command.CommandText = text + "= ANY($1)" + order;
            var isText = shape.IsText(column);
            command.Parameters.Add(new NpgsqlParameter
            {
                NpgsqlDbType = NpgsqlDbType.Array | (isText ? NpgsqlDbType.Text : NpgsqlDbType.Bytea),
                Value = isText ? keys.ToArray() : keys.Select(OctetText.ToOctets).ToArray(),
            });
            return command;
        }
        var holders = string.Join(',', Enumerable.Range(1, keys.Count).Select(i => string.Create(CultureInfo.InvariantCulture, $"${i}")));
        command.CommandText = $"{text}IN ({holders}){order}";
        for (var i = 0; i < keys.Count; i++)
            command.Parameters.Add(new SqliteParameter(string.Create(CultureInfo.InvariantCulture, $"${i + 1}"), keys[i]));
        return command;
    }

    /// <summary>
    /// Text of no type yet. Where addresses are octets it is read in the server's escape format (PostgreSQL manual, 8.4.2), in which a
    /// backslash stands for itself only when doubled.
    /// </summary>
    private string PostgresText(object value)
    {
        var text = Convert.ToString(value, CultureInfo.InvariantCulture)!;
        return shape.IsText("users.email") ? text : text.Replace("\\", "\\\\", StringComparison.Ordinal);
    }
}
