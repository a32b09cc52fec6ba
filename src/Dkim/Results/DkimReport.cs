using Amavis.Core.Addresses;
using Amavis.Dkim.Verification;
using Amavis.Mime.Headers;

namespace Amavis.Dkim.Results;

/// <summary>A valid signature and one author of the message.</summary>
/// <param name="IsOwn">The signing domain is the author's.</param>
public readonly record struct SignedAuthor(MailAddress Author, SignatureResult Signature, bool IsOwn);

/// <summary>What the signatures of a message say about who vouches for it.</summary>
public sealed record DkimReport
{
    public static readonly DkimReport None = new();

    /// <summary>Every signature verified, from the top down.</summary>
    public IReadOnlyList<SignatureResult> Results { get; init; } = [];
    /// <summary>Those that can be relied on.</summary>
    public IReadOnlyList<SignatureResult> Valid { get; init; } = [];
    /// <summary>Valid signatures paired with every author.</summary>
    public IReadOnlyList<SignedAuthor> Authors { get; init; } = [];
    /// <summary>By the domain of one of the authors.</summary>
    public bool ByAuthor { get; init; }
    /// <summary>By the domain of Sender; without such a field, of the first author.</summary>
    public bool BySender { get; init; }
    /// <summary>By the domain of the envelope sender.</summary>
    public bool ByEnvelopeSender { get; init; }
    /// <summary>By a domain that is none of the authors'.</summary>
    public bool ByThirdParty { get; init; }

    public static DkimReport Of(IReadOnlyList<SignatureResult> results, HeaderFacts facts, MailAddress envelopeSender)
    {
        ArgumentNullException.ThrowIfNull(results);
        ArgumentNullException.ThrowIfNull(facts);
        ArgumentNullException.ThrowIfNull(envelopeSender);
        var valid = results.Where(r => r.IsValid).ToList();
        if (valid.Count == 0)
            return new DkimReport { Results = results };
        bool Signed(MailAddress? address) => address is { Domain.Length: > 0 } && DomainOf(address) is { } domain && valid.Exists(v => v.Domain == domain);
        var authors = facts.From.Select(f => f.Address).ToList();
        var authorDomains = authors.Select(DomainOf).OfType<string>().ToHashSet();
        return new DkimReport
        {
            Results = results,
            Valid = valid,
            Authors = [.. valid.SelectMany(v => authors.Select(a => new SignedAuthor(a, v, DomainOf(a) == v.Domain)))],
            ByAuthor = valid.Exists(v => authorDomains.Contains(v.Domain)),
            BySender = Signed(facts.Sender.Count > 0 ? facts.Sender[0].Address : facts.Author),
            ByEnvelopeSender = Signed(envelopeSender),
            ByThirdParty = valid.Exists(v => !authorDomains.Contains(v.Domain)),
        };
    }

    private static string? DomainOf(MailAddress address) => SignatureNames.Normalize(address.Domain);
}
