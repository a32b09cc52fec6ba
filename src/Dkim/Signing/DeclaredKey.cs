using Amavis.Core.Addresses;
using Amavis.Core.Lookups;
using Amavis.Core.Policy;
using Amavis.Dkim.Keys;

namespace Amavis.Dkim.Signing;

/// <summary>A key of the configuration, ready to sign.</summary>
public sealed class DeclaredKey(DkimKeySettings settings, SigningKey key)
{
    public DkimKeySettings Settings => settings;

    public SigningKey Key => key;

    public string Selector => settings.Selector;

    /// <summary>Is for more domains than one.</summary>
    public bool IsWildcard => settings.Pattern is not null;

    /// <summary>The record says t=s: i= must have exactly the signing domain.</summary>
    public bool IsStrict => Has("t", "s", missing: false);

    public bool IsFor(string domain) =>
        settings.Pattern is { } pattern ? RegexTable.TryMatch(pattern, domain)?.Success == true : settings.Domain == domain;

    /// <summary>Its record allows signatures of mail with an algorithm for an identity.</summary>
    /// <param name="identity">i=, or null.</param>
    public bool Allows(SigningAlgorithm algorithm, string? identity, string domain)
    {
        if (key.KeyType != algorithm.KeyType() || (settings.Tags.TryGetValue("k", out var type) && type != algorithm.KeyType()))
            return false;
        if (!Has("s", "*", missing: true) && !Has("s", "email", missing: true))
            return false;
        if (!Has("h", "sha256", missing: true))
            return false;
        if (identity is null)
            return true;
        var at = identity.LastIndexOf('@');
        if (IsStrict && DomainNames.Normalize(identity[(at + 1)..]) != domain)
            return false;
        return AllowsLocalPart(at < 0 ? "" : identity[..at]);
    }

    /// <summary>The tag g= of RFC 4871, where one star stands for anything.</summary>
    private bool AllowsLocalPart(string localPart)
    {
        if (!settings.Tags.TryGetValue("g", out var pattern) || pattern == "*")
            return true;
        var star = pattern.IndexOf('*');
        return star < 0
            ? pattern == localPart
            : localPart.Length >= pattern.Length - 1 && localPart.StartsWith(pattern[..star], StringComparison.Ordinal) && localPart.EndsWith(pattern[(star + 1)..], StringComparison.Ordinal);
    }

    private bool Has(string tag, string word, bool missing) =>
        settings.Tags.TryGetValue(tag, out var list) ? list.Split(':', StringSplitOptions.TrimEntries).Contains(word, StringComparer.OrdinalIgnoreCase) : missing;
}
