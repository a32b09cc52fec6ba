using Amavis.Scanning.Sockets;

namespace Amavis.Scanning.Tests;

/// <summary>Limits short enough to run into.</summary>
internal static class TestLimits
{
    public static readonly ScannerLimits Short = new()
    {
        Connect = TimeSpan.FromMilliseconds(250),
        VirusAnswer = TimeSpan.FromMilliseconds(300),
        SpamAnswer = TimeSpan.FromMilliseconds(300),
        Probe = TimeSpan.FromMilliseconds(250),
        ProbeWait = TimeSpan.FromMilliseconds(40),
        RetryAfter = TimeSpan.FromMilliseconds(100),
    };

    /// <summary>Real scanners on a busy machine need their time; a test that waits for a fault says so itself.</summary>
    public static readonly ScannerLimits Patient = new()
    {
        VirusAnswer = TimeSpan.FromSeconds(30),
        SpamAnswer = TimeSpan.FromSeconds(60),
        ProbeWait = TimeSpan.FromSeconds(10),
        Probe = TimeSpan.FromSeconds(10),
    };
}
