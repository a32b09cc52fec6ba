using Amavis.Core.Addresses;
using Amavis.Core.Lookups;
using Amavis.Dkim.Verification;
using Amavis.Mime.Headers;

namespace Amavis.Dkim.Signing;

/// <summary>An address that mail may be signed for.</summary>
/// <param name="Source">From, Resent-From, Resent-Sender, Sender or mail_from.</param>
public readonly record struct SignerCandidate(string Source, MailAddress Address)
{
    public override string ToString() => $"{Source} {Address.Bracketed}";
}

/// <summary>What is to be signed with which key.</summary>
/// <param name="Key">Null: the signing service has it.</param>
/// <param name="Identity">i=; null: the default, which is the domain.</param>
public sealed record SignatureOrder(
    SignerCandidate Candidate, SignatureOptions Options, Keys.SigningAlgorithm Algorithm, string Domain, string Selector, string? Identity, DeclaredKey? Key);

/// <summary>Chooses who signs a message. Pure.</summary>
public static class SignerChooser
{
    /// <summary>Addresses tried for one message.</summary>
    private const int MaxCandidates = 100;

    /// <summary>Authors, those who resent it from the top down, the sender, the envelope sender; each once.</summary>
    public static IReadOnlyList<SignerCandidate> Candidates(HeaderSection header, MailAddress envelopeSender)
    {
        ArgumentNullException.ThrowIfNull(header);
        var candidates = new List<SignerCandidate>();
        void Add(string source, HeaderField? field)
        {
            if (field is { } f)
                candidates.AddRange(AddressList.Parse(f).Select(a => new SignerCandidate(source, a.Address)));
        }

        Add("From", header.First("From"));
        foreach (var field in header.Fields)
        {
            if (field.HasName("Resent-From"))
                Add("Resent-From", field);
            else if (field.HasName("Resent-Sender"))
                Add("Resent-Sender", field);
        }
        Add("Sender", header.First("Sender"));
        candidates.Add(new SignerCandidate("mail_from", envelopeSender));
        return [.. candidates.Where(c => c.Address.Domain.Length > 0).DistinctBy(c => c.Address.Unquoted.ToLowerInvariant()).Take(MaxCandidates)];
    }

    /// <summary>The first candidate with a key decides; empty: nobody's mail is signed, and the reason says why.</summary>
    /// <param name="valid">Signatures the message has: one of the same domain is not made again.</param>
    /// <param name="given">Options that count before those of the tables; null: none.</param>
    public static IReadOnlyList<SignatureOrder> Choose(
        IReadOnlyList<SignerCandidate> candidates, LookupMaps maps, AddressRules rules, KeyRing keys, IReadOnlyList<SignatureResult> valid, out string reason,
        IReadOnlyDictionary<string, string?>? given = null)
    {
        ArgumentNullException.ThrowIfNull(candidates);
        ArgumentNullException.ThrowIfNull(keys);
        ArgumentNullException.ThrowIfNull(valid);
        reason = candidates.Count == 0 ? "no address to sign for" : "no key for " + string.Join(", ", candidates.Select(c => c.Address.Domain).Distinct(StringComparer.OrdinalIgnoreCase).Take(5));
        foreach (var candidate in candidates)
        {
            var options = SignatureOptions.Find(maps, AddressKeys.For(candidate.Address, rules), given);
            var orders = Orders(candidate, options, keys, out var fault);
            if (fault is not null)
                reason = fault;
            if (orders.Count == 0)
                continue;
            if (IsSigned(orders[0], valid))
            {
                reason = $"{orders[0].Domain} has signed it already";
                return [];
            }
            return orders;
        }
        return [];
    }

    /// <summary>The order for a key that somebody else has; null, with the reason, when the options do not name one or do not fit together.</summary>
    public static SignatureOrder? ForService(SignerCandidate candidate, IReadOnlyDictionary<string, string?> given, IReadOnlyList<SignatureResult> valid, ref string reason)
    {
        ArgumentNullException.ThrowIfNull(given);
        ArgumentNullException.ThrowIfNull(valid);
        var options = SignatureOptions.From([given]);
        if (SignatureNames.Normalize(options.Domain ?? "") is not { } domain || SignatureNames.Normalize(options.Selector ?? "") is not { } selector)
            return null;
        var identity = options.Identity ?? DefaultIdentity(candidate.Address, domain, null);
        var order = new SignatureOrder(candidate, options, options.Algorithms[0], domain, selector, identity == "@" + domain ? null : identity, null);
        if (identity is not null && IsOutside(identity, domain))
            reason = $"i={identity} is outside of {domain}";
        else if (IsSigned(order, valid))
            reason = $"{domain} has signed it already";
        else
            return order;
        return null;
    }

    /// <summary>One order for each algorithm with a key.</summary>
    private static List<SignatureOrder> Orders(SignerCandidate candidate, SignatureOptions options, KeyRing keys, out string? fault)
    {
        fault = options.IsOff ? $"signing is switched off for {candidate.Address.Bracketed}" : null;
        var orders = new List<SignatureOrder>(1);
        if (options.IsOff || SignatureNames.Normalize(options.Domain ?? candidate.Address.Domain) is not { } domain)
            return orders;
        foreach (var algorithm in options.Algorithms)
        {
            if (keys.Find(domain, options.Selector, algorithm, options.Identity) is not { } key)
                continue;
            var identity = options.Identity ?? DefaultIdentity(candidate.Address, domain, key);
            if (identity is not null && IsOutside(identity, domain))
                fault = $"i={identity} is outside of {domain}";
            else
                orders.Add(new SignatureOrder(candidate, options, algorithm, domain, key.Selector, identity == "@" + domain ? null : identity, key));
        }
        return orders;
    }

    /// <summary>Mail of a sub-domain tells so, where the key allows it.</summary>
    public static string? DefaultIdentity(MailAddress address, string domain, DeclaredKey? key)
    {
        ArgumentNullException.ThrowIfNull(address);
        return key?.IsStrict != true && SignatureNames.Normalize(address.Domain) is { } own && own.EndsWith("." + domain, StringComparison.Ordinal) ? "@" + own : null;
    }

    /// <summary>i= must lie within d= (RFC 6376 §3.5).</summary>
    public static bool IsOutside(string identity, string domain)
    {
        ArgumentNullException.ThrowIfNull(identity);
        var own = DomainNames.Normalize(identity[(identity.LastIndexOf('@') + 1)..]);
        return own != domain && !own.EndsWith("." + domain, StringComparison.Ordinal);
    }

    private static bool IsSigned(SignatureOrder order, IReadOnlyList<SignatureResult> valid) =>
        valid.Any(v => v.IsValid && v.Domain == order.Domain && (order.Identity is null || string.Equals(v.Identity, order.Identity, StringComparison.OrdinalIgnoreCase)));
}
