using Amavis.Dkim.Verification;
using Amavis.Mime.Headers;
using Amavis.Testing;

namespace Amavis.Dkim.Tests;

/// <summary>Messages and zones for tests of signatures.</summary>
internal static class DkimCase
{
    public static readonly DateTimeOffset Now = new(2026, 11, 22, 12, 0, 0, TimeSpan.Zero);

    public static async Task<IReadOnlyList<SignatureResult>> VerifyAsync(byte[] message, ZoneResolver zone, DateTimeOffset? now = null)
    {
        using var spool = new MemorySpool(message);
        return await new DkimVerifier(zone).VerifyAsync(spool, HeaderSection.Read(spool), now ?? Now, CancellationToken.None);
    }

    /// <summary>As a server takes a file in: every line end is CRLF.</summary>
    public static byte[] Message(string path) => Octets.Crlf(Octets.Text(File.ReadAllBytes(path)));

    /// <summary>Lines of a name, a blank and a text.</summary>
    public static ZoneResolver Zone(string path)
    {
        var zone = new ZoneResolver();
        foreach (var line in File.ReadAllLines(path))
            if (line.Split(' ', 2) is [var name, var text])
                zone.AddText(name, text);
        return zone;
    }
}
