using System.Globalization;
using Amavis.Dkim.Tags;

namespace Amavis.Authentication.Dmarc;

/// <summary>What a domain wants done with mail that fails (RFC 7489 §6.3).</summary>
public enum DmarcPolicy
{
    None,
    Quarantine,
    Reject,
}

/// <summary>A DMARC policy record (RFC 7489 §6.3, RFC 9091).</summary>
/// <param name="SubdomainPolicy">Of sub-domains; null: as <paramref name="Policy"/>.</param>
/// <param name="NonexistentPolicy">Of sub-domains that do not exist (np=); null: as sub-domains.</param>
/// <param name="StrictDkim">adkim=s: d= has to be the author's domain itself.</param>
/// <param name="StrictSpf">aspf=s: so has the domain SPF passed for.</param>
/// <param name="Percent">Share of the mail the policy is for.</param>
public sealed record DmarcRecord(DmarcPolicy Policy, DmarcPolicy? SubdomainPolicy, DmarcPolicy? NonexistentPolicy, bool StrictDkim, bool StrictSpf, int Percent)
{
    /// <summary>Is it a DMARC record at all: v=DMARC1 has to be its first tag.</summary>
    public static bool IsOne(string text) => TagList.TryParse(text, out _) is { Tags: [("v", "DMARC1"), ..] };

    /// <summary>Null for a record without a policy that is known and without an address for reports either (§6.6.3, step 6).</summary>
    public static DmarcRecord? TryParse(string text)
    {
        if (TagList.TryParse(text, out _) is not { Tags: [("v", "DMARC1"), ..] } tags)
            return null;
        var policy = PolicyOf(tags["p"]);
        var subdomains = PolicyOf(tags["sp"]);
        if (policy is null || (tags["sp"] is not null && subdomains is null))
        {
            if (string.IsNullOrEmpty(tags["rua"]))
                return null;
            (policy, subdomains) = (DmarcPolicy.None, null);
        }
        return new DmarcRecord(policy.Value, subdomains, PolicyOf(tags["np"]), IsStrict(tags["adkim"]), IsStrict(tags["aspf"]), PercentOf(tags["pct"]));
    }

    private static DmarcPolicy? PolicyOf(string? text) => text?.ToLowerInvariant() switch
    {
        "none" => DmarcPolicy.None,
        "quarantine" => DmarcPolicy.Quarantine,
        "reject" => DmarcPolicy.Reject,
        _ => null,
    };

    private static bool IsStrict(string? text) => string.Equals(text, "s", StringComparison.OrdinalIgnoreCase);

    private static int PercentOf(string? text) => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var percent) && percent <= 100 ? percent : 100;
}
