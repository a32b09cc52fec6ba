using System.Globalization;
using Amavis.Core.Messages;
using Amavis.Core.Storage;

namespace Amavis.Engine;

/// <summary>Keeps messages whose processing broke off, for people to look at. Bounded: trouble that repeats must not fill the disk.</summary>
internal static class Evidence
{
    /// <summary>Directories there may be; whoever has looked at them removes them.</summary>
    private const int MaxDirectories = 100;

    private const UnixFileMode Private = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    /// <summary>Writes the message to a file <c>email.txt</c> in a directory of its own.</summary>
    /// <param name="tempBase">Where the directory is made.</param>
    /// <returns>The directory; null: there are enough of them.</returns>
    /// <exception cref="IOException">No room.</exception>
    public static string? Keep(ReceivedMessage message, string tempBase, DateTimeOffset now)
    {
        if (Directory.EnumerateDirectories(tempBase, "amavis-*T*-*").Take(MaxDirectories).Count() == MaxDirectories)
            return null;
        var (name, _) = MailIds.Create(48);
        var path = Path.Combine(tempBase, string.Create(CultureInfo.InvariantCulture, $"amavis-{now:yyyyMMdd'T'HHmmss}-{Environment.ProcessId:00000}-{name}"));
        Directory.CreateDirectory(path, Private);
        using var file = new FileStream(Path.Combine(path, "email.txt"), new FileStreamOptions
        {
            Mode = FileMode.CreateNew,
            Access = FileAccess.Write,
            UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
        });
        foreach (var chunk in message.Spool.Chunks())
            file.Write(chunk.Span);
        return path;
    }
}
