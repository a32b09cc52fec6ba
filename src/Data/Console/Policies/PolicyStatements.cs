using System.Data.Common;
using System.Globalization;
using Amavis.Core.Policy;
using Amavis.Data.Lookups;
using Amavis.Data.Model;
using Microsoft.Data.Sqlite;
using Npgsql;
using NpgsqlTypes;

namespace Amavis.Data.Console.Policies;

/// <summary>Statements over one connection for both providers; values are numbered parameters, <c>$1</c> the first.</summary>
internal sealed class PolicyStatements(DbConnection connection, SchemaShape shape, DbTransaction? transaction)
{
    private static readonly RecordReader Values = new(trimBlanks: false);

    public SchemaShape Shape => shape;

    /// <summary>Rows as texts, whatever the types of their columns are; null: NULL.</summary>
    public async Task<List<string?[]>> RowsAsync(string sql, CancellationToken cancellationToken, params object?[] arguments)
    {
        await using var command = Make(sql, arguments);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var rows = new List<string?[]>();
        while (await reader.ReadAsync(cancellationToken))
        {
            var row = new string?[reader.FieldCount];
            for (var i = 0; i < row.Length; i++)
                row[i] = Values.Text(reader.GetValue(i));
            rows.Add(row);
        }
        return rows;
    }

    public async Task<long?> NumberAsync(string sql, CancellationToken cancellationToken, params object?[] arguments)
    {
        await using var command = Make(sql, arguments);
        return await command.ExecuteScalarAsync(cancellationToken) is { } value and not DBNull ? Convert.ToInt64(value, CultureInfo.InvariantCulture) : null;
    }

    /// <returns>Rows touched.</returns>
    public async Task<int> ExecuteAsync(string sql, CancellationToken cancellationToken, params object?[] arguments)
    {
        await using var command = Make(sql, arguments);
        return await command.ExecuteNonQueryAsync(cancellationToken);
    }

    /// <summary>A value for an address column.</summary>
    public object Address(string column, string text) => shape.IsText(column) ? text : OctetText.ToOctets(text);

    /// <summary>A condition for addresses that have a piece of text in them, with the value for its parameter.</summary>
    /// <param name="parameter">Its number.</param>
    public (string Condition, object Value) Contains(string column, string piece, int parameter)
    {
        var searched = piece.ToLowerInvariant();
        if (shape.Provider == SqlProvider.Sqlite)
            return ($"instr(lower(CAST({column} AS TEXT)), ${parameter}) > 0", searched);
        // An octet column can't be searched as text, and not all of its octets are text: both sides are brought to the escape form.
        return shape.IsText(column)
            ? ($"strpos(lower({column}), ${parameter}) > 0", searched)
            : ($"strpos(lower(encode({column}, 'escape')), lower(encode(${parameter}, 'escape'))) > 0", OctetText.ToOctets(searched));
    }

    private DbCommand Make(string sql, object?[] arguments)
    {
        var command = connection.CreateCommand();
        command.CommandText = sql;
        command.Transaction = transaction;
        for (var i = 0; i < arguments.Length; i++)
        {
            if (shape.Provider == SqlProvider.Sqlite)
                command.Parameters.Add(new SqliteParameter(string.Create(CultureInfo.InvariantCulture, $"${i + 1}"), arguments[i] ?? DBNull.Value));
            else
                command.Parameters.Add(new NpgsqlParameter { NpgsqlDbType = TypeOf(arguments[i]), Value = arguments[i] is int number ? (long)number : arguments[i] ?? DBNull.Value });
        }
        return command;
    }

    /// <summary>An untyped NULL or text takes the type of the column it is for.</summary>
    private static NpgsqlDbType TypeOf(object? value) => value switch
    {
        null => NpgsqlDbType.Unknown,
        byte[] => NpgsqlDbType.Bytea,
        double => NpgsqlDbType.Double,
        long or int => NpgsqlDbType.Bigint,
        _ => NpgsqlDbType.Text,
    };
}
