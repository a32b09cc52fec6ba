using System.Data.Common;
using Amavis.Core.Storage;
using Amavis.Data;

namespace Amavis.Cli;

/// <summary>Runs commands over the databases of the configuration and turns their faults into failed commands.</summary>
internal static class DatabaseContext
{
    /// <summary>Over the first database of <c>storage_sql_dsn</c>.</summary>
    public static async Task<int> RunAsync(CommandContext context, Func<AmavisDatabase, Core.Policy.Settings, Task<int>> work)
    {
        if (context.LoadSettings() is not { } settings)
            return ExitCodes.Failed;
        if (settings.StorageSqlDsn.Count == 0)
            return context.Fail("storage_sql_dsn names no database");
        await using var database = new AmavisDatabase(settings.StorageSqlDsn[0]);
        try
        {
            return await work(database, settings);
        }
        catch (Exception e) when (e is DbException or IOException or TimeoutException or SchemaException or StorageUnavailableException)
        {
            return context.Fail($"{database.Label}: {e.Message}");
        }
    }

    /// <summary>
    /// Over that one, where there is one, and then over the first database of <c>lookup_sql_dsn</c>, where that is another. The first
    /// that fails ends the command.
    /// </summary>
    public static async Task<int> RunOnEachAsync(CommandContext context, Core.Policy.Settings settings, Func<AmavisDatabase, Task> work)
    {
        List<Core.Policy.SqlDsn> sources = [.. settings.StorageSqlDsn.Take(1).Concat(settings.LookupSqlDsn.Take(1)).Distinct()];
        if (sources.Count == 0)
            return context.Fail("neither storage_sql_dsn nor lookup_sql_dsn names a database");
        foreach (var source in sources)
        {
            await using var database = new AmavisDatabase(source);
            try
            {
                await work(database);
            }
            catch (Exception e) when (e is DbException or IOException or TimeoutException or SchemaException or StorageUnavailableException)
            {
                return context.Fail($"{database.Label}: {e.Message}");
            }
        }
        return ExitCodes.Done;
    }
}
