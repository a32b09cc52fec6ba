using Amavis.Core.Addresses;
using Amavis.Dns.Messages;
using Amavis.Dns.Resolving;

namespace Amavis.Authentication.Dmarc;

/// <summary>Results of DMARC (RFC 7489 §11.2).</summary>
public enum DmarcVerdict
{
    /// <summary>The author's domain has no policy, or there is not one author's domain.</summary>
    None,
    Pass,
    Fail,
    TempError,
    PermError,
}

/// <summary>What was authenticated of a message.</summary>
/// <param name="AuthorDomains">Domains of From; DMARC is defined for one.</param>
/// <param name="SpfDomain">Domain that SPF passed for; null: it did not pass.</param>
/// <param name="DkimDomains">d= of valid signatures.</param>
public sealed record DmarcQuestion(IReadOnlyList<string> AuthorDomains, string? SpfDomain, IReadOnlyList<string> DkimDomains);

/// <summary>What the author's domain says of a message.</summary>
/// <param name="Domain">The author's domain; empty: there is not one.</param>
/// <param name="Policy">What it wants done with failing mail; null: it has no policy.</param>
/// <param name="Reason">What is wrong; empty: nothing.</param>
public sealed record DmarcResult(DmarcVerdict Verdict, string Domain, DmarcPolicy? Policy, string Reason)
{
    /// <summary>As in Authentication-Results.</summary>
    public string Word => Verdict.ToString().ToLowerInvariant();
}

/// <summary>Asks the author's domain for its policy and compares (RFC 7489 §6.6).</summary>
public sealed class DmarcEvaluator(IDnsResolver resolver, OrganizationalDomain organizations)
{
    /// <param name="cancellationToken">Ends the waiting for the DNS, which then could not tell.</param>
    public async Task<DmarcResult> EvaluateAsync(DmarcQuestion question, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(question);
        var domains = question.AuthorDomains.Select(DomainNames.Normalize).Where(d => d.Length > 0).Distinct().ToList();
        if (domains.Count != 1)
            return new DmarcResult(domains.Count == 0 ? DmarcVerdict.None : DmarcVerdict.PermError, "", null, domains.Count == 0 ? "no author" : "authors of several domains");
        var domain = domains[0];
        try
        {
            return await EvaluateAsync(domain, question, cancellationToken);
        }
        catch (OperationCanceledException)
        {
            return new DmarcResult(DmarcVerdict.TempError, domain, null, "no time left for the DNS");
        }
    }

    private async Task<DmarcResult> EvaluateAsync(string domain, DmarcQuestion question, CancellationToken cancellationToken)
    {
        var organization = organizations.Of(domain);
        var (record, fault) = await FindAsync(domain, cancellationToken);
        var isOfOrganization = record is null && fault.Length == 0 && organization != domain;
        if (isOfOrganization)
            (record, fault) = await FindAsync(organization, cancellationToken);
        if (fault.Length > 0)
            return new DmarcResult(DmarcVerdict.TempError, domain, null, fault);
        if (record is null)
            return new DmarcResult(DmarcVerdict.None, domain, null, "");
        var policy = isOfOrganization ? await SubdomainPolicyAsync(record, domain, cancellationToken) : record.Policy;
        var passes = question.DkimDomains.Any(d => IsAligned(d, domain, record.StrictDkim)) || (question.SpfDomain is { } spf && IsAligned(spf, domain, record.StrictSpf));
        return new DmarcResult(passes ? DmarcVerdict.Pass : DmarcVerdict.Fail, domain, policy, "");
    }

    /// <summary>RFC 9091 §2.5: what does not exist may have a policy of its own.</summary>
    private async Task<DmarcPolicy> SubdomainPolicyAsync(DmarcRecord record, string domain, CancellationToken cancellationToken)
    {
        var usual = record.SubdomainPolicy ?? record.Policy;
        if (record.NonexistentPolicy is not { } other)
            return usual;
        var answer = await resolver.AskAsync(domain, RecordType.A, cancellationToken);
        return answer.Status == DnsStatus.NoName ? other : usual;
    }

    /// <summary>The one record of a domain; several are none (§6.6.3).</summary>
    private async Task<(DmarcRecord? Record, string Fault)> FindAsync(string domain, CancellationToken cancellationToken)
    {
        var answer = await resolver.AskAsync("_dmarc." + domain, RecordType.TXT, cancellationToken);
        if (answer.Status == DnsStatus.Failed)
            return (null, $"_dmarc.{domain}: {answer.Reason}");
        var records = answer.Texts.Where(DmarcRecord.IsOne).Take(2).ToList();
        return (records.Count == 1 ? DmarcRecord.TryParse(records[0]) : null, "");
    }

    private bool IsAligned(string authenticated, string author, bool strict)
    {
        var domain = DomainNames.Normalize(authenticated);
        return strict ? domain == author : organizations.Of(domain) == organizations.Of(author);
    }
}
