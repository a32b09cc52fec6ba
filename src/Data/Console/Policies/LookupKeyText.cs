using Amavis.Core.Addresses;
using Amavis.Core.Policy;

namespace Amavis.Data.Console.Policies;

/// <summary>
/// Keys of <c>users</c> and <c>mailaddr</c> as people type them, brought to the form in which they are searched: a key that is
/// stored otherwise is never found.
/// </summary>
public static class LookupKeyText
{
    /// <summary>Longest key, in octets.</summary>
    public const int MaxOctets = 255;

    /// <param name="key">As it is to be stored.</param>
    /// <param name="fault">What is wrong with it, for the person who typed it.</param>
    public static bool TryRead(string? text, Settings settings, out string key, out string fault)
    {
        ArgumentNullException.ThrowIfNull(settings);
        key = (text ?? "").Trim();
        if (key.StartsWith('<') && key.EndsWith('>'))
            key = key[1..^1];
        key = Normal(key, settings);
        fault = Fault(key, settings);
        return fault.Length == 0;
    }

    /// <summary>The usual priority of a key: the more it says of the address, the higher.</summary>
    public static int SuggestedPriority(string key, Settings settings)
    {
        ArgumentNullException.ThrowIfNull(key);
        ArgumentNullException.ThrowIfNull(settings);
        var (local, domain) = Split(key, settings);
        if (local.Length > 0)
        {
            var hasExtension = settings.AddressRules.SplitExtension(local).Extension.Length > 0;
            return domain is null ? (hasExtension ? 7 : 6) : hasExtension ? 9 : 8;
        }
        return domain switch
        {
            null or "" or "." => 0,
            _ when domain[0] != '.' => 5,
            _ => Math.Min(3, domain.Count(c => c == '.')),
        };
    }

    /// <summary>What the key stands for, in words.</summary>
    public static string Describe(string key, Settings settings)
    {
        ArgumentNullException.ThrowIfNull(key);
        ArgumentNullException.ThrowIfNull(settings);
        var (local, domain) = Split(key, settings);
        return (local, domain) switch
        {
            ("", null or "") => "the null sender",
            ("", ".") => "everybody",
            ("", ['.', .. var parent]) => $"everybody at {parent} and below",
            ("", var only) => $"everybody at {only}",
            (_, null) => "this name at every domain of ours",
            _ => "one address",
        };
    }

    private static string Normal(string key, Settings settings)
    {
        var (local, domain) = Split(key, settings);
        if (!settings.LocalpartIsCaseSensitive)
            local = local.ToLowerInvariant();
        domain = domain switch
        {
            null or "" or "." => domain,
            ['.', .. var parent] => "." + DomainNames.Normalize(parent),
            _ => DomainNames.Normalize(domain),
        };
        return Join(local, domain, settings);
    }

    private static string Fault(string key, Settings settings)
    {
        var (local, domain) = Split(key, settings);
        if (key.Length == 0)
            return "Type an address, @domain, @.domain for a domain with all below it, or @. for everybody.";
        if (System.Text.Encoding.UTF8.GetByteCount(key) > MaxOctets)
            return $"Longer than {MaxOctets} octets, which is all the tables take.";
        if (key.Any(char.IsControl))
            return "Has control characters.";
        if (!settings.SqlAllow8bitAddress && key.Any(c => c is < ' ' or > '~'))
            return "Has characters beyond US-ASCII, which are only searched while sql_allow_8bit_address is set.";
        if (domain is { Length: > 0 } && domain != "." && (domain.Contains("..", StringComparison.Ordinal) || domain.Contains(' ') || domain.Contains('@')))
            return $"\"{domain.TrimStart('.')}\" is not a domain.";
        return local.Length > 0 && domain is "" or "." && local.Length > 0 ? "A name before the at sign needs a domain behind it." : "";
    }

    /// <summary>Local part and domain with its leading dot; a domain of null: the key has none.</summary>
    private static (string Local, string? Domain) Split(string key, Settings settings)
    {
        var at = key.LastIndexOf('@');
        if (!settings.SqlLookupsNoAtMeansDomain)
            return at < 0 ? (key, null) : (key[..at], key[(at + 1)..]);
        // There a key without an at sign is a domain, and a bare local part ends in one.
        return at < 0 ? ("", key) : at == key.Length - 1 ? (key[..at], null) : (key[..at], key[(at + 1)..]);
    }

    private static string Join(string local, string? domain, Settings settings)
    {
        if (!settings.SqlLookupsNoAtMeansDomain)
            return domain is null ? local : local + "@" + domain;
        return domain is null ? local + "@" : local.Length == 0 ? domain : local + "@" + domain;
    }
}
