using System.Buffers;
using Microsoft.Extensions.Logging;

namespace Amavis.Data.Writing;

/// <summary>The file of rows no database would take, one JSON line each, for the administrator; they hold up no others.</summary>
internal sealed class RejectedRows(string directory, ILogger logger)
{
    public string Path { get; } = System.IO.Path.Combine(directory, "rejected.jsonl");

    public async Task AddAsync(FinalRow row, string reason)
    {
        var line = new ArrayBufferWriter<byte>(2048);
        RowCodec.Write(line, row);
        line.Write("\n"u8);
        try
        {
            await using var file = new FileStream(Path, FileMode.Append, FileAccess.Write, FileShare.Read, bufferSize: 0);
            await file.WriteAsync(line.WrittenMemory);
            file.Flush(flushToDisk: true);
            DataLog.RowRejected(logger, row.Arrival.MailId, row.Arrival.AmId, Path, reason);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            DataLog.RejectedNotWritten(logger, row.Arrival.MailId, row.Arrival.AmId, Path, fault);
        }
    }
}
