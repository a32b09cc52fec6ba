using Amavis.Data;
using Amavis.Data.Model;
using Microsoft.EntityFrameworkCore;

namespace Amavis.EndToEnd.Tests;

/// <summary>Rows of the log, once they are there.</summary>
internal static class Rows
{
    /// <summary>Finished messages in the order of their log ids.</summary>
    public static async Task<List<MsgsRow>> WaitForAsync(AmavisDatabase database, int count, TimeSpan? within = null)
    {
        using var limit = new CancellationTokenSource(within ?? TimeSpan.FromSeconds(30));
        var seen = 0;
        while (true)
        {
            try
            {
                await using var context = await database.CreateContextAsync(limit.Token);
                var rows = await context.Msgs.Where(m => m.Content != null).OrderBy(m => m.AmId).ToListAsync(limit.Token);
                seen = rows.Count;
                if (seen >= count)
                    return rows;
                await Task.Delay(100, limit.Token);
            }
            catch (OperationCanceledException)
            {
                throw new TimeoutException($"{seen} of {count} rows are in the log");
            }
        }
    }
}
