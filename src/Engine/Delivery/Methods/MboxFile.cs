using System.Globalization;
using System.Text;
using Amavis.Core.Addresses;
using Amavis.Core.Messages;

namespace Amavis.Engine.Delivery.Methods;

/// <summary>
/// Appends messages to an mbox file, under both kinds of lock that mail readers use. What could not be written to its end is
/// taken away again.
/// </summary>
internal static class MboxFile
{
    private const UnixFileMode FileMode0640 = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead;
    private const UnixFileMode AnyExecute = UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute;
    private const int WouldBlock = 11;

    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(100);

    /// <exception cref="IOException">Nothing was appended.</exception>
    public static async Task AppendAsync(
        string path, MailAddress sender, OutgoingMessage message, TimeProvider clock, TimeSpan limit, CancellationToken cancellationToken)
    {
        var start = clock.GetTimestamp();
        await using var file = await OpenAsync(path, clock, start, limit, cancellationToken);
        if (!file.CanSeek)
            throw new IOException($"{path} is no regular file");
        if ((File.GetUnixFileMode(file.SafeFileHandle) & AnyExecute) != 0)
            throw new IOException($"{path} is executable, and so hardly an mbox file");
        while (!TryLock(file))
            await WaitAsync(path, clock, start, limit, cancellationToken);
        var end = file.Length;
        try
        {
            file.Position = end;
            await file.WriteAsync(Encoding.UTF8.GetBytes(FromLine(sender, clock.GetUtcNow())), cancellationToken);
            await StoredText.WriteAsync(file, message, LineQuoting.FromLines, cancellationToken);
            await file.WriteAsync("\n"u8.ToArray(), cancellationToken);
            file.Flush(flushToDisk: true);
        }
        catch
        {
            file.SetLength(end);
            throw;
        }
    }

    /// <summary>The line before each message: sender, and UTC in the form of asctime(3).</summary>
    public static string FromLine(MailAddress sender, DateTimeOffset now)
    {
        var who = sender.IsNull ? "MAILER-DAEMON" : sender.Bracketed.Replace(' ', '-');
        var utc = now.UtcDateTime;
        return string.Create(CultureInfo.InvariantCulture, $"From {who} {utc:ddd MMM} {utc.Day,2} {utc:HH:mm:ss yyyy}\n");
    }

    /// <summary>Opens with flock(2): sharing nothing is how the framework says so.</summary>
    private static async Task<FileStream> OpenAsync(string path, TimeProvider clock, long start, TimeSpan limit, CancellationToken cancellationToken)
    {
        // Reading as well as writing: opening a FIFO must not wait for its reader.
        var options = new FileStreamOptions
        {
            Mode = FileMode.OpenOrCreate,
            Access = FileAccess.ReadWrite,
            Share = FileShare.None,
            UnixCreateMode = FileMode0640,
        };
        while (true)
        {
            try
            {
                return new FileStream(path, options);
            }
            catch (IOException e) when (e.HResult == WouldBlock)
            {
                await WaitAsync(path, clock, start, limit, cancellationToken);
            }
        }
    }

    private static bool TryLock(FileStream file)
    {
        try
        {
            file.Lock(0, 0);
            return true;
        }
        catch (IOException)
        {
            return false;
        }
    }

    private static async Task WaitAsync(string path, TimeProvider clock, long start, TimeSpan limit, CancellationToken cancellationToken)
    {
        if (clock.GetElapsedTime(start) > limit)
            throw new IOException($"{path} is locked by another program");
        await Task.Delay(Pause, clock, cancellationToken);
    }
}
