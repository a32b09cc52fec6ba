namespace Amavis.Snmp.AgentX;

/// <summary>Bounds and times of the protocol.</summary>
public static class AgentXLimits
{
    /// <summary>Most octets of a payload that are read. A request for every object of ours has 15 kB.</summary>
    public const int PayloadOctets = 1 << 18;

    /// <summary>Most variables in an answer to GetBulk; RFC 3416 §4.2.3 lets an agent answer with fewer than asked for.</summary>
    public const int BulkVariables = 2048;

    /// <summary>Numbers of an OID that one octet stands for: 1.3.6.1 and the octet (RFC 2741 §5.1).</summary>
    public const int PrefixLength = 5;

    /// <summary>For connecting, and for the master's answer to what we ask.</summary>
    public static readonly TimeSpan Answer = TimeSpan.FromSeconds(5);

    /// <summary>A master that says nothing for so long is asked whether it is there.</summary>
    public static readonly TimeSpan Quiet = TimeSpan.FromSeconds(15);

    /// <summary>Before the first attempt after a loss; doubled up to <see cref="LongestPause"/>.</summary>
    public static readonly TimeSpan ShortestPause = TimeSpan.FromSeconds(1);

    public static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(15);

    /// <summary>For the farewell when we stop.</summary>
    public static readonly TimeSpan Farewell = TimeSpan.FromSeconds(1);
}
