using Microsoft.Data.Sqlite;

namespace Amavis.Data.Writing;

/// <summary>A prepared statement with parameters <c>$1</c> to <c>$n</c>.</summary>
internal sealed class SqliteStatement : IDisposable
{
    private readonly SqliteCommand _command;

    public SqliteStatement(SqliteConnection connection, string text, int parameters)
    {
        _command = connection.CreateCommand();
        _command.CommandText = text;
        for (var i = 1; i <= parameters; i++)
            _command.Parameters.Add(new SqliteParameter { ParameterName = "$" + i });
        _command.Prepare();
    }

    /// <summary>Rows changed.</summary>
    public int Execute(params ReadOnlySpan<object> values)
    {
        Bind(values);
        return _command.ExecuteNonQuery();
    }

    /// <summary>First column of the first row, or null.</summary>
    public object? Scalar(params ReadOnlySpan<object> values)
    {
        Bind(values);
        return _command.ExecuteScalar();
    }

    public void Dispose() => _command.Dispose();

    private void Bind(ReadOnlySpan<object> values)
    {
        for (var i = 0; i < values.Length; i++)
            _command.Parameters[i].Value = values[i];
    }
}
