namespace Amavis.Scanning.Sockets;

/// <summary>How long scanners are waited for and how much they may say. Tests shorten them.</summary>
public sealed record ScannerLimits
{
    public static readonly ScannerLimits Default = new();

    /// <summary>Until a connection stands; a host that drops packets must not use up the whole budget.</summary>
    public TimeSpan Connect { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>
    /// For a virus scanner, connecting included: until the next valid answer for a little data. Below three seconds, so that the
    /// first message that meets a dead scanner is answered within three.
    /// </summary>
    public TimeSpan VirusAnswer { get; init; } = TimeSpan.FromSeconds(2.8);

    /// <summary>Time added to <see cref="VirusAnswer"/>: an octet rate that any scanner keeps up.</summary>
    public long VirusOctetsPerSecond { get; init; } = 2 << 20;

    /// <summary>For a spam scanner: network tests may take long, and it says nothing before its end.</summary>
    public TimeSpan SpamAnswer { get; init; } = TimeSpan.FromSeconds(20);

    /// <summary>For a spam scanner that is taught a message: somebody waits for the answer.</summary>
    public TimeSpan SpamLearning { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>How long a message waits for the probe of a scanner that has failed.</summary>
    public TimeSpan ProbeWait { get; init; } = TimeSpan.FromMilliseconds(25);

    /// <summary>After this a probe without answer has failed.</summary>
    public TimeSpan Probe { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>Time between attempts on a scanner that keeps failing.</summary>
    public TimeSpan RetryAfter { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>Octets of answers kept from one virus scanner session; more is not an answer.</summary>
    public int VirusReplyOctets { get; init; } = 64 << 10;

    /// <summary>Octets of an answer kept from a spam scanner; reports are a few KiB.</summary>
    public int SpamReplyOctets { get; init; } = 256 << 10;

    /// <summary>Budget of a virus scan of this much data.</summary>
    public TimeSpan VirusBudget(long octets) => VirusAnswer + TimeSpan.FromSeconds(octets / (double)VirusOctetsPerSecond);
}
