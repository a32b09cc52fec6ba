using System.Globalization;
using Amavis.Dkim.Signing;
using Amavis.Dkim.Verification;
using Amavis.Mime.Headers;

namespace Amavis.Dkim.Results;

/// <summary>Results of signatures in the words of Authentication-Results (RFC 8601 §2.7.1).</summary>
public static class DkimResults
{
    private const int ShownSignature = 8;

    /// <summary>One result for each signature; empty: there is no field to write.</summary>
    public static IReadOnlyList<AuthenticationResult> Of(IReadOnlyList<SignatureResult> results, HeaderFacts facts)
    {
        ArgumentNullException.ThrowIfNull(results);
        ArgumentNullException.ThrowIfNull(facts);
        // A copy of a good signature that was damaged on the way says nothing.
        var reported = results.Where(r => r.IsValid || r.SignatureText.Length == 0
            || !results.Any(v => v.IsValid && v.SignatureText == r.SignatureText && v.SelectorAndDomain == r.SelectorAndDomain)).ToList();
        return [.. reported.Select(r => One(r, reported, facts))];
    }

    /// <summary>Signatures made here: they are taken for good without a look.</summary>
    public static IReadOnlyList<AuthenticationResult> OfNew(IReadOnlyList<MadeSignature> made)
    {
        ArgumentNullException.ThrowIfNull(made);
        return [.. made.Select(m => new AuthenticationResult("dkim", "pass", "pass (just generated, assumed good)", [("header.d", m.Order.Domain)]))];
    }

    /// <summary>pass, fail, neutral, policy, permerror or temperror.</summary>
    public static string Word(SignatureResult result)
    {
        ArgumentNullException.ThrowIfNull(result);
        return result.Verdict switch
        {
            SignatureVerdict.Pass when result.IsExpired => "fail",
            SignatureVerdict.Pass when result.Weakness.Length > 0 => "policy",
            SignatureVerdict.Pass => "pass",
            SignatureVerdict.Fail => "fail",
            SignatureVerdict.Neutral => "neutral",
            SignatureVerdict.TempError => "temperror",
            _ => "permerror",
        };
    }

    /// <summary>Why it is not simply what the word says; empty: it is.</summary>
    public static string Reason(SignatureResult result)
    {
        ArgumentNullException.ThrowIfNull(result);
        if (result.Verdict != SignatureVerdict.Pass)
            return result.Reason;
        return result.IsExpired ? "good, but expired" : result.Weakness.Length > 0 ? "good, but " + result.Weakness : "";
    }

    private static AuthenticationResult One(SignatureResult result, List<SignatureResult> all, HeaderFacts facts)
    {
        var properties = new List<(string, string)>();
        if (result.Kind == SignatureKind.DomainKeys)
        {
            AddAddress(properties, "header.from", facts.From, result.Domain);
            AddAddress(properties, "header.sender", facts.Sender, result.Domain);
        }
        if (result.Domain.Length > 0)
            properties.Add(("header.d", result.Domain));
        if (Shown(result) is { } shown && all.Count(r => r.Kind == result.Kind) > 1 && !all.Any(r => r.SignatureText != result.SignatureText && Shown(r) == shown))
            properties.Add(("header.b", shown));
        var comment = result.KeyBits is { } bits ? string.Create(CultureInfo.InvariantCulture, $"{bits}-bit key") : null;
        var reason = Reason(result);
        return new AuthenticationResult(result.Kind == SignatureKind.Dkim ? "dkim" : "domainkeys", Word(result), reason.Length == 0 ? null : reason, properties, comment);
    }

    private static void AddAddress(List<(string, string)> properties, string name, IReadOnlyList<HeaderAddress> addresses, string domain)
    {
        if (domain.Length > 0 && addresses.FirstOrDefault(a => SignatureNames.Normalize(a.Address.Domain) == domain) is { } match)
            properties.Add((name, match.Address.Smtp));
    }

    /// <summary>The first characters of a signature.</summary>
    private static string? Shown(SignatureResult result) => result.SignatureText.Length >= ShownSignature ? result.SignatureText[..ShownSignature] : null;
}
