using Amavis.Core.Addresses;
using Amavis.Core.Policy;
using Amavis.Dkim.Signing;

namespace Amavis.Cli.Dkim;

/// <summary>A declared key with its number in the configuration, from 1.</summary>
internal readonly record struct NumberedKey(int Number, DeclaredKey Key);

/// <summary>The keys a command is to speak of.</summary>
internal static class KeySelection
{
    /// <summary>Without domains all, in their order; else those of the domains, with <c>.domain</c> also of what is below, sorted from the top-level domain on.</summary>
    public static IReadOnlyList<NumberedKey> Of(Settings settings, IReadOnlyList<string> domains)
    {
        var all = KeyRing.Of(settings.DkimKeys).Keys.Select((key, i) => new NumberedKey(i + 1, key));
        if (domains.Count == 0)
            return [.. all];
        return [.. all.Where(k => domains.Any(d => Fits(k.Key.Settings.Domain, d))).OrderBy(k => Reversed(k.Key.Settings.Domain), StringComparer.Ordinal).ThenBy(k => k.Number)];
    }

    private static bool Fits(string domain, string wanted)
    {
        var name = DomainNames.Normalize(wanted.TrimStart('.'));
        return domain == name || (wanted.StartsWith('.') && domain.EndsWith("." + name, StringComparison.Ordinal));
    }

    private static string Reversed(string domain) => string.Join('\0', domain.Split('.').Reverse());
}
