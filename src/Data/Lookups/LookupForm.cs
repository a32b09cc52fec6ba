using Amavis.Core.Lookups;
using Amavis.Core.Policy;
using Amavis.Data.Writing;

namespace Amavis.Data.Lookups;

/// <summary>What the keys of an address and the values found depend on beside the address; part of the key in caches.</summary>
/// <param name="NoAtMeansDomain">Keys are written as in hash tables.</param>
/// <param name="TrimBlanks">Blanks at the end of values are dropped.</param>
/// <param name="EightBit">Keys may hold octets that are not US-ASCII.</param>
internal readonly record struct LookupForm(AddressRules Rules, bool NoAtMeansDomain, bool TrimBlanks, bool EightBit)
{
    /// <summary>Octets of a key that no column of the published schema is long enough for.</summary>
    private const int MaxKeyOctets = 1024;

    public static LookupForm OfSql(Settings settings) =>
        new(settings.AddressRules, settings.SqlLookupsNoAtMeansDomain, settings.TrimTrailingSpaceInLookupResultFields, settings.SqlAllow8bitAddress);

    /// <summary>The keys to be searched, most specific first.</summary>
    /// <param name="bare">Also the local part alone; for local addresses.</param>
    public string[] Keys(AddressKeys address, bool bare)
    {
        var keys = NoAtMeansDomain ? address.DomainKeys(bare) : address.SqlKeys(bare);
        return [.. keys.Select(Text).Distinct()];
    }

    public string Text(string key) => EightBit ? ColumnText.Octets(key, MaxKeyOctets) : ColumnText.Printable(key, MaxKeyOctets);

    /// <summary>May the local part alone be searched: only where the configuration itself says that the address is ours.</summary>
    public static bool AllowsBare(AddressKeys address, Settings settings) => settings.LocalDomainsMaps.Static.IsTrue(address);
}

/// <summary>Key of a result in a cache.</summary>
internal readonly record struct LookupKey(string Address, bool Bare, LookupForm Form);
