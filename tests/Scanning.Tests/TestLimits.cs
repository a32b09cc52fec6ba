using Amavis.Scanning.Sockets;

namespace Amavis.Scanning.Tests;

/// <summary>Limits short enough to run into.</summary>
internal static class TestLimits
{
    public static readonly ScannerLimits Short = new()
    {
        Connect = TimeSpan.FromSeconds(1),
        VirusAnswer = TimeSpan.FromSeconds(1),
        SpamAnswer = TimeSpan.FromSeconds(1),
        Probe = TimeSpan.FromMilliseconds(250),
        ProbeWait = TimeSpan.FromMilliseconds(40),
        RetryAfter = TimeSpan.FromMilliseconds(100),
    };

    /// <summary>Real scanners on a busy machine need their time; so do tests that expect an answer.</summary>
    public static readonly ScannerLimits Patient = new()
    {
        VirusAnswer = TimeSpan.FromSeconds(30),
        SpamAnswer = TimeSpan.FromSeconds(60),
        ProbeWait = TimeSpan.FromSeconds(10),
        Probe = TimeSpan.FromSeconds(10),
    };
}
