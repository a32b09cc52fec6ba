using System.Runtime.CompilerServices;
using Amavis.Core.Policy;
using Amavis.Dkim.Keys;

namespace Amavis.Dkim.Signing;

/// <summary>The keys of the configuration. Made once for a set of settings; keys written in the same file are read once.</summary>
public sealed class KeyRing
{
    private static readonly ConditionalWeakTable<IReadOnlyList<DkimKeySettings>, KeyRing> Made = [];

    private readonly List<DeclaredKey> _keys = [];

    private KeyRing(IReadOnlyList<DkimKeySettings> declared)
    {
        var read = new Dictionary<string, SigningKey?>();
        foreach (var settings in declared)
        {
            if (settings.Pem is null)
                continue;
            // The configuration was refused if it can't be read.
            if (!read.TryGetValue(settings.Pem, out var key))
                read.Add(settings.Pem, key = SigningKey.TryReadPem(settings.Pem, out _));
            if (key is not null)
                _keys.Add(new DeclaredKey(settings, key));
        }
    }

    /// <summary>In the order of the configuration.</summary>
    public IReadOnlyList<DeclaredKey> Keys => _keys;

    public static KeyRing Of(IReadOnlyList<DkimKeySettings> declared)
    {
        ArgumentNullException.ThrowIfNull(declared);
        return Made.GetValue(declared, static d => new KeyRing(d));
    }

    /// <summary>The first key of a domain, or for all domains, that fits; null: none does.</summary>
    /// <param name="selector">Null: any.</param>
    /// <param name="identity">i=; null: none.</param>
    public DeclaredKey? Find(string domain, string? selector, SigningAlgorithm algorithm, string? identity)
    {
        foreach (var key in _keys)
            if (key.IsFor(domain) && (selector is null || key.Selector == selector) && key.Allows(algorithm, identity, domain))
                return key;
        return null;
    }
}
