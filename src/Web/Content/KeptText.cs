using System.IO.Compression;
using Amavis.Core.Policy;
using Amavis.Data.Console;
using Amavis.Protocols.AmPdp;

namespace Amavis.Web.Content;

/// <summary>The text of a kept message, or why it can't be had here.</summary>
public abstract record KeptTextResult
{
    private KeptTextResult()
    {
    }

    /// <param name="Octets">As stored, with the fields put before it.</param>
    public sealed record Found(byte[] Octets) : KeptTextResult;

    /// <param name="Reason">For people.</param>
    public sealed record Unavailable(string Reason) : KeptTextResult;
}

/// <summary>Reads kept messages: from the database, or from files below the quarantine directory where this process may read them.</summary>
internal sealed class KeptText(KeptCopies copies, Settings settings)
{
    /// <summary>Null when nothing is kept, or this viewer may not read it.</summary>
    public async Task<KeptTextResult?> ReadAsync(ConsoleViewer viewer, MessageKey key, CancellationToken cancellationToken)
    {
        if (await copies.FindAsync(viewer, key, ConsoleRights.ReadContent, cancellationToken) is not { } copy)
            return null;
        return copy.QuarantineType switch
        {
            'Q' => await copies.ReadChunksAsync(key, cancellationToken) is { } octets
                ? new KeptTextResult.Found(octets)
                : new KeptTextResult.Unavailable("The kept text is no longer in the database, or not complete."),
            'F' or 'Z' => await ReadFileAsync(copy, cancellationToken),
            _ => new KeptTextResult.Unavailable($"It is kept at \"{copy.Location}\", which only the daemon or another program can read."),
        };
    }

    private async Task<KeptTextResult> ReadFileAsync(KeptCopy copy, CancellationToken cancellationToken)
    {
        if (settings.QuarantineDir is not { Length: > 0 } directory)
            return new KeptTextResult.Unavailable("It is kept in a file, but QUARANTINEDIR is not set.");
        // The location comes from the database: only names that stay below the directory are opened.
        if (!ReleaseRequest.IsMailFile(copy.Location))
            return new KeptTextResult.Unavailable("The stored location is not a file below the quarantine directory.");
        var path = Path.Combine(directory, copy.Location);
        try
        {
            if (new FileInfo(path) is { LinkTarget: not null })
                return new KeptTextResult.Unavailable("The stored location is a link; it is not followed.");
            await using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, 65536, FileOptions.Asynchronous);
            return copy.Location.EndsWith(".gz", StringComparison.Ordinal)
                ? await ReadAllAsync(new GZipStream(file, CompressionMode.Decompress), cancellationToken)
                : await ReadAllAsync(file, cancellationToken);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or InvalidDataException)
        {
            return new KeptTextResult.Unavailable($"It is kept in the file {copy.Location}, which the console can't read: {Plain(e)}");
        }
    }

    private static string Plain(Exception e) => e switch
    {
        FileNotFoundException or DirectoryNotFoundException => "there is no such file any more.",
        UnauthorizedAccessException => "its user lacks the permission. Add it to the group of the quarantine directory.",
        InvalidDataException => "it is damaged.",
        _ => "it can't be opened.",
    };

    // Compressed octets say nothing about how much will come of them: what is read is counted.
    private static async Task<KeptTextResult> ReadAllAsync(Stream stream, CancellationToken cancellationToken)
    {
        await using (stream)
        {
            using var text = new MemoryStream();
            var buffer = new byte[65536];
            for (int length; (length = await stream.ReadAsync(buffer, cancellationToken)) > 0;)
            {
                if (text.Length + length > KeptCopies.MaxOctets)
                    return new KeptTextResult.Unavailable($"It is larger than {KeptCopies.MaxOctets >> 20} MiB.");
                text.Write(buffer, 0, length);
            }
            return new KeptTextResult.Found(text.ToArray());
        }
    }
}
