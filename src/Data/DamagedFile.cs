using System.Globalization;
using Microsoft.Extensions.Logging;

namespace Amavis.Data;

/// <summary>
/// A damaged SQLite file is put aside, under a name with the time, for the administrator to rescue what can be rescued; mail goes
/// on with a new one. Other processes see the new file when they next open a connection.
/// </summary>
internal static class DamagedFile
{
    private static readonly Lock Gate = new();

    /// <param name="generation">Which file it was that the caller found damaged; nothing happens when it has been replaced since.</param>
    public static void Replace(AmavisDatabase database, int generation, Exception fault, TimeProvider time, ILogger logger)
    {
        if (database.SqlitePath is not { } path)
            return;
        lock (Gate)
        {
            if (database.Generation != generation)
                return;
            database.ClearPool();
            var aside = $"{path}.damaged-{time.GetUtcNow().UtcDateTime.ToString("yyyyMMdd'T'HHmmss'Z'", CultureInfo.InvariantCulture)}";
            // The log and index of the file go with it: beside a new file they would be read as its own.
            foreach (var suffix in new[] { "-wal", "-shm", "" })
                if (File.Exists(path + suffix))
                    File.Move(path + suffix, aside + suffix, overwrite: true);
            database.Replaced();
            DataLog.DatabaseDamaged(logger, path, aside, fault);
        }
    }
}
