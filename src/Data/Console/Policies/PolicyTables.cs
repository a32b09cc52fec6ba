using System.Data.Common;
using Amavis.Core.Lookups.Databases;
using Amavis.Core.Policy;
using Amavis.Core.Storage;
using Amavis.Data.Model;

namespace Amavis.Data.Console.Policies;

/// <summary>The tables of lookups that the console shows and changes: those of the first database of <c>lookup_sql_dsn</c>.</summary>
public sealed class PolicyTables : IAsyncDisposable
{
    private static readonly string[] Tables = ["users", "policy", "mailaddr", "wblist"];

    private readonly AmavisDatabase? _database;
    private readonly bool _own;

    /// <param name="storage">The console's own database; used when lookups are made in it, too.</param>
    public PolicyTables(Settings settings, AmavisDatabase storage)
    {
        ArgumentNullException.ThrowIfNull(settings);
        if (settings.LookupSqlDsn is not [var first, ..])
            return;
        _own = settings.StorageSqlDsn is not [var stored, ..] || stored != first;
        _database = _own ? new AmavisDatabase(first) : storage;
        HasReplicas = settings.LookupSqlDsn.Count > 1;
    }

    /// <summary>Are lookups made in SQL at all.</summary>
    public bool IsConfigured => _database is not null;

    /// <summary>For people; empty: none.</summary>
    public string Label => _database?.Label ?? "";

    /// <summary>There are further databases that the filter asks when this one is away; they have to be kept alike by other means.</summary>
    public bool HasReplicas { get; }

    /// <summary>What can be done about it when the tables can't be used; null: they can.</summary>
    public async Task<string?> FaultAsync(CancellationToken cancellationToken)
    {
        if (_database is null)
            return "No policies are looked up in SQL: lookup_sql_dsn is not set in the configuration.";
        try
        {
            var shape = await _database.GetShapeAsync(cancellationToken);
            var missing = Tables.Where(t => !shape.Tables.Contains(t)).ToList();
            if (missing.Count == 0)
                return null;
            _database.ForgetShape();
            return $"{_database.Label} has no table {string.Join(", ", missing)}; \"amavis db migrate\" makes them.";
        }
        catch (Exception fault) when (StorageFault.IsExpected(fault))
        {
            return $"{_database.Label} does not answer: {StorageFault.Reason(fault)}";
        }
    }

    /// <summary>The settings this database has columns for, in the order of <see cref="PolicyField.All"/>.</summary>
    public async Task<IReadOnlyList<PolicyColumn>> ColumnsAsync(CancellationToken cancellationToken) =>
        ColumnsOf(await Database.GetShapeAsync(cancellationToken));

    /// <summary>Does <c>users</c> have the column that says whether an address is ours; it is no part of the published schema.</summary>
    public async Task<bool> HasLocalAsync(CancellationToken cancellationToken) =>
        (await Database.GetShapeAsync(cancellationToken)).HasColumn("users", "local");

    internal static IReadOnlyList<PolicyColumn> ColumnsOf(SchemaShape shape) =>
        [.. PolicyField.All.Where(f => f.Kind != FieldKind.Locality && shape.HasColumn("policy", f.Sql)).Select(f => new PolicyColumn(f, LengthOf(shape, "policy", f.Sql)))];

    /// <summary>Characters a text column takes; null: as many as one likes. The published schema has 64 where SQLite does not say.</summary>
    internal static int? LengthOf(SchemaShape shape, string table, string column)
    {
        var type = shape.TypeOf(table, column) ?? "";
        var open = type.IndexOf('(', StringComparison.Ordinal);
        if (open > 0 && type.IndexOf(')', open) is > 0 and var close && int.TryParse(type.AsSpan(open + 1, close - open - 1), out var length))
            return length;
        return shape.Provider == SqlProvider.Sqlite ? 64 : null;
    }

    /// <summary>Runs statements over one connection.</summary>
    /// <exception cref="StorageUnavailableException">The database does not answer.</exception>
    /// <exception cref="ChangeRefusedException">The database does not take the values.</exception>
    internal async Task<T> RunAsync<T>(Func<PolicyStatements, Task<T>> work, CancellationToken cancellationToken)
    {
        try
        {
            var shape = await Database.GetShapeAsync(cancellationToken);
            await using var connection = await Database.OpenAsync(cancellationToken);
            return await work(new PolicyStatements(connection, shape, null));
        }
        catch (Exception fault) when (StorageFault.IsExpected(fault))
        {
            throw Told(fault);
        }
    }

    /// <summary>Runs statements in one transaction: all of them or none.</summary>
    /// <exception cref="StorageUnavailableException">The database does not answer.</exception>
    /// <exception cref="ChangeRefusedException">The database does not take the values.</exception>
    internal async Task<T> ChangeAsync<T>(Func<PolicyStatements, Task<T>> work, CancellationToken cancellationToken)
    {
        try
        {
            var shape = await Database.GetShapeAsync(cancellationToken);
            await using var connection = await Database.OpenAsync(cancellationToken);
            await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
            var result = await work(new PolicyStatements(connection, shape, transaction));
            await transaction.CommitAsync(cancellationToken);
            return result;
        }
        catch (Exception fault) when (StorageFault.IsExpected(fault))
        {
            throw Told(fault);
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (_own && _database is not null)
            await _database.DisposeAsync();
    }

    private AmavisDatabase Database => _database ?? throw new StorageUnavailableException("lookup_sql_dsn names no database");

    private Exception Told(Exception fault)
    {
        if (StorageFault.IsOfTheRow(fault))
            return new ChangeRefusedException($"The database does not take this: {StorageFault.Reason(fault)}");
        if (StorageFault.IsOfTheSchema(fault))
            Database.ForgetShape();
        return new StorageUnavailableException($"{Label}: {StorageFault.Reason(fault)}", fault);
    }
}

/// <summary>A change can't be made as it was asked for; the message is for the person who asked.</summary>
public sealed class ChangeRefusedException(string message) : Exception(message);
