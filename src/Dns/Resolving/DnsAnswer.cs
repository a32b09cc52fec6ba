using Amavis.Dns.Messages;

namespace Amavis.Dns.Resolving;

/// <summary>How a question ended.</summary>
public enum DnsStatus
{
    /// <summary>There are records.</summary>
    Found,
    /// <summary>The name exists, but has no records of the type.</summary>
    NoData,
    /// <summary>The name does not exist, or is none.</summary>
    NoName,
    /// <summary>Nobody could tell: no answer, or one that says so. May be otherwise later.</summary>
    Failed,
}

/// <summary>The answer to one question, aliases followed.</summary>
/// <param name="Records">All of the type asked for, in the server's order; empty unless <see cref="DnsStatus.Found"/>.</param>
/// <param name="Reason">Why there are none, for people; empty when there are.</param>
public sealed record DnsAnswer(DnsStatus Status, IReadOnlyList<DnsRecord> Records, string Reason)
{
    public static DnsAnswer Failure(string reason) => new(DnsStatus.Failed, [], reason);

    /// <summary>Texts of TXT records, each with its strings joined.</summary>
    public IEnumerable<string> Texts => Records.OfType<DnsRecord.Text>().Select(t => t.Joined);
}
