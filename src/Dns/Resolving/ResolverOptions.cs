using System.Net;

namespace Amavis.Dns.Resolving;

/// <summary>How servers are asked, and what is remembered.</summary>
public sealed record ResolverOptions
{
    /// <summary>Recursive servers, in order of preference.</summary>
    public required IReadOnlyList<IPEndPoint> Servers { get; init; }

    /// <summary>To wait for one answer.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(3);

    /// <summary>While no server answers: to wait for one answer before it is given up, so that a dead DNS holds up nobody for long.</summary>
    public TimeSpan TimeoutInTrouble { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>Rounds over the servers.</summary>
    public int Rounds { get; init; } = 2;

    /// <summary>For one question in all, aliases included.</summary>
    public TimeSpan Budget { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Octets of an answer over UDP: what passes everywhere in one piece.</summary>
    public ushort UdpPayload { get; init; } = 1220;

    /// <summary>Questions at work at once; more fail at once, which senders of mail can retry.</summary>
    public int MaxQuestions { get; init; } = 1000;

    /// <summary>Answers remembered.</summary>
    public int CacheEntries { get; init; } = 20_000;

    /// <summary>Octets remembered in all, roughly.</summary>
    public long CacheOctets { get; init; } = 16 << 20;

    /// <summary>Longest life of an answer, whatever it says itself.</summary>
    public TimeSpan LongestLife { get; init; } = TimeSpan.FromHours(24);

    /// <summary>Longest life of "there is no such thing" (RFC 2308 §5).</summary>
    public TimeSpan LongestNegativeLife { get; init; } = TimeSpan.FromMinutes(15);

    /// <summary>How long a question that failed is not asked again (RFC 2308 §7 allows 5 minutes).</summary>
    public TimeSpan FailureLife { get; init; } = TimeSpan.FromSeconds(5);
}
