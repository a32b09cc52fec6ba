using System.Data.Common;
using Amavis.Core.Storage;
using Amavis.Data;

namespace Amavis.Cli;

/// <summary>Runs a command over the first database of <c>storage_sql_dsn</c> and turns its faults into a failed command.</summary>
internal static class DatabaseContext
{
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
}
