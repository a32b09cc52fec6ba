using System.Globalization;
using Amavis.Core.Lookups;
using Amavis.Dkim.Canonicalization;
using Amavis.Dkim.Keys;

namespace Amavis.Dkim.Signing;

/// <summary>How one sender's mail is to be signed, as far as the configuration says.</summary>
public sealed record SignatureOptions
{
    /// <summary>d=; null: the domain of the address.</summary>
    public string? Domain { get; init; }
    /// <summary>The configuration says that there is to be no signature.</summary>
    public bool IsOff { get; init; }
    /// <summary>s=; null: any key of the domain.</summary>
    public string? Selector { get; init; }
    /// <summary>One signature is made with each for which there is a key.</summary>
    public IReadOnlyList<SigningAlgorithm> Algorithms { get; init; } = [SigningAlgorithm.RsaSha256];
    public CanonicalForm HeaderForm { get; init; } = CanonicalForm.Relaxed;
    public CanonicalForm BodyForm { get; init; } = CanonicalForm.Simple;
    /// <summary>i= with its at sign; null: by the rules.</summary>
    public string? Identity { get; init; }
    /// <summary>From the time of receiving to x=; null: never expires.</summary>
    public TimeSpan? TimeToLive { get; init; }

    /// <summary>
    /// From all options found for an address, the most specific first: of each tag the first one counts, also when it is "not set".
    /// Values have been checked when the configuration was read; what is wrong all the same (an answer of a signing service) is
    /// left at its default.
    /// </summary>
    public static SignatureOptions From(IEnumerable<IReadOnlyDictionary<string, string?>> found)
    {
        ArgumentNullException.ThrowIfNull(found);
        var tags = new Dictionary<string, string?>(StringComparer.Ordinal);
        foreach (var options in found)
            foreach (var (tag, value) in options)
                tags.TryAdd(tag, value);
        var algorithms = Algorithm(tags.GetValueOrDefault("a"));
        var forms = Forms(tags.GetValueOrDefault("c"));
        return new SignatureOptions
        {
            IsOff = tags.TryGetValue("d", out var domain) && string.IsNullOrEmpty(domain),
            Domain = domain?.ToLowerInvariant(),
            Selector = tags.GetValueOrDefault("s")?.ToLowerInvariant(),
            Algorithms = algorithms.Count > 0 ? algorithms : [SigningAlgorithm.RsaSha256],
            HeaderForm = forms?.Header ?? CanonicalForm.Relaxed,
            BodyForm = forms?.Body ?? CanonicalForm.Simple,
            Identity = tags.GetValueOrDefault("i") is { Length: > 0 } identity ? identity.Contains('@') ? identity : "@" + identity : null,
            TimeToLive = double.TryParse(tags.GetValueOrDefault("ttl"), NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var seconds) && seconds is > 0 and < int.MaxValue
                ? TimeSpan.FromSeconds(seconds) : null,
        };
    }

    /// <summary>All options that tables have for an address.</summary>
    /// <param name="given">Options that count before them; null: none.</param>
    public static SignatureOptions Find(LookupMaps maps, AddressKeys address, IReadOnlyDictionary<string, string?>? given = null)
    {
        ArgumentNullException.ThrowIfNull(maps);
        var first = given is null ? Array.Empty<IReadOnlyDictionary<string, string?>>() : [given];
        return From(first.Concat(maps.FindAll(address).Select(r => r.Value.Options).OfType<IReadOnlyDictionary<string, string?>>()));
    }

    private static List<SigningAlgorithm> Algorithm(string? tag) =>
        [.. (tag ?? "").Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)
            .Select(SigningAlgorithms.FromTag).OfType<SigningAlgorithm>().Where(a => a != SigningAlgorithm.RsaSha1).Distinct()];

    private static (CanonicalForm Header, CanonicalForm Body)? Forms(string? tag)
    {
        var forms = (tag ?? "").Split('/', 2, StringSplitOptions.TrimEntries);
        var header = Form(forms[0]);
        var body = forms.Length > 1 ? Form(forms[1]) : CanonicalForm.Simple;
        return header is { } h && body is { } b ? (h, b) : null;
    }

    private static CanonicalForm? Form(string word) => word.ToLowerInvariant() switch
    {
        "simple" => CanonicalForm.Simple,
        "relaxed" => CanonicalForm.Relaxed,
        _ => null,
    };
}
