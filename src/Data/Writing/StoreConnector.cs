using Amavis.Core.Counters;
using Amavis.Core.Storage;
using Amavis.Data.Migrating;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace Amavis.Data.Writing;

/// <summary>
/// Connects the writer to the first database of the list that can be used, with its schema up to date, and knows what to do about
/// one that failed. For the writer alone.
/// </summary>
internal sealed class StoreConnector(
    IReadOnlyList<AmavisDatabase> databases, DatabaseMigrator migrator, bool autoMigrate, CounterSet counters, TimeProvider time, ILogger logger)
{
    private readonly HashSet<AmavisDatabase> _migrated = [];
    private AmavisDatabase? _current;
    private int _generation;

    /// <summary>For logs.</summary>
    public string Label => (_current ?? databases[0]).Label;

    /// <exception cref="StorageUnavailableException">None can be used now.</exception>
    public async Task<IMessageStore> ConnectAsync(CancellationToken cancellationToken)
    {
        Exception? first = null;
        foreach (var database in databases)
        {
            try
            {
                return await OpenAsync(database, cancellationToken);
            }
            catch (Exception fault) when (StorageFault.IsExpected(fault))
            {
                first ??= fault;
                Failed(fault);
            }
        }
        throw new StorageUnavailableException(StorageFault.Reason(first!), first);
    }

    /// <summary>After a fault of the store given out last, which is to be disposed: the next one starts afresh.</summary>
    public void Failed(Exception fault)
    {
        if (_current is not { } database)
            return;
        if (StorageFault.IsDamage(fault))
        {
            DamagedFile.Replace(database, _generation, fault, time, logger);
            _migrated.Remove(database);
        }
        else if (StorageFault.IsOfTheSchema(fault))
        {
            database.ForgetShape();
            _migrated.Remove(database);
        }
        // Other idle connections to a server that went away are as dead as this one.
        database.ClearPool();
    }

    private async Task<IMessageStore> OpenAsync(AmavisDatabase database, CancellationToken cancellationToken)
    {
        _current = database;
        _generation = database.Generation;
        if ((autoMigrate || database.Generation > 0) && !_migrated.Contains(database))
        {
            await MigrateAsync(database, cancellationToken);
            _migrated.Add(database);
        }
        var connection = await database.OpenAsync(cancellationToken);
        try
        {
            var shape = await database.GetShapeAsync(cancellationToken);
            return connection switch
            {
                NpgsqlConnection postgres => await PostgresMessageStore.CreateAsync(postgres, shape, counters, time, cancellationToken),
                SqliteConnection sqlite => new SqliteMessageStore(sqlite, database, shape, counters),
                _ => throw new InvalidOperationException("unknown kind of connection"),
            };
        }
        catch
        {
            await connection.DisposeAsync();
            throw;
        }
    }

    /// <summary>
    /// A role that may not make tables works with those an administrator made: rows are stored, explanations are not until ours
    /// are there, too.
    /// </summary>
    private async Task MigrateAsync(AmavisDatabase database, CancellationToken cancellationToken)
    {
        try
        {
            await migrator.MigrateAsync(database, cancellationToken);
        }
        catch (PostgresException fault) when (fault.SqlState == PostgresErrorCodes.InsufficientPrivilege)
        {
            database.ForgetShape();
            var shape = await database.GetShapeAsync(cancellationToken);
            if (!((string[])["maddr", "msgs", "msgrcpt", "quarantine"]).All(shape.Tables.Contains))
                throw;
            DataLog.SchemaNotOurs(logger, database.Label, fault.MessageText);
        }
    }
}
